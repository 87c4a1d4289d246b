"""`ledi esquema`: the JSON Schema of a ficha's record."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ledi.layouts import CURRENT, VERSIONS
from ledi.schema import record_schema


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("esquema", help=words)
    parser.add_argument("tipo", metavar="TIPO", help="FVD, FAI, FCI…")
    parser.add_argument("--versao", choices=VERSIONS, default=CURRENT, metavar="V")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    print(json.dumps(record_schema(options.tipo.upper(), options.versao), ensure_ascii=False, indent=2))
    return 0
