from django.apps import AppConfig


class AtualizacaoConfig(AppConfig):
    name = "saude.atualizacao"
