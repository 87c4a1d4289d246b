"""`ledi gerar`: a fictitious municipality's production. The generator is a package of its own, `ledi-gerador`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

GENERATOR = "ledi_gerador"
_MISSING = (
    "ledi gerar: a produção fictícia vem num pacote à parte, que não está instalado. "
    "Instale o ledi-gerador (no código do projeto: pip install ./gerador) e repita o comando."
)


def add(verbs: Any, words: str) -> None:
    if find_spec(GENERATOR) is None:
        # Whatever options come: what is missing is said before what may be wrong with them.
        parser = verbs.add_parser("gerar", help=words, add_help=False, prefix_chars="\0")
        parser.add_argument("rest", nargs="*")
        parser.set_defaults(run=_say_what_to_install)
        return
    generator = import_module(f"{GENERATOR}.cli")
    parser = verbs.add_parser("gerar", help=words)
    generator.add_arguments(parser)
    parser.set_defaults(run=generator.run)


def _say_what_to_install(options: argparse.Namespace) -> int:
    print(_MISSING, file=sys.stderr)
    return 2
