"""Registrations made and brought up to date on the phone, without network."""

import json

import pytest
from aplicativo import (
    entrar,
    ir,
    nova_visita,
    por_enviar,
    preencher_cidadao,
    preencher_domicilio,
    preencher_visita,
    salvar,
)
from producao import CPF, registro

from ledi_gerador.documentos import cpf
from saude.fichas.models import Conteudo, Ficha
from saude.processamento.actions import reprocess
from saude.recebimento.actions import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUTRO = cpf(222_333_444)
SOCIAIS = {
    "statusFrequentaEscola": True,
    "statusDesejaInformarOrientacaoSexual": False,
    "statusDesejaInformarIdentidadeGenero": False,
}


@pytest.fixture
def familia(entidade):
    """A household and the person responsible, registered by the agent before the phone came."""
    home, person = registro("FCD"), registro("FCI")
    home["ficha"]["enderecoLocalPermanencia"]["microArea"] = "01"
    home["ficha"]["familias"] = [{"cpfResponsavel": CPF, "numeroMembrosFamilia": 2}]
    person["ficha"]["identificacaoUsuarioCidadao"] |= {
        "cpfCidadao": CPF, "nomeCidadao": "HELENA BITTENCOURT", "statusEhResponsavel": True,
    }  # fmt: skip
    person["ficha"]["condicoesDeSaude"] = {"statusTemHipertensaoArterial": True}
    person["ficha"]["informacoesSocioDemograficas"] = SOCIAIS
    receive(entidade=entidade, records=[home, person], origem="api")
    return home, person


def sem_rede(page):
    page.context.set_offline(True)
    page.locator("#estado", has_text="sem rede").wait_for()


def com_rede(page):
    page.context.set_offline(False)
    por_enviar(page, 0)


def processada(entidade, **which):
    """The one app's ficha of this kind, after the coordinator reprocessed it, as it is kept."""
    ficha = Ficha.objects.get(origem="app", **which)
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    ficha.refresh_from_db()
    assert ficha.situacao == "processada", list(ficha.inconsistencias.values_list("codigo", "mensagem"))
    return json.loads(Conteudo.objects.get(pk=ficha.pk).registro)["ficha"]


def test_a_new_household_and_a_visit_to_it_without_network(celular, lotacao, entidade):
    entrar(celular, lotacao)
    sem_rede(celular)
    ir(celular, "#/nova/FCD")
    preencher_domicilio(celular)
    salvar(celular)
    por_enviar(celular, 1)
    ir(celular, "#/")
    celular.get_by_role("link", name="Das Flores, 77").click()
    celular.get_by_text("cadastro por enviar").or_(
        celular.get_by_text("Por enviar", exact=True)
    ).first.wait_for()
    celular.get_by_role("link", name="Visita ao domicílio").click()
    preencher_visita(celular)
    salvar(celular)
    por_enviar(celular, 2)
    celular.get_by_text("1 visita e 1 cadastro neste aparelho, por enviar").wait_for()
    com_rede(celular)
    home = processada(entidade, tipo="FCD")
    visit = processada(entidade, tipo="FVD")
    assert home["fichaAtualizada"] is False and home["uuidFichaOriginadora"] == home["uuid"]
    assert visit["visitasDomiciliares"][0]["uuidOrigemCadastroDomiciliar"] == home["uuid"]


def test_a_household_brought_up_to_date_without_network(celular, lotacao, entidade, familia):
    entrar(celular, lotacao)
    sem_rede(celular)
    ir(celular, f"#/nova/FCD/{familia[0]['uuid']}")
    celular.get_by_role("heading", name="Atualizar cadastro domiciliar").wait_for()
    celular.get_by_label("Número *").fill("999")
    salvar(celular)
    celular.get_by_role("heading", name=", 999").first.wait_for()  # the household shows it at once
    ir(celular, "#/")
    ir(celular, f"#/nova/FCD/{familia[0]['uuid']}")  # the same update again, not a second one
    assert celular.get_by_label("Número *").input_value() == "999"
    ir(celular, "#/")
    com_rede(celular)
    home = processada(entidade, tipo="FCD")
    assert home["enderecoLocalPermanencia"]["numero"] == "999"
    assert (home["fichaAtualizada"], home["uuidFichaOriginadora"]) == (True, familia[0]["uuid"])
    assert home["familias"] == [{"cpfResponsavel": CPF, "numeroMembrosFamilia": 2}]


def test_a_citizen_brought_up_to_date_keeps_health_that_was_not_on_the_phone(
    celular, lotacao, entidade, familia
):
    entrar(celular, lotacao)
    kept = celular.evaluate(
        "import('/static/acs/banco.js').then((b) => b.todos('territorio')).then((t) => JSON.stringify(t))"
    )
    assert "HELENA" in kept and 'statusTemHipertensaoArterial":true' not in kept.replace(" ", "")
    sem_rede(celular)
    ir(celular, f"#/domicilio/{familia[0]['uuid']}")
    celular.get_by_role("link", name="Cadastro").nth(1).click()
    celular.get_by_role("heading", name="Atualizar cadastro individual").wait_for()
    assert celular.get_by_label("Nome do cidadão").input_value() == "HELENA BITTENCOURT"
    celular.get_by_text("Fica como está no cadastro do município.").first.wait_for()
    celular.get_by_label("Telefone celular").fill("48988887777")
    salvar(celular)
    celular.get_by_text("Atualização de cadastro individual").wait_for()
    com_rede(celular)
    person = processada(entidade, tipo="FCI")
    assert person["identificacaoUsuarioCidadao"]["telefoneCelular"] == "48988887777"
    assert person["condicoesDeSaude"] == {"statusTemHipertensaoArterial": True}
    assert (person["fichaAtualizada"], person["uuidFichaOriginadora"]) == (True, familia[1]["uuid"])


def test_a_section_answered_anew_on_the_phone(celular, lotacao, entidade, familia):
    entrar(celular, lotacao)
    sem_rede(celular)
    ir(celular, f"#/nova/FCI/{familia[0]['uuid']}/{familia[1]['uuid']}")
    celular.get_by_role("button", name="Responder de novo: Condições de saúde").click()
    celular.get_by_role("group", name="É fumante").get_by_label("Sim").check()
    salvar(celular)
    com_rede(celular)
    person = processada(entidade, tipo="FCI")
    assert person["condicoesDeSaude"] == {"statusEhFumante": True}
    assert person["informacoesSocioDemograficas"] == SOCIAIS


def test_a_new_member_of_the_family_without_network(celular, lotacao, entidade, familia):
    entrar(celular, lotacao)
    sem_rede(celular)
    ir(celular, f"#/domicilio/{familia[0]['uuid']}")
    celular.get_by_role("link", name="Nova pessoa").click()
    preencher_cidadao(celular, OUTRO)
    salvar(celular)
    celular.get_by_text("Maria da Silva").first.wait_for()
    celular.get_by_role("link", name="Visita", exact=True).nth(1).click()
    preencher_visita(celular)
    assert celular.get_by_label("CPF do cidadão").input_value() == OUTRO
    salvar(celular)
    celular.get_by_text("visita hoje").or_(celular.get_by_text("por enviar", exact=True)).first.wait_for()
    com_rede(celular)
    person, visit = processada(entidade, tipo="FCI"), processada(entidade, tipo="FVD")
    assert person["identificacaoUsuarioCidadao"]["cpfResponsavelFamiliar"] == CPF
    assert visit["visitasDomiciliares"][0]["cpfCidadao"] == OUTRO


def test_a_household_visited_today_goes_to_the_end_of_the_list(celular, lotacao, familia):
    entrar(celular, lotacao)
    celular.get_by_role("heading", name="Para visitar (1)").wait_for()
    sem_rede(celular)
    ir(celular, f"#/nova/FVD/{familia[0]['uuid']}")
    preencher_visita(celular)
    salvar(celular)
    ir(celular, "#/")
    celular.get_by_role("heading", name="Visitados hoje (1)").wait_for()
    celular.get_by_role("searchbox").fill("helena")
    assert celular.get_by_role("link", name="Helena Bittencourt").count() == 1
    celular.get_by_role("searchbox").fill("ninguém assim")
    celular.get_by_text("Nada encontrado.").wait_for()


def test_a_return_is_highlighted_mended_and_sent(celular, lotacao, entidade):
    entrar(celular, lotacao)
    nova_visita(celular)
    por_enviar(celular, 0)
    ficha = Ficha.objects.get()
    record = json.loads(Conteudo.objects.get().registro)
    del record["ficha"]["visitasDomiciliares"][0]["turno"]
    Conteudo.objects.update(registro=json.dumps(record))
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    celular.get_by_role("button", name="Sincronizar").click()
    celular.get_by_label("Principal").get_by_text("1 para ver").wait_for()
    ir(celular, "#/aparelho")
    celular.get_by_role("heading", name="Voltaram para corrigir (1)").wait_for()
    celular.get_by_text("Turno", exact=False).first.click()
    celular.get_by_text("O que corrigir").wait_for()
    celular.get_by_label("Tarde").check()
    salvar(celular)
    por_enviar(celular, 0)
    ficha.refresh_from_db()
    assert ficha.situacao == "pendente"
    assert json.loads(Conteudo.objects.get().registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 2
