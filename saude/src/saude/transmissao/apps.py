from django.apps import AppConfig


class TransmissaoConfig(AppConfig):
    name = "saude.transmissao"
    verbose_name = "transmissão"
    default_auto_field = "django.db.models.BigAutoField"
