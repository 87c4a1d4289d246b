from django.apps import AppConfig


class CadastrosConfig(AppConfig):
    name = "saude.cadastros"
    default_auto_field = "django.db.models.BigAutoField"
