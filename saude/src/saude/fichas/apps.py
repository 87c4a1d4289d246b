from django.apps import AppConfig


class FichasConfig(AppConfig):
    name = "saude.fichas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from saude.banco.busca import register  # noqa: PLC0415 (fields are ready only now)

        register()
