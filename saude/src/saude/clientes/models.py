"""The citizens an entidade attends, gathered from registrations (FCI) and from the fichas themselves."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from saude.comum.texto import fold


class Sexo(models.IntegerChoices):
    MASCULINO = 0, "Masculino"
    FEMININO = 1, "Feminino"
    IGNORADO = 4, "Ignorado"


class Cliente(models.Model):
    entidade = models.ForeignKey(
        "cadastros.Entidade", models.PROTECT, db_index=False, related_name="clientes"
    )
    nome = models.CharField("nome", max_length=70, blank=True)
    nome_social = models.CharField("nome social", max_length=70, blank=True)
    busca = models.CharField(max_length=70, blank=True, editable=False, db_collation="C")
    nascimento = models.DateField("data de nascimento", null=True, blank=True)
    sexo = models.SmallIntegerField("sexo", choices=Sexo, null=True, blank=True)
    cns = models.CharField("CNS", max_length=15, blank=True)
    cpf = models.CharField("CPF", max_length=11, blank=True)
    nome_mae = models.CharField("nome da mãe", max_length=70, blank=True)
    desconhece_mae = models.BooleanField("desconhece o nome da mãe", default=False)
    raca_cor = models.PositiveSmallIntegerField("raça/cor", null=True, blank=True)
    telefone = models.CharField("telefone celular", max_length=15, blank=True)
    microarea = models.CharField("microárea", max_length=2, blank=True)
    cadastro_em = models.DateField(
        "data do último cadastro individual",
        null=True,
        blank=True,
        help_text="Do FCI que alimentou os dados.",
    )
    revisao = models.PositiveIntegerField("revisão", default=1)
    mesclado_em = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="mesclados", verbose_name="mesclado em"
    )
    criado_em = models.DateTimeField("criado em", db_default=Now())
    alterado_em = models.DateTimeField("alterado em", auto_now=True, db_default=Now())

    class Meta:
        verbose_name = "cliente"
        constraints = [
            models.UniqueConstraint(
                fields=["entidade", "cpf"],
                condition=~Q(cpf="") & Q(mesclado_em__isnull=True),
                name="cliente_cpf_unico",
            ),
            models.UniqueConstraint(
                fields=["entidade", "cns"],
                condition=~Q(cns="") & Q(mesclado_em__isnull=True),
                name="cliente_cns_unico",
            ),
            models.CheckConstraint(
                condition=Q(mesclado_em__isnull=True) | ~Q(mesclado_em=F("id")),
                name="cliente_nao_mescla_em_si",
            ),
        ]
        indexes = [
            models.Index(fields=["entidade", "busca", "id"], name="cliente_busca"),
            models.Index(fields=["entidade", "nascimento", "busca"], name="cliente_nascimento"),
            models.Index(fields=["entidade", "alterado_em", "id"], name="cliente_alterado"),
            models.Index(
                fields=["entidade", "cpf"], name="cliente_cpf_mesclado",
                condition=~Q(cpf="") & Q(mesclado_em__isnull=False),
            ),
            models.Index(
                fields=["entidade", "cns"], name="cliente_cns_mesclado",
                condition=~Q(cns="") & Q(mesclado_em__isnull=False),
            ),
        ]  # fmt: skip
        # and the GIN index over how the name sounds: see fonetica.py

    def __str__(self) -> str:
        return self.nome or "Cliente sem nome"

    @property
    def identificado(self) -> bool:
        return bool(self.cpf or self.cns)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.busca = fold(self.nome)[:70]
        super().save(*args, **kwargs)


class Alteracao(models.Model):
    """A value a ficha or a user brought against the registration: applied, or waiting to be seen."""

    class Fonte(models.TextChoices):
        FCI = "fci", "Cadastro individual"
        FICHA = "ficha", "Ficha"
        USUARIO = "usuario", "Usuário"

    cliente = models.ForeignKey(Cliente, models.CASCADE, related_name="alteracoes")
    campo = models.CharField("campo", max_length=20)
    anterior = models.CharField("valor anterior", max_length=70, blank=True)
    novo = models.CharField("valor novo", max_length=70, blank=True)
    fonte = models.CharField("fonte", max_length=7, choices=Fonte)
    aplicada = models.BooleanField("aplicada")
    ficha = models.ForeignKey("fichas.Ficha", models.SET_NULL, null=True, blank=True, related_name="+")
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    em = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "alteração de cadastro"
        constraints = [
            models.UniqueConstraint(
                fields=["cliente", "campo", "novo"],
                condition=Q(aplicada=False),
                name="alteracao_divergencia_unica",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campo} do cliente {self.cliente_id}"


class MudancaEsperada(models.Model):
    """A change of a registration that would rewrite a ficha of an área its author does not work in.

    It waits for who does; what goes in then is what the registration says at that moment.
    """

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    cliente = models.ForeignKey(Cliente, models.CASCADE, db_index=False, related_name="mudancas")
    ficha = models.ForeignKey("fichas.Ficha", models.CASCADE, related_name="+")
    campos = ArrayField(models.CharField(max_length=20))
    pedida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    pedida_em = models.DateTimeField("pedida em", auto_now_add=True)
    aceita = models.BooleanField("aceita", null=True)
    decidida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decidida_em = models.DateTimeField("decidida em", null=True, blank=True)

    class Meta:
        verbose_name = "mudança à espera"
        constraints = [
            models.UniqueConstraint(
                fields=["cliente", "ficha"], condition=Q(decidida_em__isnull=True), name="mudanca_uma_aberta"
            ),
        ]
        indexes = [models.Index(fields=["entidade", "decidida_em"], name="mudanca_aberta")]

    def __str__(self) -> str:
        return f"mudança do cliente {self.cliente_id} na ficha {self.ficha_id}"


class ParPossivel(models.Model):
    """Two registrations that may be of one person, and what was decided about them."""

    class Decisao(models.TextChoices):
        ABERTO = "aberto", "A decidir"
        DIFERENTES = "diferentes", "Não são a mesma pessoa"
        MESCLADO = "mesclado", "Mesclados"

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    a = models.ForeignKey(Cliente, models.CASCADE, db_index=False, related_name="+")
    b = models.ForeignKey(Cliente, models.CASCADE, related_name="+")
    pontos = models.PositiveSmallIntegerField("semelhança")
    motivos = models.JSONField("motivos", default=list)
    decisao = models.CharField("decisão", max_length=10, choices=Decisao, default=Decisao.ABERTO)
    decidido_em = models.DateTimeField("decidido em", null=True, blank=True)
    decidido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    desfazer = models.JSONField("como desfazer", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "possível duplicado"
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="par_unico"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="par_em_ordem"),
        ]
        indexes = [models.Index(fields=["entidade", "decisao", "-pontos", "id"], name="par_lista")]

    def __str__(self) -> str:
        return f"{self.a_id} e {self.b_id}"


class MarcoDuplicados(models.Model):
    """Up to where the clients of an entidade were compared; only what changed later is compared again."""

    entidade = models.OneToOneField("cadastros.Entidade", models.CASCADE, primary_key=True, related_name="+")
    alterado_em = models.DateTimeField(null=True)
    cliente = models.BigIntegerField(default=0)
    alteracao = models.BigIntegerField(default=0)
    em = models.DateTimeField("última procura", null=True)

    def __str__(self) -> str:
        return f"marco da entidade {self.entidade_id}"
