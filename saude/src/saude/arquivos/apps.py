from django.apps import AppConfig


class ArquivosConfig(AppConfig):
    name = "saude.arquivos"
