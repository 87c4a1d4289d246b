from django.apps import AppConfig


class AvisosConfig(AppConfig):
    name = "saude.avisos"
    verbose_name = "Avisos"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from saude.avisos import ouvintes  # noqa: F401, PLC0415 (receivers; models are ready only now)
