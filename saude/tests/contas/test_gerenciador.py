"""The access manager through its pages."""

import re

import pytest
from django.urls import reverse
from html_lido import lido

from saude.cadastros.models import Estabelecimento
from saude.contas.models import ApiToken, Usuario
from saude.contas.pedidos import decide
from saude.contas.queries import token_by_secret


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador")
    client.force_login(user)
    return user


def shown_secret(response) -> str:
    return re.search(r'id="segredo"[^>]*value="([^"]+)"', response.content.decode())[1]


def test_create_a_user_who_then_enters_and_changes_the_password(client, admin, entidade):
    area = Estabelecimento.objects.create(entidade=entidade, cnes="2513838", nome="UBS Centro")
    data = {"nome": "Joana Lima", "username": "joana", "area": area.pk, "preset": "Digitador"}
    response = client.post(reverse("administrando_novo_usuario"), data)
    password = shown_secret(response)
    user = Usuario.objects.get(username="joana")
    assert user.acessos.get().permissoes == ["ver", "corrigir", "reprocessar"]
    assert password not in client.get(reverse("administrando_usuario", args=[user.pk])).content.decode()
    client.logout()
    client.post("/entrar/", {"username": "joana", "password": password})
    assert client.get("/").url == "/conta/senha/"


def test_wrong_data_is_said_beside_the_field(client, admin):
    data = {"nome": "", "username": "administrador"}
    html = client.post(reverse("administrando_novo_usuario"), data).content.decode()
    assert "Já existe um usuário com este nome." in html
    assert "Escolha um grupo ou ao menos uma permissão." in html
    assert "Este campo é obrigatório." in html


def test_grant_change_and_revoke(client, admin, criar_usuario):
    user = criar_usuario("Consulta")
    page = reverse("administrando_usuario", args=[user.pk])
    client.post(page, {"permissoes": ["ver", "exportar"]})
    acesso = user.acessos.get()
    assert acesso.permissoes == ["ver", "exportar"]
    client.post(reverse("administrando_revogar", args=[acesso.pk]))
    assert not user.acessos.exists()
    assert client.get(page).status_code == 404


def test_existing_user_of_another_entidade(client, admin, entidade, outra_entidade, criar_usuario):
    user = criar_usuario("Consulta", entidade=outra_entidade)
    assert client.get(reverse("administrando_usuario", args=[user.pk])).status_code == 404
    client.post(reverse("administrando_existente"), {"username": "consulta", "preset": "Consulta"})
    assert not user.acessos.filter(entidade=entidade).exists()  # their own entidade has to agree
    home = criar_usuario("Administrador", "de-casa", entidade=outra_entidade)
    decide(by=home, pedido=user.pedidos.get(), sim=True)
    assert user.acessos.filter(entidade=entidade).exists()
    html = client.get(reverse("administrando_usuario", args=[user.pk])).content.decode()
    assert "também trabalha em entidades que você não administra" in html
    client.post(reverse("administrando_situacao", args=[user.pk]), {"ativo": "nao"})
    user.refresh_from_db()
    assert user.is_active


@pytest.mark.parametrize("name", ["administrando_nova_senha", "administrando_situacao"])
def test_users_of_another_entidade_are_404(client, admin, outra_entidade, criar_usuario, name):
    user = criar_usuario("Consulta", entidade=outra_entidade)
    assert client.post(reverse(name, args=[user.pk])).status_code == 404
    acesso = user.acessos.get()
    assert client.post(reverse("administrando_revogar", args=[acesso.pk])).status_code == 404


def test_reset_password_and_deactivate(client, admin, criar_usuario):
    user = criar_usuario("Consulta")
    password = shown_secret(client.post(reverse("administrando_nova_senha", args=[user.pk])))
    user.refresh_from_db()
    assert user.check_password(password) and user.trocar_senha
    client.post(reverse("administrando_situacao", args=[user.pk]), {"ativo": "nao"})
    user.refresh_from_db()
    assert not user.is_active


def test_token_is_shown_once_and_revoked(client, admin, outra_entidade):
    url = reverse("administrando_tokens")
    secret = shown_secret(client.post(url, {"nome": "PEP", "limite_por_minuto": 60}))
    token = token_by_secret(secret)
    assert secret not in client.get(url).content.decode()
    client.post(reverse("administrando_revogar_token", args=[token.pk]))
    assert token_by_secret(secret) is None
    ApiToken.objects.update(entidade=outra_entidade)
    assert client.post(reverse("administrando_revogar_token", args=[token.pk])).status_code == 404


def test_header_changes_area(client, admin, entidade):
    area = Estabelecimento.objects.create(entidade=entidade, cnes="2513838", nome="UBS Centro")
    data = {"entidade": entidade.pk, "area": area.pk, "voltar": "/administrando/acessos/"}
    response = client.post(reverse("trocar_contexto"), data)
    assert response.url == "/administrando/acessos/"
    assert "UBS Centro</small>" in client.get(response.url).content.decode()
    assert client.post(reverse("trocar_contexto"), {**data, "voltar": "https://example.com/"}).url == "/"


def test_menu_shows_only_what_the_user_may_do(client, criar_usuario):
    client.force_login(criar_usuario("Consulta"))
    html = lido(client.get(reverse("prazos")))
    assert "Especialidades" in html and "Gerenciador de acessos" not in html
    assert "Mudar prazo" not in html
