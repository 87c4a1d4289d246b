from django.apps import AppConfig


class CopiasConfig(AppConfig):
    name = "saude.copias"
    verbose_name = "Cópias de segurança"
