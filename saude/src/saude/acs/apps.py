from django.apps import AppConfig


class AcsConfig(AppConfig):
    name = "saude.acs"
    verbose_name = "Saúde Domiciliar"

    def ready(self) -> None:
        from saude.acs import ouvintes  # noqa: F401, PLC0415 (receivers; models are ready only now)
        from saude.acs.queries import last_syncs  # noqa: PLC0415 models are not loaded before
        from saude.painel import sincronia  # noqa: PLC0415 models are not loaded before

        sincronia.register(last_syncs)
