from django.apps import AppConfig


class CorreioConfig(AppConfig):
    name = "saude.correio"
    verbose_name = "Correio"
    default_auto_field = "django.db.models.BigAutoField"
