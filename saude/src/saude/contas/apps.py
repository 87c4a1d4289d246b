from django.apps import AppConfig


class ContasConfig(AppConfig):
    name = "saude.contas"
    default_auto_field = "django.db.models.BigAutoField"
