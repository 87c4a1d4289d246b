"""`ledi regras`: every code, with its state and text."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ledi.catalog import catalog, facets
from ledi.errors import UnknownTipo
from ledi.layouts import TIPOS
from ledi.rules.registry import GENERAL


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("regras", help=words)
    parser.add_argument("--json", action="store_true", help="um objeto JSON por código")
    parser.add_argument("--ficha", metavar="TIPO", help="só os de uma ficha")
    parser.add_argument("--sem-facetas", action="store_true", help="só as regras publicadas e as de contexto")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    for row in _rows(options):
        if options.json:
            print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        else:
            print("\t".join((row["codigo"], row["estado"], row["severidade"], row["campo"], row["texto"])))
    return 0


def _rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    wanted = options.ficha.upper() if options.ficha else None
    if wanted and wanted not in (*TIPOS, *GENERAL):
        known = ", ".join(sorted(TIPOS))
        raise UnknownTipo(f"tipo de ficha desconhecido: {options.ficha}; use um destes: {known}")
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, str, str]] = set()
    for entry in catalog():
        key = (entry.code, entry.path, entry.until or "")
        if (wanted and entry.tipo != wanted) or key in seen:
            continue
        seen.add(key)
        row = {"codigo": entry.code, "ficha": entry.tipo, "estado": entry.state, "severidade": entry.severity,
               "campo": entry.path, "texto": entry.text, "desde": entry.since, "ate": entry.until,
               "motivo": entry.why, "coberta_por": entry.covered_by}  # fmt: skip
        rows.append(row)
    if not options.sem_facetas:
        for code, path, text in facets():
            if wanted is None or code.startswith(f"{wanted}-"):
                severity = "aviso" if code.endswith("-sem_id") else "erro"
                row = {"codigo": code, "ficha": code.split("-")[0], "estado": "record", "campo": path}
                rows.append(row | {"severidade": severity, "texto": text})
    return rows
