"""A date is judged alike as text and as the number it becomes on the wire, at both ends of the calendar too."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date

import pytest
from rule_cases.harness import apply

from ledi import validate
from ledi.layouts import TIPOS, Struct, layout
from ledi.moments import to_millis, zone_of
from ledi.paths import join
from ledi_gerador.minimos import minimal

ENDS = [
    *("0001-01-01", "0001-01-02", "0001-01-03", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00"),
    *("9999-12-29", "9999-12-30", "9999-12-31", "9999-12-31T20:59:00", "9999-12-31T21:00:00"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-03:00", "9999-12-31T23:59:59-14:00"),
    *(
        "1889-12-31",
        "1890-01-01",
        "1970-01-01",
        "2026-11-24",
        "2026-11-24T23:59:59-03:00",
        "2026-11-25",
        "2099-12-31",
    ),
]


def dates(struct: Struct, node: dict, path: str = "") -> Iterator[str]:
    """The paths of the date fields of a ficha, and of those that it could have."""
    for field in struct.fields:
        at, inner = join(path, field.name), (field.type.item or field.type).struct
        if field.is_date:
            yield at
        elif inner is not None and node.get(field.name):
            many = field.type.item is not None
            yield from dates(
                inner, node[field.name][0] if many else node[field.name], f"{at}[0]" if many else at
            )


PLACES = [
    (tipo, path) for tipo in TIPOS for path in dates(layout().fichas[tipo].root, minimal(tipo)["ficha"])
]


@pytest.mark.parametrize(("tipo", "path"), PLACES)
def test_a_date_is_judged_as_the_number_it_becomes(tipo: str, path: str):
    record = copy.deepcopy(minimal(tipo))
    zone = zone_of(record["ibge"])
    for text in ENDS:
        told = []
        for value in (text, to_millis(text, zone)):
            apply(record, path, value)
            report = validate(record, hoje=date(2026, 11, 24))
            assert not report.crashed and report.situacao != "pendente", (text, value)
            told.append({(found.code, found.path) for found in report.findings})
        assert told[0] == told[1], text
