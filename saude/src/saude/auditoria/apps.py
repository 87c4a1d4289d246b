from django.apps import AppConfig


class AuditoriaConfig(AppConfig):
    name = "saude.auditoria"
    verbose_name = "auditoria"
    default_auto_field = "django.db.models.BigAutoField"
