"""What is kept and for how long, what is told to a citizen, with whom data were shared."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from producao import com_cpf, exportar, quebrado, receber, registro, zip_de

from saude.auditoria.models import Evento
from saude.clientes.models import Cliente
from saude.exportacao.files import path_of
from saude.exportacao.models import Exportacao
from saude.fichas.models import Conteudo, Ficha
from saude.privacidade.actions import purge
from saude.privacidade.models import PADRAO
from saude.privacidade.queries import terms
from saude.recebimento.models import Lote, Registro


@pytest.fixture
def production(entidade):
    receber(entidade, com_cpf(registro()), quebrado(), {"tipo": "nada"})
    Lote.objects.update(bruto=b"as it came")  # as the API keeps it
    return exportar(entidade)


def aged(days: int) -> None:
    then = timezone.now() - timedelta(days=days)
    Lote.objects.update(concluido_em=then)
    Exportacao.objects.update(concluida_em=then)


def test_a_day_before_its_term_nothing_goes(production):
    aged(min(PADRAO.values()) - 1)
    before = Registro.objects.count()
    assert not any(purge().values())
    assert Registro.objects.count() == before and Lote.objects.exclude(bruto=None).exists()
    assert not Evento.objects.filter(tipo="guarda.expurgo").exists()


def test_past_the_term_copies_go_and_records_of_care_stay(production):
    aged(max(PADRAO.values()) + 1)
    fichas, contents = Ficha.objects.count(), Conteudo.objects.count()
    refused = Registro.objects.filter(status="recusado").count()
    assert refused and zip_de(production).read()
    done = purge()
    assert done["recusados"] == refused and done["recebidos"] and done["exportacoes"] == 1
    assert (Ficha.objects.count(), Conteudo.objects.count()) == (fichas, contents) and fichas >= 2
    assert not Registro.objects.filter(status="recusado").exists()
    assert Lote.objects.get().recusados == refused  # how many, and why, is still told
    assert path_of(production) is None and not Lote.objects.exclude(bruto=None).exists()
    assert not any(purge().values())  # done once


def test_a_lot_that_failed_keeps_its_body_to_be_asked_for_again(production):
    aged(4000)
    Lote.objects.update(estado="falhou")
    assert purge()["recebidos"] == 0 and Lote.objects.exclude(bruto=None).exists()


@pytest.fixture
def keeper(client, criar_usuario):
    from saude.contas.actions import set_rules_installation

    user = criar_usuario("Administrador")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    return client


def test_terms_are_set_on_their_page_within_bounds(keeper):
    form = {kind.value: days for kind, days in PADRAO.items()}
    assert keeper.post("/servico/guarda/", form | {"recebidos": 5}).status_code == 200
    assert terms() == PADRAO
    assert keeper.post("/servico/guarda/", form | {"recebidos": 90}).status_code == 302
    assert terms()["recebidos"] == 90
    assert Evento.objects.get(tipo="guarda.alterada").detalhe == {"dias": {"recebidos": [180, 90]}}


def test_the_citizen_gets_all_that_is_held_and_the_trail_says_so(keeper, production, entidade):
    cliente = Cliente.objects.filter(entidade=entidade).exclude(cpf="").get()
    answer = keeper.post(f"/administrando/privacidade/titular/{cliente.pk}/")
    told = json.loads(b"".join(answer.streaming_content))
    assert told["cadastro"]["cpf"] == cliente.cpf
    [care] = told["atendimentos"]
    assert (
        care["uuid"] == Ficha.objects.get(atendidos__cliente=cliente).uuid and cliente.cpf in care["conteudo"]
    )
    assert [x["o_que"] for x in told["acessos"]] == ["titular.copia"]
    assert Evento.objects.filter(tipo="titular.copia", alvo_id=str(cliente.pk)).exists()


def test_of_another_municipality_there_is_no_copy(keeper, production, outra_entidade):
    foreign = Cliente.objects.create(entidade=outra_entidade, nome="X")
    assert keeper.post(f"/administrando/privacidade/titular/{foreign.pk}/").status_code == 404


def test_what_left_is_on_the_page_with_who_and_how_often(keeper, production):
    keeper.post(
        "/administrando/privacidade/", {"nome": "Encarregada Silva", "contato": "lgpd@municipio.example"}
    )
    where = f"/executando/sistema/exportacoes/{production.pk}/"
    page = keeper.get(where).content.decode()
    download = next(h for h in page.split('"') if h.endswith("/baixar/"))
    for _ in range(2):
        assert b"".join(keeper.get(download).streaming_content) == zip_de(production).read()
    page = keeper.get("/administrando/privacidade/").content.decode()
    assert "Encarregada Silva" in page and "e-SUS APS PEC (Ministério da Saúde)" in page
    assert '<td data-rotulo="Vezes">2</td>' in page
