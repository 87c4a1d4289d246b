from django.apps import AppConfig


class ContasConfig(AppConfig):
    name = "saude.contas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from saude.contas import signals  # noqa: F401, PLC0415 (receivers; models are ready only now)
