"""What arrived, as it arrived, before anything else is done with it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from saude.registro.tipos import Origem


class Lote(models.Model):
    """One reception: a body of the API, a file, a push of the app."""

    class Estado(models.TextChoices):
        RECEBIDO = "recebido", "Recebido"
        PROCESSANDO = "processando", "Em processamento"
        CONCLUIDO = "concluido", "Concluído"
        FALHOU = "falhou", "Falhou"

    class Formato(models.TextChoices):
        JSON = "json", "JSON"
        NDJSON = "ndjson", "NDJSON"
        ESUS = "esus", ".esus"
        ZIP = "zip", ".zip"

    uuid = models.UUIDField("identificador", default=uuid.uuid4, unique=True, editable=False)
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="lotes")
    origem = models.CharField("origem", max_length=10, choices=Origem)
    formato = models.CharField("formato", max_length=6, choices=Formato)
    token = models.ForeignKey("contas.ApiToken", models.PROTECT, null=True, blank=True, related_name="+")
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    estado = models.CharField("estado", max_length=11, choices=Estado, default=Estado.RECEBIDO)
    nome_arquivo = models.CharField("nome do arquivo", max_length=200, blank=True)
    # a small body stays here, deflated; a large one lies in the spool folder under `arquivo`
    bruto = models.BinaryField("conteúdo recebido", null=True)
    arquivo = models.CharField("arquivo no spool", max_length=200, blank=True)
    tamanho = models.BigIntegerField("tamanho em bytes", default=0)
    sha256 = models.CharField("SHA-256", max_length=64)
    ordem = models.BigIntegerField("ordem de confirmação", default=0, db_default=0)
    posicao = models.BigIntegerField("posição dividida", default=0, help_text="Bytes já divididos em blocos.")
    lidos = models.PositiveIntegerField("registros lidos", default=0)
    novos = models.PositiveIntegerField("novos", default=0)
    iguais = models.PositiveIntegerField("iguais", default=0)
    substituidos = models.PositiveIntegerField("substituídos", default=0)
    recusados = models.PositiveIntegerField("recusados", default=0)
    causas = models.JSONField(
        "recusas por causa", default=dict, db_default=models.Value({}, models.JSONField())
    )
    erro = models.CharField("erro", max_length=300, blank=True)
    recebido_em = models.DateTimeField("recebido em", db_default=Now())
    concluido_em = models.DateTimeField("concluído em", null=True)

    class Meta:
        verbose_name = "lote"
        constraints = [
            models.CheckConstraint(
                condition=Q(estado__in=["recebido", "processando", "concluido", "falhou"]),
                name="lote_estado_conhecido",
            ),
            models.CheckConstraint(condition=Q(origem__in=Origem.values), name="lote_origem_conhecida"),
        ]
        indexes = [
            models.Index(fields=["entidade", "-recebido_em"], name="lote_recebido"),
            models.Index(
                fields=["entidade"], name="lote_aberto", condition=Q(estado__in=["recebido", "processando"])
            ),
        ]

    def __str__(self) -> str:
        return f"lote {self.uuid}"


class Registro(models.Model):
    """One record of a lot and the answer it got."""

    class Status(models.TextChoices):
        NOVO = "novo", "Novo"
        IGUAL = "igual", "Igual ao já recebido"
        SUBSTITUIDA = "substituida", "Substituiu o anterior"
        RECUSADO = "recusado", "Recusado"
        TARDIA = "tardia", "Mais antigo que o atual"
        DESCARTADA = "descartada", "Descartada aqui"

    pk = models.CompositePrimaryKey("lote_id", "posicao")
    lote = models.ForeignKey(Lote, models.CASCADE, db_index=False, related_name="registros")
    posicao = models.PositiveIntegerField("posição", help_text="A partir de 1.")
    uuid = models.CharField("UUID", max_length=44, blank=True, db_collation="C")
    ficha = models.ForeignKey(
        "fichas.Ficha",
        models.SET_NULL,
        null=True,
        db_index=True,
        db_constraint=False,
        related_name="recepcoes",
    )
    hash = models.BinaryField("resumo do conteúdo", null=True)
    status = models.CharField("resultado", max_length=11, choices=Status)
    situacao = models.CharField("situação", max_length=13, blank=True)
    resposta = models.TextField("resposta", blank=True, help_text="JSON; vazio quando não há o que mostrar.")

    class Meta:
        verbose_name = "registro recebido"

    def __str__(self) -> str:
        return f"{self.lote_id}/{self.posicao}"


class Bloco(models.Model):
    """A slice of a large lot: the unit of work of one task, taken in once, by whichever worker is free."""

    lote = models.ForeignKey(Lote, models.CASCADE, related_name="blocos", db_index=False)
    primeiro = models.PositiveIntegerField("posição do primeiro registro")
    inicio = models.BigIntegerField("primeiro byte")
    fim = models.BigIntegerField("byte seguinte ao último")
    feito_em = models.DateTimeField("feito em", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lote", "primeiro"], name="bloco_primeiro_unico")]

    def __str__(self) -> str:
        return f"{self.lote_id}: a partir de {self.primeiro}"


class UsoToken(models.Model):
    """Requests of a token in the current minute, shared by all web processes."""

    token = models.OneToOneField("contas.ApiToken", models.CASCADE, primary_key=True, related_name="+")
    minuto = models.BigIntegerField()
    pedidos = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.token_id}: {self.pedidos}"
