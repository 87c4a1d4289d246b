from django.apps import AppConfig


class RetornoConfig(AppConfig):
    name = "saude.retorno"
    verbose_name = "retorno"
