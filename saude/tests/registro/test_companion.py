"""What accompanies a ficha is said when it is not read as it is written: it decides what is exported."""

import pytest
from producao import ficha_de, receber, registro

from saude.registro.companion import CODE

ERRO, AVISO = "erro", "aviso"


def said(entidade, context, tipo="FVD"):
    record = registro(tipo) | {"contexto": context}
    [answer] = receber(entidade, record)
    found = [(i["campo"], i["severidade"]) for i in answer.inconsistencias if i["codigo"] == CODE]
    return found, answer


@pytest.mark.parametrize(
    "context",
    [
        None,
        {},
        {"sistema": "outro", "id": 7, "area": ""},
        {"urgencia": None, "especialidade": None, "origem": None, "clientes": None},
        {"urgencia": True, "especialidade": "Médico da família", "origem": "api"},
        {"urgencia": False, "especialidade": "  ", "clientes": []},
        {"clientes": [None, {}, {"nome": "ANA DE SOUZA", "nascimento": "1985-03-20", "sexo": 1}]},
        {"clientes": [{"nome": "", "nascimento": None, "cpf": "", "cns": None, "nome_mae": None}]},
        {"clientes": [{"cpf": "123.456.789-09", "nascimento": 480146400000}]},
    ],
)
def test_what_is_read_has_nothing_said(entidade, context):
    assert said(entidade, context)[0] == []


@pytest.mark.parametrize(
    ("context", "path"),
    [
        ("urgencia", "contexto"),
        ([{"urgencia": True}], "contexto"),
        (7, "contexto"),
        ({"urgencia": "true"}, "contexto.urgencia"),
        ({"urgencia": "S"}, "contexto.urgencia"),
        ({"urgencia": 1}, "contexto.urgencia"),
        ({"urgencia": [True]}, "contexto.urgencia"),
        ({"Urgência": True}, "contexto.urgencia"),
        ({"URGENCIA": True, "Urgencia": True}, "contexto.urgencia"),
        ({"especialidade": 225142}, "contexto.especialidade"),
        ({"especialidade": ["Cardiologia"]}, "contexto.especialidade"),
        ({"especialidade": "x" * 121}, "contexto.especialidade"),
        ({"Especialidade": "Cardiologia"}, "contexto.especialidade"),
    ],
)
def test_what_decides_the_export_and_cannot_be_read_holds_the_ficha_back(entidade, context, path):
    found, answer = said(entidade, context, "FAI")
    assert found == [(path, ERRO)]
    assert answer.situacao == "inconsistente"
    mended = registro("FAI", uuid=answer.uuid, urgencia=True)
    [again] = receber(entidade, mended)
    assert (again.status, again.situacao) == ("substituida", "processada")
    assert ficha_de(again).urgencia is True


@pytest.mark.parametrize(
    ("context", "path"),
    [
        ({"origem": "App"}, "contexto.origem"),
        ({"origem": ["app"]}, "contexto.origem"),
        ({"Origem": "app"}, "contexto.origem"),
        ({"clientes": {"nome": "ANA"}}, "contexto.clientes"),
        ({"clientes": "ANA"}, "contexto.clientes"),
        ({"clientes": [None, "ANA"]}, "contexto.clientes[1]"),
        ({"clientes": [{"nascimento": "20/03/1985"}]}, "contexto.clientes[0].nascimento"),
        ({"clientes": [{"sexo": "F"}]}, "contexto.clientes[0].sexo"),
        ({"clientes": [{"cpf": 12345678909}]}, "contexto.clientes[0].cpf"),
        ({"clientes": [{"cns": "123"}]}, "contexto.clientes[0].cns"),
        ({"clientes": [{}, {"nome": 5}, {"nome": 5}]}, "contexto.clientes[1].nome"),
        ({"clientes": [{"nome": "A" * 71}]}, "contexto.clientes[0].nome"),
    ],
)
def test_what_only_helps_to_know_the_citizen_is_an_aviso(entidade, context, path):
    found, answer = said(entidade, context)
    assert found == [(path, AVISO)]
    assert answer.situacao == "processada"


def test_however_many_citizens_have_it_wrong_it_is_said_once_and_repeats_nothing_of_them(entidade):
    odd = {"nome": "MARIA" * 20, "nascimento": "31/02/1999", "sexo": "F", "cpf": "111", "cns": "222"}
    found, answer = said(entidade, {"clientes": [odd] * 500})
    names = ("nascimento", "sexo", "cpf", "cns", "nome")
    assert found == [(f"contexto.clientes[0].{name}", AVISO) for name in names]
    told = " ".join(i["mensagem"] for i in answer.inconsistencias)
    assert all(value not in told for value in ("MARIA", "31/02/1999", "111", "222"))
