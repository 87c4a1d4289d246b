"""Who mends what: a ficha with inconsistências given to a person, a unit or a team; what was said about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from saude.fichas.situacoes import Situacao


class Encargo(models.Model):
    """A ficha given to somebody. It is mended when the ficha has no error: nobody says so, the rules do."""

    class Estado(models.TextChoices):
        CORRIGIR = "corrigir", "A corrigir"
        AGUARDANDO = "aguardando", "Aguardando o profissional"

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    ficha = models.OneToOneField("fichas.Ficha", models.CASCADE, related_name="encargo")
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, db_index=False, related_name="+"
    )
    estabelecimento = models.ForeignKey(
        "cadastros.Estabelecimento", models.CASCADE, null=True, db_index=False, related_name="+"
    )
    equipe = models.ForeignKey(
        "cadastros.Equipe", models.CASCADE, null=True, db_index=False, related_name="+"
    )
    estado = models.CharField("estado", max_length=10, choices=Estado, default=Estado.CORRIGIR)
    por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    em = models.DateTimeField("atribuída em", db_default=Now())

    sem_ninguem: bool  # the person does not work there any more: what a page says of it
    pode: dict[str, bool]

    class Meta:
        verbose_name = "encargo"
        constraints = [
            models.CheckConstraint(
                condition=Q(usuario__isnull=False, estabelecimento=None, equipe=None)
                | Q(usuario=None, estabelecimento__isnull=False, equipe=None)
                | Q(usuario=None, estabelecimento=None, equipe__isnull=False),
                name="encargo_de_um_so",
            ),
            models.CheckConstraint(condition=Q(estado__in=["corrigir", "aguardando"]), name="encargo_estado"),
        ]
        indexes = [
            models.Index(fields=["entidade", "usuario", "id"], name="encargo_usuario"),
            models.Index(fields=["entidade", "estabelecimento", "id"], name="encargo_unidade"),
            models.Index(fields=["entidade", "equipe", "id"], name="encargo_equipe"),
        ]

    def __str__(self) -> str:
        return f"encargo da ficha {self.ficha_id}"

    @property
    def responsavel(self) -> str:
        return self.usuario.get_full_name() if self.usuario else str(self.estabelecimento or self.equipe)

    @property
    def em_palavras(self) -> str:
        """Where it stands: what the rules say of the ficha comes before what people said."""
        situacao = self.ficha.situacao
        if situacao == Situacao.DESCARTADA:
            return "Descartada"
        if situacao in (Situacao.PROCESSADA, Situacao.EXPORTADA):
            return "Corrigida"
        return str(self.get_estado_display())


class Anotacao(models.Model):
    """What somebody wrote about a ficha, or whom they talked to about it. Never changed, never in the trail."""

    class Meio(models.TextChoices):
        COMENTARIO = "", "Comentário"
        TELEFONE = "telefone", "Telefone"
        MENSAGEM = "mensagem", "Mensagem"
        EMAIL = "email", "E-mail"
        PESSOALMENTE = "pessoal", "Pessoalmente"

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    ficha = models.ForeignKey("fichas.Ficha", models.CASCADE, db_index=False, related_name="anotacoes")
    meio = models.CharField("contato por", max_length=10, blank=True, choices=Meio)
    com = models.CharField("com quem", max_length=80, blank=True)
    texto = models.TextField("texto", max_length=1000)
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    em = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "anotação"
        indexes = [models.Index(fields=["ficha", "id"], name="anotacao_ficha")]

    def __str__(self) -> str:
        return f"anotação da ficha {self.ficha_id}"
