"""Writing what was not exported yet in another LEDI version: asked for, looked at, confirmed."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from saude.fichas.models import Reprocessamento

Andamento = Reprocessamento.Estado


class Regeneracao(models.Model):
    """The fichas of a period in another version. Its preview and its work are mass jobs, each with its blocks."""

    class Estado(models.TextChoices):
        PREPARANDO = "preparando", "Preparando a prévia"
        PRONTA = "pronta", "Aguardando confirmação"
        RODANDO = "rodando", "Em andamento"
        CONCLUIDA = "concluida", "Concluída"
        DESISTIDA = "desistida", "Desistida"

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="regeneracoes")
    para = models.CharField("versão do LEDI", max_length=10)
    inicio = models.DateField("de")
    fim = models.DateField("até")
    previa = models.OneToOneField(Reprocessamento, models.PROTECT, null=True, related_name="+")
    trabalho = models.OneToOneField(Reprocessamento, models.PROTECT, null=True, related_name="+")
    resumo = models.JSONField("resumo da prévia", default=dict)
    motivos = models.JSONField(
        "fichas por motivo", default=dict, help_text="O que fica de fora e por quê: fichas."
    )
    feito = models.JSONField("resumo do que foi feito", default=dict)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    criada_em = models.DateTimeField("criada em", db_default=Now())
    desistida_em = models.DateTimeField("desistida em", null=True)

    class Meta:
        verbose_name = "regeneração"
        verbose_name_plural = "regenerações"

    def __str__(self) -> str:
        return f"regeneração {self.pk} para a versão {self.para}"

    @property
    def estado(self) -> str:
        if self.desistida_em:
            return self.Estado.DESISTIDA
        if self.trabalho:
            done = self.trabalho.estado == Andamento.CONCLUIDO
            return self.Estado.CONCLUIDA if done else self.Estado.RODANDO
        ready = self.previa and self.previa.estado == Andamento.CONCLUIDO
        return self.Estado.PRONTA if ready else self.Estado.PREPARANDO

    @property
    def rotulo(self) -> str:
        return self.Estado(self.estado).label

    @property
    def ocupada(self) -> bool:
        """Somebody works on it now."""
        return self.estado in (self.Estado.PREPARANDO, self.Estado.RODANDO)
