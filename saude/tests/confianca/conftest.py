import pytest
from django.test import Client


@pytest.fixture
def cliente_de(criar_usuario):
    """A logged-in client of a preset of the entidade."""

    def enter(preset: str, **more: object) -> Client:
        client = Client()
        client.force_login(criar_usuario(preset.capitalize(), **more))
        return client

    return enter
