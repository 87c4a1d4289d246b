"""The PEC of a municipality, exports sent to it over its API, and of each of their fichas what became of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Destino(models.Model):
    """Where an entidade sends to, and as whom. The password is sealed by the key outside the database."""

    class Entrada(models.TextChoices):
        """How the credential is sent. Both are documented; only the first was seen to work."""

        CAMPOS = "campos", "Campos de formulário (padrão)"
        PARTES = "partes", "Formulário em partes (multipart)"

    entidade = models.OneToOneField("cadastros.Entidade", models.PROTECT, related_name="pec")
    endereco = models.CharField("endereço do PEC", max_length=300)
    usuario = models.CharField("usuário da credencial", max_length=150)
    senha = models.TextField(blank=True)
    autoridade = models.TextField("autoridade certificadora própria", blank=True)
    conexoes = models.PositiveSmallIntegerField(
        "conexões ao mesmo tempo", default=4, validators=[MinValueValidator(1), MaxValueValidator(16)]
    )
    prazo_horas = models.PositiveSmallIntegerField(
        "horas tentando a mesma ficha", default=48, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    entrada = models.CharField("forma da entrada", max_length=6, choices=Entrada, default=Entrada.CAMPOS)
    duplicada = models.CharField("palavras de ficha repetida", max_length=300, blank=True)
    # while this is not empty nothing is sent: the same password is never tried again by itself
    recusa = models.CharField("por que o PEC não deixa entrar", max_length=700, blank=True)
    testado_em = models.DateTimeField("testado em", null=True)
    teste_certo = models.BooleanField(default=False)
    teste = models.CharField("resultado do teste", max_length=700, blank=True)
    alterado_em = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "PEC de destino"

    def __str__(self) -> str:
        return self.endereco


class Transmissao(models.Model):
    """An export on its way to the PEC: one for each export, paused and resumed, never begun twice."""

    class Estado(models.TextChoices):
        ESPERA = "espera", "Na fila"
        ENVIANDO = "enviando", "Enviando"
        AGUARDANDO = "aguardando", "Aguardando o PEC"
        PAUSADA = "pausada", "Pausada"
        PARADA = "parada", "Parada por defeito"
        CONCLUIDA = "concluida", "Concluída"

    #: these go on by themselves
    VIVAS = ("espera", "enviando", "aguardando")

    entidade = models.ForeignKey(
        "cadastros.Entidade", models.PROTECT, db_index=False, related_name="transmissoes"
    )
    exportacao = models.OneToOneField("exportacao.Exportacao", models.PROTECT, related_name="transmissao")
    estado = models.CharField("estado", max_length=10, choices=Estado, default=Estado.ESPERA)
    preparada = models.BooleanField("fichas na caixa de saída", default=False)
    total = models.PositiveIntegerField("fichas", default=0)
    causa = models.CharField("causa", max_length=30, blank=True)
    motivo = models.CharField("por que não está enviando", max_length=700, blank=True)
    falhas = models.PositiveSmallIntegerField("vezes seguidas sem resposta que decida", default=0)
    estranhas = models.PositiveSmallIntegerField("vezes seguidas com resposta estranha", default=0)
    retoma_em = models.DateTimeField("tenta de novo em", null=True)
    por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    criada_em = models.DateTimeField("pedida em", db_default=Now())
    iniciada_em = models.DateTimeField("iniciada em", null=True)
    concluida_em = models.DateTimeField("concluída em", null=True)

    class Meta:
        verbose_name = "transmissão"
        verbose_name_plural = "transmissões"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    estado__in=["espera", "enviando", "aguardando", "pausada", "parada", "concluida"]
                ),
                name="transmissao_estado_conhecido",
            ),
        ]
        indexes = [models.Index(fields=["entidade", "-criada_em"], name="transmissao_criada")]

    def __str__(self) -> str:
        return f"transmissão {self.pk}"

    @property
    def viva(self) -> bool:
        return self.estado in self.VIVAS


class Envio(models.Model):
    """The outbox: one ficha of a transmission. Narrow: there may be millions.

    `aberta`: still to be sent (again). `incerta`, `desconhecida` and `desserializacoes` are what the next attempt must
    know of those before (ledi.pec.outcomes.Before).
    """

    class Situacao(models.TextChoices):
        A_ENVIAR = "a enviar", "A enviar"
        ACEITA = "aceita", "Aceita"
        RECUSADA = "recusada", "Recusada"
        REPETIDA = "repetida", "Repetida"
        DESCONHECIDA = "desconhecida", "Desconhecida"
        FALHOU = "falhou", "Falhou"
        PARADA = "parada", "Parada"

    pk = models.CompositePrimaryKey("transmissao_id", "ficha_id")
    transmissao = models.ForeignKey(
        Transmissao, models.CASCADE, db_index=False, db_constraint=False, related_name="envios"
    )
    ficha = models.ForeignKey("fichas.Ficha", models.PROTECT, db_constraint=False, related_name="envios")
    revisao = models.PositiveIntegerField("revisão enviada")
    lugar = models.BigIntegerField("onde começa no arquivo")
    situacao = models.CharField("situação", max_length=12, choices=Situacao, default=Situacao.A_ENVIAR)
    aberta = models.BooleanField("ainda vai", default=True)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0)
    primeira_em = models.DateTimeField("primeira tentativa em", null=True)
    tentada_em = models.DateTimeField("última tentativa em", null=True)
    proxima_em = models.DateTimeField("próxima tentativa em", null=True)
    incerta = models.BooleanField(default=False)
    desconhecida = models.BooleanField(default=False)
    desserializacoes = models.PositiveSmallIntegerField(default=0)
    causa = models.CharField("causa", max_length=30, blank=True)
    status = models.PositiveSmallIntegerField("situação HTTP", null=True)
    mensagem = models.CharField("o que houve", max_length=700, blank=True)
    mensagens = models.JSONField("o que o PEC apontou", default=list, help_text="Sem CPF nem CNS.")

    class Meta:
        verbose_name = "ficha da transmissão"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    situacao__in=[
                        "a enviar", "aceita", "recusada", "repetida", "desconhecida", "falhou", "parada",
                    ]
                ),
                name="envio_situacao_conhecida",
            ),
            models.CheckConstraint(
                condition=Q(aberta=False) | Q(situacao__in=["a enviar", "desconhecida"]),
                name="envio_decidido_nao_vai",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["transmissao", "lugar"], name="envio_a_enviar", condition=Q(aberta=True)),
            models.Index(fields=["transmissao", "situacao", "ficha"], name="envio_situacao"),
        ]

    def __str__(self) -> str:
        return f"{self.transmissao_id}: {self.ficha_id} {self.situacao}"


class Reserva(models.Model):
    """Fichas that a worker took to send: written before they go, gone once what became of them is written.

    One that is found later was a killed worker's: those of its fichas that nothing was written of may be in the PEC.
    """

    transmissao = models.ForeignKey(Transmissao, models.CASCADE, related_name="reservas")
    fichas = ArrayField(models.BigIntegerField(), verbose_name="fichas")
    desde = models.DateTimeField("desde", db_default=Now())

    class Meta:
        verbose_name = "reserva de envio"

    def __str__(self) -> str:
        return f"{self.transmissao_id}: {len(self.fichas)}"
