from django.apps import AppConfig


class ProcessamentoConfig(AppConfig):
    name = "saude.processamento"

    def ready(self) -> None:
        from saude.processamento import ouvintes  # noqa: F401, PLC0415 (receivers; models are ready only now)
