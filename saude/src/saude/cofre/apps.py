from django.apps import AppConfig


class CofreConfig(AppConfig):
    name = "saude.cofre"
    verbose_name = "Cofre"
