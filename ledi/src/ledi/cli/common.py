"""Options that several verbs share."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from typing import Any

from ledi.layouts import VERSIONS
from ledi.reading import Item, Records
from ledi.referencias.memory import load


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
    tables = load(tabelas=options.tabelas, cnes=options.cnes)
    for aviso in tables.avisos:
        print(f"ledi: aviso no CNES: {aviso}", file=sys.stderr)
    return tables


def tell_of(item: Item) -> None:
    """What is said of how a record came, by the verbs that do not judge it: nothing is lost in silence."""
    for note in item.notes:
        print(f"ledi: {item.where}: {note}", file=sys.stderr)
    for finding in item.findings:
        place = f"{finding.path}: " if finding.path else ""
        print(f"ledi: {item.where}: {place}{finding.message} [{finding.code}]", file=sys.stderr)


def tell_passed_over(path: str, records: Records) -> None:
    """What a zip had beside the fichas: said, and no reason to fail."""
    if records.passed:
        print(f"ledi: {path}: deixado de lado, por não ser ficha: {records.told()}", file=sys.stderr)
