"""Exports: what was asked, what went, and in which file."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from saude.registro.tipos import Tipo


class Exportacao(models.Model):
    class Escopo(models.TextChoices):
        NAO_EXPORTADOS = "nao_exportados", "Não exportados"
        TODOS = "todos", "Todos"

    class Estado(models.TextChoices):
        ESPERA = "espera", "Na fila"
        GERANDO = "gerando", "Gerando o arquivo"
        CONCLUIDA = "concluida", "Concluída"
        VAZIA = "vazia", "Sem fichas a exportar"
        FALHOU = "falhou", "Falhou"

    entidade = models.ForeignKey(
        "cadastros.Entidade", models.PROTECT, db_index=False, related_name="exportacoes"
    )
    escopo = models.CharField("registros", max_length=14, choices=Escopo, default=Escopo.NAO_EXPORTADOS)
    tipo = models.CharField("ficha", max_length=4, choices=Tipo, blank=True, help_text="Vazio: todas.")
    inicio = models.DateField("início do período")
    fim = models.DateField("fim do período")
    areas = ArrayField(
        models.CharField(max_length=7),
        verbose_name="áreas (CNES)",
        null=True,
        blank=True,
        help_text="De quem pediu só com acesso a elas; nulo: a entidade inteira.",
    )
    estado = models.CharField("estado", max_length=9, choices=Estado, default=Estado.ESPERA)
    chave = models.CharField("chave do pedido", max_length=64, null=True, blank=True)
    previstas = models.PositiveIntegerField("fichas previstas", default=0)
    escritas = models.PositiveIntegerField("fichas escritas", default=0)
    total = models.PositiveIntegerField("fichas no arquivo", default=0)
    por_tipo = models.JSONField("fichas por tipo", default=dict)
    excluidas = models.JSONField("não exportadas, por motivo", default=dict)
    versao_ledi = models.CharField("versão do LEDI", max_length=10, blank=True)
    arquivo = models.CharField("arquivo", max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    tamanho = models.BigIntegerField("tamanho em bytes", default=0)
    tentativas = models.PositiveSmallIntegerField(default=0)
    erro = models.CharField("erro", max_length=300, blank=True)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="exportacoes")
    criada_em = models.DateTimeField("criada em", db_default=Now())
    iniciada_em = models.DateTimeField("iniciada em", null=True)
    concluida_em = models.DateTimeField("concluída em", null=True)

    # both ways into the same PEC: who takes the second is warned
    baixada_em = models.DateTimeField("baixada em", null=True)
    transmitida_em = models.DateTimeField("transmitida em", null=True)

    baixavel: bool  # these two: what the history says of it
    nomes: list[str]

    class Meta:
        verbose_name = "exportação"
        verbose_name_plural = "exportações"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "chave"], name="exportacao_pedido_unico"),
            models.CheckConstraint(
                condition=Q(fim__gte=models.F("inicio")), name="exportacao_periodo_valido"
            ),
            models.CheckConstraint(
                condition=Q(escopo__in=["nao_exportados", "todos"]), name="exportacao_escopo_conhecido"
            ),
            models.CheckConstraint(
                condition=~Q(estado="concluida")
                | (Q(total__gt=0) & ~Q(sha256="") & Q(concluida_em__isnull=False)),
                name="exportacao_concluida_completa",
            ),
            models.CheckConstraint(
                condition=Q(estado__in=["espera", "gerando", "concluida", "vazia", "falhou"]),
                name="exportacao_estado_conhecido",
            ),
        ]
        indexes = [models.Index(fields=["entidade", "-criada_em"], name="exportacao_criada")]

    def __str__(self) -> str:
        return f"exportação {self.pk}"

    @property
    def percentual(self) -> int:
        if self.estado in (self.Estado.CONCLUIDA, self.Estado.VAZIA):
            return 100
        return 0 if not self.previstas else min(99, self.escritas * 100 // self.previstas)


class ItemExportacao(models.Model):
    """One ficha in one file, with the revision that went. Narrow: an export may have millions."""

    pk = models.CompositePrimaryKey("exportacao_id", "ficha_id")
    # no constraints: neither is ever deleted, and the checks per row would double the cost of marking
    exportacao = models.ForeignKey(
        Exportacao, models.CASCADE, db_index=False, db_constraint=False, related_name="itens"
    )
    ficha = models.ForeignKey("fichas.Ficha", models.PROTECT, db_constraint=False, related_name="exportacoes")
    revisao = models.PositiveIntegerField("revisão enviada")

    class Meta:
        verbose_name = "item da exportação"

    def __str__(self) -> str:
        return f"{self.exportacao_id}: {self.ficha_id}"
