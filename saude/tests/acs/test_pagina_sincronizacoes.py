"""The page Sincronizações, per agent."""

import re

import pytest
from html_lido import lido
from telefone import lotar

pytestmark = pytest.mark.django_db
PAGE = "/executando/sistema/sincronizacoes/"


def test_a_code_is_made_a_phone_registers_and_is_revoked(client, entidade, criar_usuario, novo_telefone):
    lotacao = lotar(entidade)
    client.force_login(criar_usuario("Coordenador"))
    assert lotacao.profissional.nome in client.get(PAGE).content.decode()
    made = lido(client.post(f"{PAGE}{lotacao.pk}/codigo/"))
    code = re.search(r'id="codigo" type="text" readonly value="([^"]+)"', made)[1]
    assert novo_telefone().registrar(code).status_code == 201
    shown = client.get(f"{PAGE}{lotacao.pk}/").content.decode()
    revoke = re.search(r'action="([^"]+/revogar/)"', shown)[1]
    after = client.post(revoke, follow=True).content.decode()
    assert "evogado" in after


def test_who_only_sees_makes_no_code(client, entidade, criar_usuario):
    lotacao = lotar(entidade)
    client.force_login(criar_usuario("Consulta"))
    assert "Gerar código" not in lido(client.get(f"{PAGE}{lotacao.pk}/"))
    assert client.post(f"{PAGE}{lotacao.pk}/codigo/").status_code == 403
