"""Every page of the house opens for who may, in Portuguese, without a script or style of another host."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from senha import SENHA

PAGES = [
    "administrando_acessos",
    "administrando_novo_usuario",
    "administrando_tokens",
    "auditoria",
    "instalacao",
    "especialidades",
    "especialidade_nova",
    "prazos",
    "trocar_senha",
]


@pytest.mark.parametrize("name", PAGES)
def test_page_opens(client: Client, criar_usuario, name):
    client.force_login(criar_usuario("Administrador"))
    response = client.get(reverse(name))
    html = response.content.decode()
    assert response.status_code == 200
    assert 'lang="pt-BR"' in html and "<h1>" in html
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", html)
    assert "<style" not in html and not re.findall(r"\sstyle=|\son[a-z]+=", html)
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_login_page_and_landing(client: Client, criar_usuario):
    criar_usuario("Administrador")
    assert client.get("/").url == "/entrar/?next=/"
    response = client.post("/entrar/", {"username": "administrador", "password": SENHA, "next": ""})
    assert response.status_code == 302
    assert client.get("/", follow=True).status_code == 200


def test_unknown_address_is_a_404_in_portuguese(client: Client, criar_usuario):
    client.force_login(criar_usuario("Consulta"))
    response = client.get("/nao-existe/")
    assert response.status_code == 404
    assert "Página não encontrada" in response.content.decode()
