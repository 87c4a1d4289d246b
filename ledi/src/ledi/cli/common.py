"""Options that several verbs share."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from ledi.layouts import VERSIONS
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
    return load(tabelas=options.tabelas, cnes=options.cnes)


def os_words(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "o arquivo não existe"
    if isinstance(error, IsADirectoryError):
        return "é uma pasta, não um arquivo"
    if isinstance(error, PermissionError):
        return "sem permissão para abrir"
    return error.strerror or "não pôde ser aberto"
