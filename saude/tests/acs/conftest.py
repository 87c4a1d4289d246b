"""An ACS of Timbó with a registered phone."""

from uuid import uuid4

import pytest
from aplicativo import abrir, fechar
from django.test import Client
from telefone import Telefone, codigo, lotar


@pytest.fixture(autouse=True)
def chave_menor(monkeypatch):
    """The key of the entidade takes a second to make; a smaller one does the same."""
    monkeypatch.setattr("saude.acs.chaves.BITS", 2048)


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


@pytest.fixture
def celular(live_server, navegador):
    """The app in a phone's browser."""
    context = navegador.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    page = abrir(context, live_server.url)
    page.base = live_server.url
    yield page
    fechar(page)
    assert not page.falhas, page.falhas
