"""Options that several verbs share."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from ledi.layouts import VERSIONS
from ledi.reading import Item, Records


def printable(text: str) -> str:
    """A line for a terminal: nothing in a record moves the cursor, changes colours or begins another line."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def json_line(value: Any) -> str:
    """One line of JSON, whatever the record brought: NaN and infinity, which JSON does not have, as text."""
    return json.dumps(_strict(value), ensure_ascii=False, separators=(",", ":"))


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _strict(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strict(item) for item in value]
    return value


def iso_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a data deve ter a forma AAAA-MM-DD") from None


def add_validation_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--versao", choices=VERSIONS, metavar="V", help="valida como esta versão do LEDI")
    parser.add_argument("--hoje", type=iso_date, metavar="AAAA-MM-DD", help='data que vale como "data atual"')
    parser.add_argument(
        "--tabelas", metavar="PASTA", help="pasta ou zip do SIGTAP (procedimentos, CID10, CBO)"
    )
    parser.add_argument("--cnes", metavar="ARQ", help="XML do CNES do município (.xml ou .zip)")


def today(options: argparse.Namespace) -> date:
    """The date given with --hoje, else the clock's (only the command has a clock, never the library)."""
    return options.hoje or date.today()


def load_tables(options: argparse.Namespace) -> Any:
    """The open tables named on the command line, None when there are none."""
    if not options.tabelas and not options.cnes:
        return None
    tables = _load(options)
    for aviso in tables.avisos:
        print(f"ledi: aviso no CNES: {aviso}", file=sys.stderr)
    return tables


def _load(options: argparse.Namespace) -> Any:
    from ledi.referencias.memory import load  # noqa: PLC0415 (zip and XML readers: only for whoever gives tables)

    return load(tabelas=options.tabelas, cnes=options.cnes)


class Context:
    """What every record is judged with. The tables are read when first asked for; they do not travel to another
    process by pickle: there they are read again, unless it was forked from one that had read them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._asked = argparse.Namespace(tabelas=options.tabelas, cnes=options.cnes)
        self._given = {"versao": options.versao, "hoje": today(options)}
        self._tables: Any = load_tables(self._asked)

    def __getstate__(self) -> dict[str, Any]:
        return {"_asked": self._asked, "_given": self._given}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._tables = _load(self._asked) if any(vars(self._asked).values()) else None

    def options(self) -> dict[str, Any]:
        """The options of `validate`."""
        return self._given | {"tabelas": self._tables}


def tell_of(item: Item) -> None:
    """What is said of how a record came, by the verbs that do not judge it: nothing is lost in silence."""
    for note in notes_of(item):
        print(f"ledi: {printable(note)}", file=sys.stderr)


def notes_of(item: Item) -> Iterator[str]:
    for note in item.notes:
        yield f"{item.where}: {note}"
    for finding in item.findings:
        place = f"{finding.path}: " if finding.path else ""
        yield f"{item.where}: {place}{finding.message} [{finding.code}]"


def tell_passed_over(path: str, records: Records) -> None:
    """What a zip had beside the fichas: said, and no reason to fail."""
    if records.passed:
        print(f"ledi: {path}: deixado de lado, por não ser ficha: {records.told()}", file=sys.stderr)
