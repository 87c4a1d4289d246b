from django.apps import AppConfig


class FormulariosConfig(AppConfig):
    name = "saude.formularios"
