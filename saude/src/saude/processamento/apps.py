from django.apps import AppConfig


class ProcessamentoConfig(AppConfig):
    name = "saude.processamento"
