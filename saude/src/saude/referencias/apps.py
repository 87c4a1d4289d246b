from django.apps import AppConfig


class ReferenciasConfig(AppConfig):
    name = "saude.referencias"
    verbose_name = "Tabelas de referência"
