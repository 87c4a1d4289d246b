"""Hostile records cost what a record may cost: lists are walked to their maximum plus one, findings are capped."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from campos import fields_of
from rule_cases.harness import TODAY, apply

from ledi import validate
from ledi.findings import ERRO, MAX_FINDINGS, Finding, capped
from ledi.installation import FICTICIA
from ledi.layouts import TIPOS, Field, Struct, layout
from ledi.processing import process
from ledi_gerador.minimos import minimal

HUGE = 100_000


class Counted(list):  # type: ignore[type-arg]
    """A list that knows how many of its items were looked at."""

    looked = 0

    def __iter__(self):
        for item in super().__iter__():
            Counted.looked += 1
            yield item

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return Counted(found) if isinstance(key, slice) else found


def lists_of(struct: Struct) -> list[Field]:
    return [field for field in struct.fields if field.type.kind == "list"]


@pytest.mark.parametrize("tipo", TIPOS)
def test_every_list_is_walked_to_its_maximum_plus_one(tipo: str):
    bounded = 0
    for record, path, node, field in _list_fields(tipo):
        if field.max is None:
            continue
        most = int(field.max)
        item: Any = {} if field.type.item and field.type.item.kind == "struct" else 1
        node[field.name] = Counted([copy.copy(item) for _ in range(most + 500)])
        Counted.looked = 0
        report = validate(record, hoje=TODAY)
        # a rule may tolerate a few more items than the layout says, and looks at the list again
        assert Counted.looked <= 12 * (most + 40), (path, Counted.looked)
        told = [f for f in report.findings if f.path == path and f.severity == ERRO]
        assert told and (most == 1 or any(str(most + 500) in f.message for f in told)), (path, told)
        assert report.situacao == "inconsistente" and report.wire is None and not report.crashed
        bounded += 1
    assert bounded >= 1 or tipo in ("FCZM", "MCA", "FCC")  # these have no list with a maximum


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_list_without_maximum_is_left_when_nothing_more_can_matter(tipo: str):
    bounded = 0
    for record, path, node, field in _list_fields(tipo):
        if field.max is not None:
            continue
        node[field.name] = Counted(["?" for _ in range(9_000)])  # of no type that a list has
        Counted.looked = 0
        report = validate(record, hoje=TODAY)
        assert Counted.looked <= 2 * MAX_FINDINGS, (path, Counted.looked)
        assert len(report.findings) == MAX_FINDINGS + 1 and report.situacao == "inconsistente"
        assert "pelo menos" in report.findings[-1].message and report.wire is None
        bounded += 1
    assert bounded >= 1 or tipo in ("FVD", "FV", "FP", "FCI", "FAE", "FCZM", "FCC")  # these have no such list


def _list_fields(tipo: str):
    """Each list of a ficha, in a minimal record of its own."""
    yield from fields_of(tipo, lambda f: f.type.kind == "list")


@pytest.mark.parametrize("tipo", TIPOS)
def test_a_hundred_thousand_empty_children(tipo: str):
    name = next((f.name for f in lists_of(layout("8.7.0").fichas[tipo].root) if f.max is not None), None)
    if name is None:
        pytest.skip("this ficha has no list at its root")
    record = copy.deepcopy(minimal(tipo))
    record["ficha"][name] = [{} for _ in range(HUGE)]
    report = validate(record, hoje=TODAY)
    assert len(report.findings) <= MAX_FINDINGS + 1
    assert any(str(HUGE) in f.message for f in report.findings)
    assert report.wire is None and process(record, instalacao=FICTICIA).entry is None


def test_the_last_finding_says_how_many_more():
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"]["visitasDomiciliares"] = [{"turno": 9, "desfecho": 9, "sexo": 9, "microArea": "x"}] * 99
    report = validate(record, hoje=TODAY)
    assert len(report.findings) == MAX_FINDINGS + 1
    last = report.findings[-1]
    assert last.code == "REGISTRO-achados-limite" and last.severity == ERRO
    assert "Há pelo menos mais" in last.message
    assert report.situacao == "inconsistente"


def test_avisos_beyond_the_limit_do_not_refuse():
    """Ninety-nine visits with three avisos each are more than are told, and the record is good all the same."""
    record = copy.deepcopy(minimal("FVD"))
    visit = record["ficha"]["visitasDomiciliares"][0] | {
        "uuidOrigemCadastroDomiciliar": "x" * 36,
        "dtNascimento": 1_000_000_123,
        "sexo": 1,
        "microArea": "0A",
    }
    record["ficha"]["visitasDomiciliares"] = [dict(visit) for _ in range(99)]
    report = validate(record, hoje=TODAY)
    assert {f.severity for f in report.findings} == {"aviso"}
    assert len(report.findings) == MAX_FINDINGS + 1
    assert report.findings[-1].code == "REGISTRO-achados-limite"
    assert "pelo menos" not in report.findings[-1].message  # all of it was looked at
    assert report.situacao == "processada" and report.wire is not None


def test_an_error_beyond_the_limit_still_refuses():
    found = [Finding("A", "", "", "aviso")] * MAX_FINDINGS + [Finding("B", "", "")]
    last = capped(found)[-1]
    assert last.severity == ERRO and "1 erro(s) e 0 aviso(s)" in last.message
    assert len(capped(found[:-1])) == MAX_FINDINGS


@pytest.mark.parametrize("place", ["@", "", "visitasDomiciliares[0]."])
def test_very_many_unknown_fields(place: str):
    record = copy.deepcopy(minimal("FVD"))
    node = (
        record
        if place == "@"
        else record["ficha"]
        if not place
        else record["ficha"]["visitasDomiciliares"][0]
    )
    node |= {f"campo{n}": 1 for n in range(20_000)}
    report = validate(record, hoje=TODAY)
    assert len(report.findings) == MAX_FINDINGS + 1 and report.situacao == "inconsistente"
    assert f"{20_000 - MAX_FINDINGS} erro(s)" in report.findings[-1].message


def test_a_text_too_large_is_not_silently_left_out():
    record = copy.deepcopy(minimal("FVD"))
    apply(record, "visitasDomiciliares[0].numProntuario", "9" * 200_000)
    report = validate(record, hoje=TODAY)
    assert report.situacao == "inconsistente" and report.wire is None


def test_a_value_of_the_wrong_form_still_has_its_place_on_the_wire():
    """Only what has no place is lost: a CID10 with a dot may be sent by who insists."""
    record = copy.deepcopy(minimal("FAE"))
    apply(record, "cid10Principal", "E11.9")
    report = validate(record, hoje=TODAY)
    assert report.situacao == "inconsistente" and report.wire["cid10Principal"] == "E11.9"
