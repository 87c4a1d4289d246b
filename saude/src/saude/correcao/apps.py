from django.apps import AppConfig


class CorrecaoConfig(AppConfig):
    name = "saude.correcao"
