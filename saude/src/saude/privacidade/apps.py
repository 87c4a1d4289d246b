from django.apps import AppConfig


class PrivacidadeConfig(AppConfig):
    name = "saude.privacidade"
    verbose_name = "Privacidade"
