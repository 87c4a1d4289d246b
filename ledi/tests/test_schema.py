"""JSON Schema of the records: what `validate` accepts is valid, what it cannot read is not."""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import rule_cases
from jsonschema import Draft202012Validator
from rule_cases.harness import TODAY, build

from ledi import validate
from ledi.layouts import TIPOS, VERSIONS, Struct, layout
from ledi.schema import record_schema
from ledi.validation import PROCESSADA
from ledi_gerador import gerar
from ledi_gerador.minimos import minimal

#: every date form that docs/api.md names
DATE_FORMS = (
    "2026-09-15",
    "2026-09-15T08:30",
    "2026-09-15T08:30:15",
    "2026-09-15T08:30:15.250",
    "2026-09-15T08:30:15Z",
    "2026-09-15T08:30:15-03:00",
    "2026-09-15T08:30-0300",
    "2026-09-15t08:30:15z",
    "2026-09-15 08:30",
    1789448400000,
)


@cache
def validator(tipo: str, version: str) -> Any:
    schema = record_schema(tipo, version)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def refusals(record: dict[str, Any]) -> list[str]:
    found = validator(record["tipo"], record["versao"]).iter_errors(record)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_the_schema_is_a_schema(tipo: str, version: str):
    assert validator(tipo, version).schema["properties"]["tipo"] == {"const": tipo}


def test_generated_production_is_valid():
    told = {record["uuid"]: refusals(record) for record in gerar(semente=7, fichas=400, erros=0)}
    assert len(told) == 400 and {uuid: why for uuid, why in told.items() if why} == {}


def test_what_the_rules_accept_is_valid():
    """The good half of every rule case that is processada: the edges of every rule."""
    seen, wrong = 0, []
    for case in _cases():
        record = build(case, case.good)
        if validate(record, tabelas=case.tabelas, hoje=TODAY).situacao == PROCESSADA:
            seen += 1
            wrong += [(str(case), why) for why in refusals(record)]
    assert seen > 800 and wrong == []


def _cases() -> Iterator[Any]:
    for module in pkgutil.iter_modules(rule_cases.__path__):
        if module.name != "harness":
            yield from importlib.import_module(f"rule_cases.{module.name}").CASES


@pytest.mark.parametrize("tipo", TIPOS)
def test_what_is_optional_may_be_null_or_empty(tipo: str):
    """In every struct that the record brings, each field that it does not, in every empty form of its type."""
    ficha = layout("8.7.0").fichas[tipo]
    changed = 0
    for empty in (None, "", [], {}, {"nada": None}):
        record = copy.deepcopy(minimal(tipo))
        changed += _empty_all(ficha.root, record["ficha"], empty)
        report = validate(record, hoje=TODAY)
        assert report.situacao == PROCESSADA, report.errors
        assert refusals(record) == []
    assert changed > 10


def _empty_all(struct: Struct, node: dict[str, Any], empty: Any) -> int:
    count = 0
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        present = node.get(field.name)
        if present is None and field.required != "sim" and field.id is not None:
            if empty == {"nada": None} and field.type.kind == "struct":
                assert inner is not None
                node[field.name] = {inner.fields[0].name: None}
            elif empty is None or type(empty) is {"string": str, "list": list, "struct": dict}.get(
                field.type.kind
            ):
                node[field.name] = copy.deepcopy(empty)
            count += field.name in node
        elif inner is not None and present:
            for item in present if isinstance(present, list) else [present]:
                count += _empty_all(inner, item, empty)
    return count


@pytest.mark.parametrize("form", DATE_FORMS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_every_documented_date_form_is_valid(tipo: str, form: Any):
    record = copy.deepcopy(minimal(tipo))
    path = layout("8.7.0").fichas[tipo].date_path.split(".")
    node = record["ficha"]
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = form
    assert not [
        f for f in validate(record).findings if f.path.endswith(path[-1]) and f.code.endswith("formato")
    ]
    assert refusals(record) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"visitasDomiciliares": {}}, "$.ficha.visitasDomiciliares"),
        ({"visitasDomiciliares": []}, "$.ficha.visitasDomiciliares"),
        ({"visitasDomiciliares": [{}]}, "$.ficha.visitasDomiciliares[0]"),
        ({"naoExiste": 1}, "$.ficha"),
        ({"uuidFicha": None}, "$.ficha.uuidFicha"),
        ({"headerTransport": None}, "$.ficha.headerTransport"),
        ({"tpCdsOrigem": "3"}, "$.ficha.tpCdsOrigem"),
    ],
)
def test_what_cannot_be_read_is_refused(change: dict[str, Any], where: str):
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"] |= change
    assert any(why.startswith(where) for why in refusals(record))
    assert validate(record, hoje=TODAY).situacao != PROCESSADA


@pytest.mark.parametrize("form", ["15/09/2026", "2026-9-15", "2026-09-15T8:30", "", 1.5, True, None])
def test_what_is_no_date_is_refused(form: Any):
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"]["headerTransport"]["dataAtendimento"] = form
    assert any("dataAtendimento" in why for why in refusals(record))
    assert validate(record, hoje=TODAY).situacao != PROCESSADA
