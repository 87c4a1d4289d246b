from django.apps import AppConfig


class InconsistenciasConfig(AppConfig):
    name = "saude.inconsistencias"
    default_auto_field = "django.db.models.BigAutoField"
