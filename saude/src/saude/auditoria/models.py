"""The trail: who did what to what, when, from where. Append-only; no foreign keys: it outlives all."""

from django.db import models
from django.db.models.functions import Now


class Evento(models.Model):
    """One fact. The table refuses UPDATE and DELETE (trigger in the first migration)."""

    entidade_id = models.BigIntegerField(null=True)
    usuario_id = models.BigIntegerField(null=True)
    usuario_nome = models.CharField("usuário", max_length=150)
    tipo = models.CharField("tipo", max_length=60)
    alvo_tipo = models.CharField("tipo do alvo", max_length=60, blank=True)
    alvo_id = models.CharField("alvo", max_length=64, blank=True)
    detalhe = models.JSONField("detalhe", default=dict)
    ip = models.GenericIPAddressField("endereço IP", null=True)
    momento = models.DateTimeField("momento", auto_now_add=True)

    class Meta:
        ordering = ["-momento", "-id"]
        verbose_name = "evento"
        indexes = [
            models.Index(fields=["entidade_id", "-momento"], name="evento_entidade_momento"),
            models.Index(fields=["entidade_id", "tipo", "-momento"], name="evento_entidade_tipo"),
            models.Index(fields=["alvo_tipo", "alvo_id"], name="evento_alvo"),
        ]

    def __str__(self) -> str:
        return f"{self.momento:%d/%m/%Y %H:%M} {self.usuario_nome} {self.tipo}"


class Selo(models.Model):
    """A closed interval of the trail, (`depois_de`, `ate`] by id: how many events, and the digest of them all.

    `cadeia` includes that of the seal before; `assinatura` is by a key that is not in the database (`selos`).
    Append-only like the trail.
    """

    numero = models.PositiveBigIntegerField("número", unique=True)
    depois_de = models.BigIntegerField("depois do evento")
    ate = models.BigIntegerField("até o evento")
    eventos = models.PositiveIntegerField("eventos")
    resumo = models.CharField("resumo dos eventos", max_length=64)
    cadeia = models.CharField("resumo com os anteriores", max_length=64)
    chave = models.CharField("chave", max_length=8)
    assinatura = models.CharField("assinatura", max_length=64)
    momento = models.DateTimeField("selado em", db_default=Now())

    class Meta:
        ordering = ["numero"]
        verbose_name = "selo"

    def __str__(self) -> str:
        return f"selo {self.numero}"
