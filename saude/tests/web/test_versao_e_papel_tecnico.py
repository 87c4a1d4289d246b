"""Two lines of NGS1: the version is in sight, and who keeps the installation sees nobody's health."""

from importlib.metadata import version

import pytest
from senha import SENHA

from saude.auditoria.models import Evento
from saude.contas.actions import create_user, set_rules_installation

pytestmark = pytest.mark.django_db


def test_every_page_with_a_menu_says_which_version_it_is(client, criar_usuario):
    client.force_login(criar_usuario("Consulta"))
    for address in ("/conta/sessoes/", "/executando/sistema/exportacao/", "/ajuda/"):
        assert f"Saúde e-SUS {version('saude')}" in client.get(address, follow=True).text, address


def test_before_log_in_nobody_is_told_which_version_it_is(client):
    assert version("saude") not in client.get("/entrar/").text


def test_who_keeps_the_installation_and_nothing_else_sees_no_citizen(client, entidade):
    """The technical role: queue, copies, mail, tables; no list, no ficha, no client, no export of anybody."""
    from producao import receber, registro

    receber(entidade, registro())
    keeper = create_user(
        by="teste", entidade=entidade, username="suporte", nome="Pessoa do Suporte", senha=SENHA, trocar_senha=False,
        permissoes=["configurar"],
    )  # fmt: skip
    set_rules_installation(by="teste", usuario=keeper, sim=True)
    client.force_login(keeper)
    assert client.get("/servico/").status_code == 200
    closed = ("/clientes/", "/executando/sistema/exportacao/", "/executando/sistema/sincronizacoes/")
    assert [client.get(address).status_code for address in closed] == [403] * len(closed)
    assert not Evento.objects.filter(usuario_id=keeper.pk, tipo__startswith="cliente.").exists()
