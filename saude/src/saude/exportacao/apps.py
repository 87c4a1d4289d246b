from django.apps import AppConfig


class ExportacaoConfig(AppConfig):
    name = "saude.exportacao"
    default_auto_field = "django.db.models.BigAutoField"
