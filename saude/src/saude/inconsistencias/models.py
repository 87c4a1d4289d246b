"""What processing found wrong. Re-validation works by difference: a row opens once and closes once."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Severidade(models.TextChoices):
    ERRO = "erro", "Erro"
    AVISO = "aviso", "Aviso"


class Inconsistencia(models.Model):
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    ficha = models.ForeignKey("fichas.Ficha", models.CASCADE, db_index=False, related_name="inconsistencias")
    competencia = models.CharField("competência", max_length=6)
    posicao = models.SmallIntegerField("posição do atendido", null=True)
    cliente = models.ForeignKey(
        "clientes.Cliente", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    codigo = models.CharField("código da regra", max_length=120)
    campo = models.CharField("campo", max_length=300)
    severidade = models.CharField("severidade", max_length=5, choices=Severidade)
    causa = models.CharField(
        "causa", max_length=200, help_text="Código e, no cabeçalho, o valor: o que se corrige junto."
    )
    params = models.JSONField("parâmetros da mensagem", default=dict)
    mensagem = models.TextField("mensagem")
    aberta_em = models.DateTimeField("aberta em", db_default=Now())
    encerrada_em = models.DateTimeField("encerrada em", null=True)

    class Meta:
        verbose_name = "inconsistência"
        constraints = [
            models.UniqueConstraint(
                fields=["ficha", "codigo", "campo"],
                condition=Q(encerrada_em__isnull=True),
                name="inconsistencia_aberta_unica",
            ),
            models.CheckConstraint(
                condition=Q(severidade__in=["erro", "aviso"]), name="inconsistencia_severidade"
            ),
        ]
        indexes = [
            models.Index(
                fields=["entidade", "competencia", "causa"],
                condition=Q(encerrada_em__isnull=True),
                name="inconsistencia_causa",
            ),
            models.Index(
                fields=["entidade", "codigo"],
                condition=Q(encerrada_em__isnull=True),
                name="inconsistencia_codigo",
            ),
            models.Index(
                fields=["cliente"],
                condition=Q(encerrada_em__isnull=True, cliente__isnull=False),
                name="inconsistencia_cliente",
            ),
            models.Index(fields=["ficha"], name="inconsistencia_ficha"),
        ]

    def __str__(self) -> str:
        return f"{self.codigo} em {self.campo}"
