from django.apps import AppConfig


class FilaConfig(AppConfig):
    name = "saude.fila"
    verbose_name = "fila"
