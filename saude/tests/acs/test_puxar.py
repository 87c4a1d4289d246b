"""The pull: the microárea and nothing else, by pages, only what changed."""

import json

import pytest
from producao import registro
from telefone import codigo, lotar, so_do_aparelho

from ledi_gerador.documentos import cpf
from saude.acs import territorio
from saude.fichas.models import Ficha
from saude.processamento.actions import reprocess
from saude.recebimento.actions import receive

pytestmark = pytest.mark.django_db
MAE, FILHO = cpf(111_222_333), cpf(222_333_444)


def domicilio(microarea="01", **more):
    record = registro("FCD")
    record["ficha"]["enderecoLocalPermanencia"]["microArea"] = microarea
    record["ficha"]["familias"] = [{"cpfResponsavel": MAE, "numeroMembrosFamilia": 2}]
    record["ficha"] |= more
    return record


def pessoa(documento, nome, **more):
    record = registro("FCI")
    record["ficha"]["identificacaoUsuarioCidadao"] |= {"cpfCidadao": documento, "nomeCidadao": nome} | more
    return record


@pytest.fixture
def familia(entidade):
    home = domicilio()
    people = [
        pessoa(MAE, "HELENA BITTENCOURT", statusEhResponsavel=True),
        pessoa(FILHO, "OTAVIO BITTENCOURT", statusEhResponsavel=False, cpfResponsavelFamiliar=MAE),
    ]
    receive(entidade=entidade, records=[home, *people], origem="api")
    return home, *people


def test_household_family_and_citizens(telefone, familia):
    home, *people = familia
    found, _ = telefone.puxar_tudo()
    house = found[f"domicilio:{home['uuid']}"]
    assert house["endereco"].endswith(", 120") and house["familias"][0]["responsavel"] == "HELENA BITTENCOURT"
    for person in people:
        citizen = found[f"cidadao:{person['uuid']}"]
        assert (citizen["domicilio"], citizen["familia"]) == (home["uuid"], 0)


def test_least_data_no_health_condition_of_a_citizen(telefone, entidade):
    person = pessoa(MAE, "HELENA BITTENCOURT")
    person["ficha"]["condicoesDeSaude"] = {"statusTemHanseniase": True}
    receive(entidade=entidade, records=[person], origem="api")
    text = json.dumps(telefone.puxar_tudo()[0][f"cidadao:{person['uuid']}"])
    assert "anseniase" not in text and "informacoesSocio" not in text


def test_another_microarea_is_not_told(telefone, entidade):
    other = domicilio("02")
    receive(entidade=entidade, records=[other], origem="api")
    assert f"domicilio:{other['uuid']}" not in telefone.puxar_tudo()[0]


def test_another_professional_and_another_entidade_are_not_told(telefone, familia, entidade, novo_telefone):
    other = lotar(entidade, "Daniel Santana", "272143940120005", "02")
    phone = novo_telefone()
    phone.registrar(codigo(other))
    kinds = {k.split(":")[0] for k in phone.puxar_tudo()[0]}
    assert kinds == {"perfil", "formulario", "lista"}


def test_a_microarea_passes_to_its_new_agent(entidade, familia, novo_telefone, lotacao):
    heir = lotar(entidade, "Daniel Santana", "272143940120005", "01")
    phone = novo_telefone()
    phone.registrar(codigo(heir))
    assert f"domicilio:{familia[0]['uuid']}" in phone.puxar_tudo()[0]


def test_only_what_changed_since_the_cursor(telefone, familia, entidade):
    _found, cursor = telefone.puxar_tudo()
    assert telefone.puxar(cursor).json()["itens"] == []
    home = familia[0]
    update = domicilio(fichaAtualizada=True, uuidFichaOriginadora=home["uuid"])
    update["ficha"]["enderecoLocalPermanencia"]["numero"] = "999"
    receive(entidade=entidade, records=[update], origem="api")
    changed, cursor = telefone.puxar_tudo(cursor)
    assert list(changed) == [f"domicilio:{home['uuid']}"]
    assert changed[f"domicilio:{home['uuid']}"]["endereco"].endswith(", 999")
    gone = pessoa(FILHO, "OTAVIO BITTENCOURT", statusEhResponsavel=False, cpfResponsavelFamiliar=MAE)
    gone["ficha"] |= {
        "fichaAtualizada": True,
        "uuidFichaOriginadora": familia[2]["uuid"],
        "saidaCidadaoCadastro": {"motivoSaidaCidadao": 136},
    }
    receive(entidade=entidade, records=[gone], origem="api")
    assert telefone.puxar_tudo(cursor)[0] == {f"cidadao:{familia[2]['uuid']}": None}


def test_pages(telefone, familia, monkeypatch):
    whole, _ = telefone.puxar_tudo()
    monkeypatch.setattr(territorio, "PAGE_BYTES", 20_000)
    first = telefone.puxar().json()
    assert not first["fim"] and len(first["itens"]) < len(whole)
    assert telefone.puxar_tudo()[0] == whole


@pytest.mark.parametrize("cursor", ["lixo", "a:b:c", "é"])
def test_a_strange_cursor_starts_anew(telefone, familia, cursor):
    page = telefone.puxar(cursor).json()
    assert page["recomecar"] and page["itens"]


def test_inconsistent_records_come_back_with_plain_messages(telefone, entidade):
    record = so_do_aparelho(registro("FVD"))
    del record["ficha"]["visitasDomiciliares"][0]["turno"]
    telefone.empurrar(record)
    ficha = Ficha.objects.get()
    assert not [k for k in telefone.puxar_tudo()[0] if k.startswith("retorno:")]
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    found, cursor = telefone.puxar_tudo()
    back = found[f"retorno:{ficha.uuid}"]
    assert back["editavel"] and "Turno" in back["motivos"][0]["mensagem"]
    record["ficha"]["visitasDomiciliares"][0]["turno"] = 1
    answer = telefone.empurrar(record | {"revisao_base": back["revisao"]}).json()["registros"][0]
    assert (answer["status"], answer["situacao"]) == ("substituida", "pendente")
    assert telefone.puxar_tudo(cursor)[0] == {f"retorno:{ficha.uuid}": None}


def test_forms_carry_fields_conditions_and_lists(telefone):
    found, _ = telefone.puxar_tudo()
    visit = found["formulario:FVD"]["campos"][0]
    fields = {f["n"]: f for f in visit["campos"]}
    assert fields["desfecho"]["o"] and fields["desfecho"]["d"] == "Desfecho"
    assert ["proibe", ["in", "desfecho", [2, 3]]] in fields["motivosVisita"]["regras"]
    assert fields["temperatura"]["faixa"] == [20.0, 45.0] and fields["glicemia"]["com"] == "tipoGlicemia"
    assert [1, "Visita realizada"] in found["lista:Desfecho"]["opcoes"]
    lists = {
        f["d"] for t in ("FVD", "FCI", "FCD") for f in folhas(found[f"formulario:{t}"]["campos"]) if "d" in f
    }
    assert lists <= {k.removeprefix("lista:") for k in found if k.startswith("lista:")}


def folhas(fields):
    for field in fields:
        yield field
        yield from folhas(field.get("campos", []))


def test_answers_are_gzipped_when_asked(telefone):
    response = telefone.puxar(**{"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"


def test_a_lotacao_that_ended_is_told(telefone, lotacao):
    assert "aviso_lotacao" not in telefone.puxar().json()
    lotacao.delete()
    response = telefone.puxar()
    assert (response.status_code, response.json()["codigo"]) == (403, "lotacao")
    assert "CNES" in response.json()["detail"]
