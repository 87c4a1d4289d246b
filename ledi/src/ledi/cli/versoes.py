"""`ledi versoes`: every LEDI version, until when it counts and which PEC reads it."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

from ledi.cli.common import iso_date, today
from ledi.layouts import Release, releases
from ledi.layouts.releases import NEAR


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("versoes", help=words)
    parser.add_argument(
        "--json", action="store_true", help="uma lista de objetos JSON, da mais antiga à mais nova"
    )
    parser.add_argument("--hoje", type=iso_date, metavar="AAAA-MM-DD", help='data que vale como "data atual"')
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    day = today(options)
    rows = list(releases().values())
    if options.json:
        print(json.dumps([_row(row, day) for row in rows], ensure_ascii=False, indent=1))
        return 0
    print(f"versão  PEC mínimo  publicada   válida até  {'situação':26} mudanças")
    for row in rows:
        print(
            f"{row.id:7} {row.pec:11} {row.published:%d/%m/%Y}  {row.valid_until:%d/%m/%Y}  "
            f"{_words(row, day):26} {'; '.join(row.changes)}"
        )
    return 0


def _row(row: Release, day: date) -> dict[str, Any]:
    return {
        "id": row.id,
        "pec_minimo": row.pec,
        "publicada": row.published.isoformat(),
        "valida_ate": row.valid_until.isoformat(),
        "situacao": row.situacao(day),
        "mudancas": list(row.changes),
    }


def _words(row: Release, day: date) -> str:
    left = row.days_left(day)
    if row.read_only:
        return "só leitura"
    if left < 0:
        return "expirada"
    words = "corrente" if row.situacao(day) == "corrente" else "válida"
    if left > NEAR:
        return words
    return f"{words}, acaba hoje" if not left else f"{words}, acaba em {left} dia{'s' if left > 1 else ''}"
