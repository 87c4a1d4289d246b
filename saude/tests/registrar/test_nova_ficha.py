"""Nova ficha: the lotação of the professional, what is told and when, drafts by name, going back."""

import copy
import re

import pytest
from formulario_html import sent
from producao import CPF, cidadao, com_cpf, receber, registro

from ledi_gerador import minimal
from saude.cadastros.models import Equipe, Estabelecimento, Lotacao, Profissional
from saude.fichas.models import Ficha
from saude.registrar import actions
from saude.registrar.models import Rascunho

pytestmark = pytest.mark.django_db
HEAD = minimal("FVD")["ficha"]["headerTransport"]
CBO = "headerTransport.cboCodigo_2002"


@pytest.fixture
def digitador(client, criar_usuario):
    user = criar_usuario("Digitador")
    client.force_login(user)
    return user


@pytest.fixture
def ana(entidade):
    """Agent in two units; physician in one, which registers no visits."""
    person = Profissional.objects.create(entidade=entidade, cns=HEAD["profissionalCNS"], nome="ANA SOUZA")
    for cnes, name in (("2222222", "UBS Norte"), ("3333333", "UBS Sul")):
        post = Estabelecimento.objects.create(entidade=entidade, cnes=cnes, nome=name)
        team = Equipe.objects.create(
            entidade=entidade, estabelecimento=post, ine=cnes.zfill(10), nome=f"ESF {name}"
        )
        Lotacao.objects.create(profissional=person, estabelecimento=post, equipe=team, cbo="515105")
    Lotacao.objects.create(profissional=person, estabelecimento=post, cbo="225142")
    Lotacao.objects.create(profissional=person, estabelecimento=post, cbo="515105", fim="2026-01-31")
    return person


def asked(client, cns, **more):
    body = {
        "profissional": cns,
        "tipo": "FVD",
        "versao": "8.7.0",
        "caminho": CBO,
        "data": "2026-09-15",
    } | more
    return client.post("/registrar/lotacoes/", body)


def test_the_posts_of_the_day_whose_cbo_the_ficha_takes(client, digitador, ana):
    told = asked(client, ana.cns).json()
    assert [(p["cbo"][:6], p["cnes"], p["ine"]) for p in told["lotacoes"]] == [
        ("515105", "2222222 - UBS Norte", "0002222222 - ESF UBS Norte"),
        ("515105", "3333333 - UBS Sul", "0003333333 - ESF UBS Sul"),
    ]
    assert told["fora"] == 1
    south = Lotacao.objects.get(profissional=ana, fim="2026-01-31").estabelecimento
    told = asked(client, ana.cns, data="2026-01-15").json()["lotacoes"]
    assert len(told) == 3 and told[2]["cnes"].startswith(south.cnes), "one had not ended yet"
    assert asked(client, "0" * 15).json()["lotacoes"] == [] == asked(client, "x' --").json()["lotacoes"]
    for odd in ({"tipo": "XXX"}, {"versao": "1"}, {"caminho": "nada"}):
        assert asked(client, ana.cns, **odd).status_code == 404
    assert client.get("/registrar/lotacoes/").status_code == 405


def test_the_posts_are_of_the_entidade_and_of_who_is_active(client, digitador, ana, outra_entidade):
    Profissional.objects.filter(pk=ana.pk).update(ativo=False)
    assert asked(client, ana.cns).json()["lotacoes"] == []
    Profissional.objects.filter(pk=ana.pk).update(ativo=True, entidade=outra_entidade)
    assert asked(client, ana.cns).json()["lotacoes"] == []


def test_only_what_was_left_is_told(client, digitador, entidade):
    """Two fields are empty; one was left. Of the other nothing is said, until Finalizar."""
    record = registro("FVD")
    del cidadao(record)["turno"], cidadao(record)["desfecho"]
    form = pagina(client, digitador, entidade, record)
    html = client.post(
        "/registrar/FVD/verificar/", {**form, "tocados": "e-visitasDomiciliares-0-turno"}
    ).content.decode()
    assert (
        'id="e-visitasDomiciliares-0-turno"' in html and 'id="e-visitasDomiciliares-0-desfecho"' not in html
    )
    assert "1 inconsistência" in re.sub(r"<[^>]+>", "", html)
    nothing = client.post("/registrar/FVD/verificar/", {**form, "tocados": ""}).content.decode()
    assert "Nada errado" in nothing and "s-erro" not in nothing
    after = {**form, "tocados": "e-visitasDomiciliares-0-turno", "tentou": "1"}
    assert client.post("/registrar/FVD/verificar/", after).content.decode().count("data-achado=") >= 2


def pagina(client, user, entidade, record):
    actions.save_draft(entidade=entidade, by=user, record=record)
    return sent(client.get(f"/registrar/{record['tipo']}/?rascunho={record['uuid']}").content.decode())


def test_a_mended_field_loses_its_message(client, digitador, entidade):
    record = registro("FVD")
    form = pagina(client, digitador, entidade, record)
    html = client.post(
        "/registrar/FVD/verificar/", {**form, "tocados": "e-visitasDomiciliares-0-turno"}
    ).content.decode()
    told = html.split('id="e-visitasDomiciliares-0-turno"')[1].split("</div>")[0]
    assert "s-erro" not in told, "the place is sent again, empty"


def test_a_refused_finalizar_is_a_page_of_its_own_and_says_no_code(client, digitador, entidade):
    record = registro("FVD")
    del cidadao(record)["turno"]
    form = pagina(client, digitador, entidade, record)
    answer = client.post("/registrar/FVD/", {**form, "acao": "finalizar"})
    assert answer.status_code == 302
    html = client.get(answer["Location"]).content.decode()
    shown = re.sub(r"<small[^>]*hidden[^>]*>.*?</small>", "", html, flags=re.S)
    words = re.sub(r"<[^>]+>", " ", shown)
    assert "Falta Turno." in words and not re.search(r"\b(FVD|CTX|HDR)-\d", words)
    assert not Ficha.objects.exists()


def test_a_refused_finalizar_whose_draft_is_of_another_person_stands_in_its_page(
    client, digitador, criar_usuario, entidade
):
    record = registro("FVD")
    del cidadao(record)["turno"]
    form = pagina(client, digitador, entidade, record)
    Rascunho.objects.update(usuario=criar_usuario("Coordenador"))
    answer = client.post("/registrar/FVD/", {**form, "acao": "finalizar"})
    assert answer.status_code == 422 and "é de outra pessoa" in answer.content.decode()


def test_drafts_are_listed_by_whom_they_are_of(client, digitador, entidade, ana):
    receber(entidade, com_cpf(registro("FVD", clientes=[{"nome": "MARIA LIMA", "nascimento": "1985-03-20"}])))
    mine = com_cpf(registro("FVD"))
    other = copy.deepcopy(mine["ficha"]["visitasDomiciliares"][0])
    mine["ficha"]["visitasDomiciliares"].append(other)
    actions.save_draft(entidade=entidade, by=digitador, record=mine)
    nobody = registro("FVD")
    actions.save_draft(entidade=entidade, by=digitador, record=nobody)
    html = client.get("/registrar/").content.decode()
    rows = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", r)) for r in re.findall(r"<tr>.*?</tr>", html, re.S)[1:]
    ]
    assert any("MARIA LIMA" in r and "ANA SOUZA" in r and "15/09/2026" in r for r in rows)
    assert any("Ninguém identificado" in r for r in rows)
    assert CPF not in html and mine["uuid"] not in re.sub(r"<[^>]+>", "", html)


def test_yes_and_no_are_two_buttons_and_neither_can_be_said(client, digitador, entidade):
    record = registro("FVD")
    cidadao(record)["stForaArea"] = True
    cidadao(record).pop("microArea", None)
    html_form = pagina(client, digitador, entidade, record)
    name = "f:visitasDomiciliares[0].stForaArea"
    assert html_form[name] == ["", "sim"]
    client.post("/registrar/FVD/rascunho/", {**html_form, name: ["", "nao"]})
    assert Rascunho.objects.get().registro.count('"stForaArea": false') == 1
    client.post("/registrar/FVD/rascunho/", {**html_form, name: [""]})
    assert "stForaArea" not in Rascunho.objects.get().registro
