"""Files looked into without being taken in, and spreadsheets on their way to be records."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Conferencia(models.Model):
    """A file of any vendor: what is inside, judged; taken in only when asked."""

    class Estado(models.TextChoices):
        ESPERA = "espera", "Na fila"
        LENDO = "lendo", "Em leitura"
        PRONTA = "pronta", "Conferido"
        FALHOU = "falhou", "Não pôde ser lido"
        RECEBENDO = "recebendo", "Em recebimento"
        RECEBIDA = "recebida", "Recebido"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="conferencias")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    nome = models.CharField("nome do arquivo", max_length=200)
    arquivo = models.CharField(max_length=120)
    tamanho = models.BigIntegerField("tamanho em bytes")
    sha256 = models.CharField("SHA-256", max_length=64)
    estado = models.CharField("estado", max_length=9, choices=Estado, default=Estado.ESPERA)
    lidos = models.PositiveIntegerField("registros lidos", default=0)
    resumo = models.JSONField(default=dict)
    erro = models.CharField("erro", max_length=400, blank=True)
    lote = models.ForeignKey("recebimento.Lote", models.SET_NULL, null=True, related_name="conferencia")
    so_boas = models.BooleanField("só as sem inconsistência", default=False, db_default=False)
    recebedor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    criada_em = models.DateTimeField("enviado em", db_default=Now())
    mudou_em = models.DateTimeField(db_default=Now())  # moves on while somebody works on it

    class Meta:
        verbose_name = "arquivo conferido"
        ordering = ["-criada_em"]
        constraints = [
            models.CheckConstraint(
                condition=Q(estado__in=["espera", "lendo", "pronta", "falhou", "recebendo", "recebida"]),
                name="conferencia_estado_conhecido",
            )
        ]

    def __str__(self) -> str:
        return self.nome

    @property
    def acabou(self) -> bool:
        return self.estado not in ("espera", "lendo", "recebendo")

    @property
    def de_fora(self) -> int:
        """How many were not asked for."""
        return self.lidos - self.lote.lidos if self.so_boas and self.lote else 0

    @property
    def comparavel(self) -> bool:
        return self.estado in ("pronta", "recebida")


class ItemConferido(models.Model):
    """One record of the file as it was read and judged. The first ones only: see `exame.MAX_KEPT`."""

    conferencia = models.ForeignKey(Conferencia, models.CASCADE, related_name="itens", db_index=False)
    posicao = models.PositiveIntegerField("posição")
    onde = models.CharField(max_length=60)
    uuid = models.CharField(max_length=60, blank=True)
    tipo = models.CharField(max_length=4, blank=True)
    declarada = models.CharField("versão declarada", max_length=20, blank=True)
    usada = models.CharField("versão usada", max_length=20, blank=True)
    situacao = models.CharField(max_length=13)
    achados = models.JSONField(default=list, help_text="Os primeiros.")
    n_achados = models.PositiveIntegerField(default=0)
    notas = models.JSONField(default=list)
    registro = models.TextField(blank=True)
    hash = models.BinaryField("resumo do conteúdo", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conferencia", "posicao"], name="item_posicao_unica")]
        indexes = [models.Index(fields=["conferencia", "uuid"], name="item_uuid")]

    def __str__(self) -> str:
        return f"{self.conferencia_id}/{self.posicao}"


class Planilha(models.Model):
    """An uploaded CSV or XLSX, its columns, and what they were said to be."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="planilhas")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    tipo = models.CharField("ficha", max_length=4)
    nome = models.CharField("nome do arquivo", max_length=200)
    arquivo = models.CharField(max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    colunas = models.JSONField("colunas", default=list)
    avisos = models.JSONField(default=list)
    linhas = models.PositiveIntegerField("linhas", default=0)
    mapa = models.JSONField("mapa", default=dict, help_text="Número da coluna -> caminho do campo.")
    lote = models.ForeignKey("recebimento.Lote", models.SET_NULL, null=True, related_name="+")
    de_fora = models.PositiveIntegerField(
        "ficaram de fora", default=0, db_default=0, help_text="Só as boas entraram."
    )
    criada_em = models.DateTimeField("enviada em", db_default=Now())

    class Meta:
        verbose_name = "planilha"

    def __str__(self) -> str:
        return self.nome


class MapaColunas(models.Model):
    """How an entidade calls the columns of its spreadsheets: remembered for the next one."""

    entidade = models.ForeignKey("cadastros.Entidade", models.CASCADE, related_name="+")
    tipo = models.CharField(max_length=4)
    mapa = models.JSONField(default=dict, help_text="Nome da coluna, sem acentos -> caminho.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entidade", "tipo"], name="mapa_colunas_unico")]

    def __str__(self) -> str:
        return f"{self.tipo} de {self.entidade_id}"
