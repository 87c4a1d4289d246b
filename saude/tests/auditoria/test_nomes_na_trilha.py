"""The trail says who and where by name; a citizen stays a number."""

import pytest
from producao import com_cpf, receber, registro

from saude.auditoria.actions import record_event
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador")
    client.force_login(user)
    return user


def test_targets_have_names_and_citizens_do_not(client, admin, entidade, criar_usuario):
    other = criar_usuario("Consulta", username="beto")
    post = Estabelecimento.objects.create(entidade=entidade, cnes="7654321", nome="UBS das Flores")
    receber(entidade, com_cpf(registro(clientes=[{"nome": "CARLA SIGILOSA"}])))
    citizen = Cliente.objects.get()
    for target in (
        other,
        post,
        citizen,
        ("contas.usuario", 987_654),
        ("contas.usuario", "x"),
        ("nada.nada", 1),
    ):
        record_event(by=admin, entidade=entidade, tipo="teste.feito", alvo=target)
    page = client.get("/administrando/auditoria/?tipo=teste.feito").text
    assert "UBS das Flores" in page and "beto" in page and "987654" in page
    assert "CARLA" not in page and f">{citizen.pk}</span>" in page


def test_its_table_can_be_scrolled_with_the_keyboard(client, admin, entidade):
    page = client.get("/administrando/auditoria/").text
    assert 'class="s-tabela-caixa" tabindex="0" role="region" aria-label="Eventos da auditoria"' in page
