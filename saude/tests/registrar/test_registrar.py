"""Typing a ficha: every kind goes through the form unchanged; drafts, header, findings, what is refused."""

import json
from typing import Any

import pytest
from formulario_html import sent
from producao import CPF, cidadao, com_cpf, receber, registro

from ledi import validate
from ledi.layouts import TIPOS
from ledi_gerador import minimal
from saude.auditoria.models import Evento
from saude.fichas.models import Ficha
from saude.registrar import actions
from saude.registrar.models import Rascunho


@pytest.fixture
def digitador(client, criar_usuario) -> Any:
    user = criar_usuario("Digitador")
    client.force_login(user)
    return user


def pagina_de(client: Any, user: Any, entidade: Any, record: dict[str, Any]) -> dict[str, list[str]]:
    actions.save_draft(entidade=entidade, by=user, record=record)
    page = client.get(f"/registrar/{record['tipo']}/?rascunho={record['uuid']}")
    assert page.status_code == 200
    return sent(page.content.decode())


@pytest.mark.parametrize("tipo", TIPOS)
def test_the_form_says_the_minimal_record_exactly(client, digitador, entidade, tipo):
    record = registro(tipo) if tipo != "FCC" else minimal("FCC")
    form = pagina_de(client, digitador, entidade, record)
    answer = client.post(f"/registrar/{tipo}/rascunho/", form)
    assert answer.json()["salvo"] is True
    kept = json.loads(Rascunho.objects.get().registro)
    before, after = validate(record), validate(kept)
    assert after.wire == before.wire
    assert {k: kept.get(k) for k in ("tipo", "versao", "uuid", "cnes", "ine", "ibge")} == {
        k: record.get(k) for k in ("tipo", "versao", "uuid", "cnes", "ine", "ibge")
    }
    assert [f.code for f in after.findings] == [f.code for f in before.findings]


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_new_form_opens_with_today_and_the_municipality(client, digitador, tipo):
    page = client.get(f"/registrar/{tipo}/")
    form = sent(page.content.decode())
    assert any(
        name.endswith("codigoIbgeMunicipio") and values[0].startswith("4218202")
        for name, values in form.items()
    )
    assert Rascunho.objects.count() == 0  # looking writes nothing


def test_finalizar_takes_in_and_the_next_has_the_header(client, digitador, entidade):
    record = registro("FVD")
    form = pagina_de(client, digitador, entidade, record)
    answer = client.post("/registrar/FVD/", {**form, "acao": "finalizar"})
    assert (answer.status_code, answer["Location"]) == (302, "/registrar/FVD/")
    ficha = Ficha.objects.get(uuid=record["uuid"])
    assert (ficha.situacao, ficha.origem) == ("processada", "formulario")
    assert not Rascunho.objects.exists()
    following = sent(client.get("/registrar/FAI/").content.decode())
    header = record["ficha"]["headerTransport"]
    assert following["f:headerTransport.lotacaoFormPrincipal.profissionalCNS"][0].startswith(
        header["profissionalCNS"]
    )
    assert following["f:headerTransport.dataAtendimento"] == ["2026-09-15"]
    assert following["uuid"][0] != record["uuid"]


def test_findings_stand_beside_the_fields_and_nothing_is_taken_in(client, digitador, entidade):
    record = registro("FVD")
    del cidadao(record)["turno"]
    form = pagina_de(client, digitador, entidade, record)
    answer = client.post("/registrar/FVD/", {**form, "acao": "finalizar"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/registrar/FVD/?rascunho={record['uuid']}&conferir=1",
    ), "what is wrong has an address: going back sends nothing again"
    html = client.get(answer["Location"]).content.decode()
    beside = html.split('id="e-visitasDomiciliares-0-turno"')[1].split("</div>")[0]
    assert "s-erro" in beside
    assert not Ficha.objects.exists()
    assert Rascunho.objects.get().uuid == record["uuid"]
    client.post("/registrar/FVD/", {**form, "acao": "guardar"})
    assert Ficha.objects.get().situacao == "inconsistente"


def test_verificar_answers_with_the_blocks_of_the_fields(client, digitador, entidade):
    record = registro("FVD")
    del cidadao(record)["desfecho"]
    form = pagina_de(client, digitador, entidade, record)
    html = client.post("/registrar/FVD/verificar/", form).content.decode()
    assert 'id="e-visitasDomiciliares-0-desfecho"' in html
    assert "1 inconsistência" in html.replace("<b>", "").replace("</b>", "")
    assert Ficha.objects.count() == 0


def test_urgency_and_speciality_go_to_the_context(client, digitador, entidade):
    record = registro("FAI")
    form = pagina_de(client, digitador, entidade, record)
    client.post(
        "/registrar/FAI/", {**form, "acao": "finalizar", "urgencia": "sim", "especialidade": "Cardiologia"}
    )
    ficha = Ficha.objects.get()
    assert ficha.urgencia is True
    assert "contexto" in json.loads(ficha.conteudo.registro)


def test_a_block_taken_out_is_gone(client, digitador, entidade):
    record = registro("FVD")
    children = record["ficha"]["visitasDomiciliares"]
    children.append({**children[0], "numProntuario": "2"})
    form = pagina_de(client, digitador, entidade, record)
    form["remover:visitasDomiciliares[0]"] = ["1"]
    client.post("/registrar/FVD/rascunho/", form)
    left = json.loads(Rascunho.objects.get().registro)["ficha"]["visitasDomiciliares"]
    assert [c.get("numProntuario") for c in left] == ["2"]


def test_citizens_are_found_and_the_search_is_audited(client, digitador, entidade):
    receber(entidade, com_cpf(registro("FVD")))
    found = client.get(f"/registrar/clientes/?q={CPF}").json()["clientes"]
    assert [(c["cpf"], c["nascimento"], c["sexo"]) for c in found] == [(CPF, "1985-03-20", "1")]
    assert Evento.objects.filter(tipo="cliente.buscado", usuario_id=digitador.pk).count() == 1
    assert client.get("/registrar/clientes/?q=1").json() == {"clientes": []}


def test_drafts_are_of_one_person_in_one_entidade(client, digitador, entidade, criar_usuario):
    other = criar_usuario("Coordenador")
    record = registro("FVD")
    actions.save_draft(entidade=entidade, by=other, record=record)
    assert client.get(f"/registrar/FVD/?rascunho={record['uuid']}").status_code == 404
    answer = client.post("/registrar/FVD/rascunho/", {"uuid": record["uuid"], "versao": "8.7.0"})
    assert answer.status_code == 409
    client.post("/registrar/FVD/apagar/", {"uuid": record["uuid"]})
    assert Rascunho.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/registrar/XXX/", {}),
        ("/registrar/FVD/", {"uuid": "../../etc", "versao": "8.7.0"}),
        ("/registrar/FVD/", {"uuid": "a" * 36, "versao": "1.0.0"}),
        ("/registrar/FVD/rascunho/", {}),
    ],
)
def test_what_no_form_of_ours_sends_is_not_found(client, digitador, address, body):
    assert client.post(address, body).status_code == 404
    assert not Rascunho.objects.exists()


def test_same_ficha_sent_twice_is_one(client, digitador, entidade):
    form = pagina_de(client, digitador, entidade, registro("FVD"))
    for _ in range(2):
        client.post("/registrar/FVD/", {**form, "acao": "finalizar"})
    assert Ficha.objects.count() == 1
