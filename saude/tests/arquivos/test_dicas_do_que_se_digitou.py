"""What is told of a value speaks of what was typed, in the form and in the sheet."""

import pytest
from producao import cidadao, registro

from ledi.layouts import layout
from saude.arquivos import celulas
from saude.formularios import dicas
from saude.processamento.julgar import check

ROOT = layout().fichas["FAI"].root
CHILD = "atendimentosIndividuais[0]"
HEIGHT, BIRTH = (ROOT.field_at(f"{CHILD}.{n}") for n in ("medicoes.altura", "dataNascimento"))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (HEIGHT, 1.68, "Altura: 1,68 é em metros. Aqui é em centímetros: 168."),
        (HEIGHT, "1.7", "Altura: 1,7 é em metros. Aqui é em centímetros: 170."),
        (HEIGHT, 168.0, ""),
        (HEIGHT, "alto", ""),
        (BIRTH, "1985-02-31", "Data de nascimento: 31/02/1985 não existe. Confira o dia e o mês."),
        (BIRTH, "31/02/1985", "Data de nascimento: 31/02/1985 não existe. Confira o dia e o mês."),
        (BIRTH, "1985-02-28", ""),
        (BIRTH, "ontem", ""),
        (BIRTH, None, ""),
    ],
)
def test_the_form(field, value, told):
    assert dicas.explain(field, value) == told


@pytest.mark.parametrize(
    ("field", "cell", "told"),
    [
        (BIRTH, "27/11/26", "ano com dois algarismos"),
        (BIRTH, "31/02/1985", "31/02/1985 não existe"),
        (HEIGHT, "1,68", "em centímetros: 168"),
    ],
)
def test_the_sheet(field, cell, told):
    assert told in celulas.explain_spoilt(field, cell)


@pytest.mark.django_db
def test_a_typed_ficha_is_told_so(entidade):
    record = registro("FAI")
    child = cidadao(record)
    child["medicoes"] = {"altura": 1.68}
    child["dataNascimento"] = "1985-02-31"
    child["turno"] = 99
    told = {a.campo.rpartition(".")[2]: a.mensagem for a in check(entidade, record)}
    assert told["altura"] == "Altura: 1,68 é em metros. Aqui é em centímetros: 168."
    assert told["dataNascimento"].startswith("Data de nascimento: 31/02/1985 não existe.")
    assert "O código 99 não é aceito em Turno." in told["turno"]
