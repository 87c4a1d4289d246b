from django.apps import AppConfig


class ProcessamentoConfig(AppConfig):
    name = "saude.processamento"

    def ready(self) -> None:
        from saude.processamento import ouvintes  # noqa: F401 (receivers)
