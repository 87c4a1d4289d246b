from django.apps import AppConfig


class PainelConfig(AppConfig):
    """The pages of Exportação > e-SUS: they show what the other apps hold. Of its own: the filters people keep."""

    name = "saude.painel"
