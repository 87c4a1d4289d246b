from django.apps import AppConfig


class RecebimentoConfig(AppConfig):
    name = "saude.recebimento"
    default_auto_field = "django.db.models.BigAutoField"
