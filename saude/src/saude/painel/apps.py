from django.apps import AppConfig


class PainelConfig(AppConfig):
    """The pages of Exportação > e-SUS. No models: it shows what the other apps hold."""

    name = "saude.painel"
