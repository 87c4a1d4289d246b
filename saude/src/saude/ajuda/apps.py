from django.apps import AppConfig


class AjudaConfig(AppConfig):
    name = "saude.ajuda"
    verbose_name = "Ajuda"
    default_auto_field = "django.db.models.BigAutoField"
