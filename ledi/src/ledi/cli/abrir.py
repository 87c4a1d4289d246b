"""`ledi abrir`: decodes serialised fichas to JSON lines."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ledi.cli.common import json_line, notes_of, printable, tell_passed_over
from ledi.cli.many import add_processes_option, in_order
from ledi.reading import Item, read_records


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("abrir", help=words)
    parser.add_argument(
        "arquivos", nargs="+", metavar="ARQ", help='arquivo (também .gz), ou "-" para a entrada padrão'
    )
    add_processes_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    unreadable = False
    for path in options.arquivos:
        records = read_records(path)
        for _, (readable, notes, text) in in_order(path, records, decoded, processes=options.processos):
            unreadable = unreadable or not readable
            for note in notes:
                print(f"ledi: {printable(note)}", file=sys.stderr)
            if readable:
                print(text)
        tell_passed_over(path, records)
    return 2 if unreadable else 0


def decoded(item: Item) -> tuple[bool, list[str], str]:
    """(could it be read, what is said of it, its line of JSON)."""
    if not item.readable:
        return False, [finding.message for finding in item.findings], ""
    if not isinstance(item.record, dict):
        return False, [f"{item.where}: o registro deve ser um objeto JSON."], ""
    return True, list(notes_of(item)), json_line(opened(item))


def opened(item: Item) -> dict[str, Any]:
    """The record, with what its envelope said under `contexto.abertura` (which validation ignores)."""
    record = dict(item.record)
    envelope = item.envelope
    if envelope is None:
        return record
    context = record.get("contexto") or {}
    opening = {
        "versao_declarada": envelope.declared_version,
        "versao_usada": envelope.used_version,
        "notas": list(item.notes),
        "desconhecidos": context.get("abertura", {}).get("desconhecidos", []),
        "lote": envelope.lote,
        "remetente": dict(envelope.remetente),
        "originadora": dict(envelope.originadora),
    }
    record["contexto"] = {**context, "abertura": opening}
    return record
