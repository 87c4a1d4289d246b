"""An ACS of Timbó with a registered phone."""

from uuid import uuid4

import pytest
from django.test import Client
from telefone import Telefone, codigo, lotar


@pytest.fixture
def lotacao(entidade):
    return lotar(entidade)


@pytest.fixture
def novo_telefone():
    return lambda **more: Telefone(Client(), str(uuid4()), **more)


@pytest.fixture
def telefone(lotacao, novo_telefone):
    """Registered for `lotacao`."""
    phone = novo_telefone()
    assert phone.registrar(codigo(lotacao)).status_code == 201
    return phone
