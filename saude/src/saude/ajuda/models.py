from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class PasseioVisto(models.Model):
    """Who has seen the first-use tour of the panel, or put it away: on the server, so on every machine of theirs."""

    usuario = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="passeio_visto"
    )
    em = models.DateTimeField("em", db_default=Now())

    def __str__(self) -> str:
        return f"passeio de {self.usuario_id}"
