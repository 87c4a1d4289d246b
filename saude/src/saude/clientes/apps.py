from django.apps import AppConfig


class ClientesConfig(AppConfig):
    name = "saude.clientes"
    default_auto_field = "django.db.models.BigAutoField"
