from django.apps import AppConfig


class AcsConfig(AppConfig):
    name = "saude.acs"
    verbose_name = "Saúde Domiciliar"
