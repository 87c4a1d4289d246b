"""Sheets made of records, for the tests that send them."""

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

from ledi.paths import value_at
from saude.arquivos import colunas
from saude.formularios import campos
from saude.registrar.actions import version_for


def tabela_de(record: dict[str, Any], entidade: Any) -> tuple[list[str], list[Any]]:
    """A sheet with one row that says what the record says, under the titles of the template."""
    titles, cells = [], []
    for target in colunas.targets(record["tipo"], version_for(entidade)):
        value = value_at(record["ficha"], target.caminho) if target.campo else None
        if value not in (None, []):
            titles.append(target.rotulo)
            shown = target.campo.is_date and campos.shown(target.campo, value, ZoneInfo(entidade.fuso))
            cells.append(shown or ("; ".join(map(str, value)) if isinstance(value, list) else value))
    return titles, cells


def csv_of(*rows: list[Any], separator: str = ";", encoding: str = "utf-8") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue().encode(encoding)
