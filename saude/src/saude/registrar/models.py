"""What a digitador has under way: drafts, and the header that goes from ficha to ficha."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Rascunho(models.Model):
    """A ficha not finished yet. JSON text, as in Conteudo: jsonb refuses NUL."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="rascunhos")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rascunhos")
    tipo = models.CharField("ficha", max_length=4)
    versao = models.CharField("versão do LEDI", max_length=10)
    uuid = models.CharField("UUID", max_length=44, unique=True)
    registro = models.TextField("registro")
    alterado_em = models.DateTimeField("alterado em", auto_now=True, db_default=Now())

    class Meta:
        verbose_name = "rascunho"
        ordering = ["-alterado_em"]

    def __str__(self) -> str:
        return f"rascunho {self.tipo} {self.uuid}"


class Cabecalho(models.Model):
    """The professional, post and date a user typed last, for the next ficha."""

    entidade = models.ForeignKey("cadastros.Entidade", models.CASCADE, related_name="+")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    dados = models.JSONField("dados", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entidade", "usuario"], name="cabecalho_unico")]

    def __str__(self) -> str:
        return f"cabeçalho de {self.usuario_id}"
