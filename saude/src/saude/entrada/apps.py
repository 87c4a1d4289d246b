from django.apps import AppConfig


class EntradaConfig(AppConfig):
    name = "saude.entrada"
    verbose_name = "Entrada"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from saude.entrada import sinais  # noqa: F401, PLC0415 (receivers; models are ready only now)
