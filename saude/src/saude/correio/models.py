"""The mail server of the installation."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Servidor(models.Model):
    """One row (pk 1), or none: then nothing is sent. The password is sealed by the key outside the database."""

    class Seguranca(models.TextChoices):
        STARTTLS = "starttls", "STARTTLS (porta 587)"
        TLS = "tls", "TLS desde o início (porta 465)"
        NENHUMA = "nenhuma", "Nenhuma (só dentro da própria rede)"

    host = models.CharField("servidor SMTP", max_length=253)
    porta = models.PositiveIntegerField(
        "porta", default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    seguranca = models.CharField("segurança", max_length=8, choices=Seguranca, default=Seguranca.STARTTLS)
    usuario = models.CharField("usuário", max_length=254, blank=True)
    senha = models.TextField(blank=True)
    remetente = models.EmailField("remetente")

    def __str__(self) -> str:
        return f"{self.host}:{self.porta}"
