"""Releases of the Ministry's tables: SIGTAP for the whole installation, CNES for one entidade.

SIGTAP rows belong to their release. The rows of CNES are the registrations themselves (`saude.cadastros`),
with the dates from and until which the releases show them.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Publicacao(models.Model):
    class Tipo(models.TextChoices):
        SIGTAP = "sigtap", "SIGTAP"
        CNES = "cnes", "CNES"

    class Situacao(models.TextChoices):
        CONFERIR = "conferir", "Aguardando confirmação"
        IMPORTANDO = "importando", "Importando"
        PRONTA = "pronta", "Em uso"
        SUBSTITUIDA = "substituida", "Substituída"
        FALHOU = "falhou", "Não importada"

    tipo = models.CharField("tabela", max_length=6, choices=Tipo)
    entidade = models.ForeignKey(
        "cadastros.Entidade", models.PROTECT, null=True, blank=True, related_name="publicacoes"
    )
    vale_de = models.DateField(
        "vale desde", null=True, help_text="Data do CNES; 1º dia da competência do SIGTAP."
    )
    sha256 = models.CharField("resumo do arquivo", max_length=64)
    nome_arquivo = models.CharField("arquivo", max_length=200)
    guardado = models.CharField("arquivo guardado", max_length=100, blank=True)
    situacao = models.CharField("situação", max_length=11, choices=Situacao, default=Situacao.IMPORTANDO)
    contagens = models.JSONField("linhas", default=dict)
    diferencas = models.JSONField("diferenças", default=dict)
    sem_cns = models.JSONField(default=list, help_text="[CBO, CNES, INE] de quem o arquivo traz sem CNS.")
    erro = models.CharField("erro", max_length=500, blank=True)
    segundos = models.FloatField("duração", null=True)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recebida_em = models.DateTimeField("recebida em", db_default=Now())
    pronta_em = models.DateTimeField("em uso desde", null=True)

    class Meta:
        verbose_name = "publicação"
        verbose_name_plural = "publicações"
        constraints = [
            models.CheckConstraint(
                condition=Q(tipo="sigtap", entidade__isnull=True) | Q(tipo="cnes", entidade__isnull=False),
                name="publicacao_sigtap_nacional",
            ),
            models.CheckConstraint(
                condition=Q(situacao__in=["conferir", "importando", "pronta", "substituida", "falhou"]),
                name="publicacao_situacao_conhecida",
            ),
            models.CheckConstraint(
                condition=~Q(situacao__in=["pronta", "substituida"]) | Q(vale_de__isnull=False),
                name="publicacao_pronta_tem_data",
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(tipo="sigtap", situacao="pronta"),
                name="publicacao_sigtap_unica",
            ),
            models.UniqueConstraint(
                fields=["vale_de"],
                condition=Q(tipo="sigtap", situacao="pronta"),
                name="publicacao_sigtap_do_mes",
            ),
            models.UniqueConstraint(
                fields=["entidade"],
                condition=Q(tipo="cnes", situacao="pronta"),
                name="publicacao_cnes_em_uso",
            ),
        ]
        indexes = [models.Index(fields=["tipo", "entidade", "situacao"], name="publicacao_em_uso")]

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} {self.quando}"

    @property
    def competencia(self) -> str:
        return f"{self.vale_de:%Y%m}" if self.vale_de else ""

    @property
    def quando(self) -> str:
        if not self.vale_de:
            return ""
        return f"{self.vale_de:%m/%Y}" if self.tipo == self.Tipo.SIGTAP else f"{self.vale_de:%d/%m/%Y}"


class Procedimento(models.Model):
    """A SIGTAP procedure of one release, with its compatibilities. Ages in months, 9999 = no limit."""

    publicacao = models.ForeignKey(Publicacao, models.CASCADE, db_index=False, related_name="+")
    codigo = models.CharField("código", max_length=10)
    nome = models.CharField("nome", max_length=250)
    complexidade = models.CharField(max_length=1, blank=True)
    sexo = models.CharField(max_length=1)
    idade_min = models.PositiveSmallIntegerField()
    idade_max = models.PositiveSmallIntegerField()
    ocupacoes = ArrayField(models.CharField(max_length=6))
    cids = ArrayField(models.CharField(max_length=4))
    servicos = ArrayField(models.CharField(max_length=6))
    registros = ArrayField(models.CharField(max_length=2))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publicacao", "codigo"], name="procedimento_codigo_unico"),
        ]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nome}"


class Cid(models.Model):
    publicacao = models.ForeignKey(Publicacao, models.CASCADE, db_index=False, related_name="+")
    codigo = models.CharField("código", max_length=4)
    nome = models.CharField("nome", max_length=120)
    sexo = models.CharField(max_length=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publicacao", "codigo"], name="cid_codigo_unico")]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nome}"


class Cbo(models.Model):
    publicacao = models.ForeignKey(Publicacao, models.CASCADE, db_index=False, related_name="+")
    codigo = models.CharField("código", max_length=6)
    nome = models.CharField("nome", max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publicacao", "codigo"], name="cbo_codigo_unico")]

    def __str__(self) -> str:
        return f"{self.codigo} {self.nome}"
