"""Filters of a list that somebody gave a name to."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from saude.fichas.situacoes import Situacao


class FiltroSalvo(models.Model):
    """Of one person in one entidade, for the lists of one situação. It narrows; it opens nothing."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+")
    situacao = models.CharField("situação", max_length=13, choices=Situacao)
    nome = models.CharField("nome", max_length=40)
    valores = models.JSONField("filtros", default=dict)
    criado_em = models.DateTimeField("criado em", db_default=Now())

    class Meta:
        verbose_name = "filtro salvo"
        verbose_name_plural = "filtros salvos"
        constraints = [
            models.UniqueConstraint(
                fields=["usuario", "entidade", "situacao", "nome"], name="filtro_salvo_nome_unico"
            ),
        ]

    def __str__(self) -> str:
        return self.nome
