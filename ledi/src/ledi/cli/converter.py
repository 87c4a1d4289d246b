"""`ledi converter`: the records of a file in another LEDI version, and what that takes of each."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledi.cli.common import iso_date, json_line, load_tables, printable, tell_of, tell_passed_over, today
from ledi.errors import ConversionError, LediError
from ledi.files import AtomicFile
from ledi.layouts import CURRENT, VERSIONS, releases
from ledi.reading import Item, read_records
from ledi.recast import Conversao, convert

Json = dict[str, Any]


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("converter", help=words)
    parser.add_argument(
        "entrada", metavar="ENTRADA", help=".jsonl, .json, .esus ou .zip; - lê a entrada padrão"
    )
    parser.add_argument("--para", required=True, type=version, metavar="V", help="versão do LEDI de saída")
    parser.add_argument("--saida", required=True, metavar="S.jsonl", help="JSON por linhas a gravar")
    parser.add_argument(
        "--json", action="store_true", help="um objeto JSON por registro, com o que mudou nele"
    )
    parser.add_argument("--hoje", type=iso_date, metavar="AAAA-MM-DD", help='data que vale como "data atual"')
    parser.add_argument(
        "--tabelas", metavar="PASTA", help="pasta ou zip do SIGTAP (procedimentos, CID10, CBO)"
    )
    parser.add_argument("--cnes", metavar="ARQ", help="XML do CNES do município (.xml ou .zip)")
    parser.set_defaults(run=run)


def version(text: str) -> str:
    """A version that this library writes."""
    if text in VERSIONS:
        return text
    if text in releases():
        raise argparse.ArgumentTypeError(
            f"a versão {text} só é lida; a mais antiga que se grava é a {VERSIONS[0]}"
        )
    raise argparse.ArgumentTypeError(
        f"versão desconhecida; ledi versoes mostra as que há (a corrente é a {CURRENT})"
    )


def run(options: argparse.Namespace) -> int:
    folder = Path(options.saida).parent
    if not folder.is_dir():
        raise LediError(f"{folder}: a pasta não existe; crie-a ou escolha outra em --saida")
    counts: Counter[str] = Counter()
    with AtomicFile(options.saida) as file:
        for item, made in _converted(options, counts):
            file.write(
                f"{json_line(made.record)}\n".encode(errors="backslashreplace")
            )  # half a surrogate: its escape
            counts["registros"] += 1
            counts["perderam"] += bool(made.perdidos)
            counts["faltam"] += bool(made.faltam)
            counts["inconsistentes"] += bool(made.inconsistencias)
            _tell(item, made, options.json)
    if not options.json:
        print(_summary(counts, options.para))
    if counts["ilegiveis"]:
        return 2
    return 1 if counts["perderam"] or counts["recusados"] else 0


def _converted(options: argparse.Namespace, counts: Counter[str]) -> Iterator[tuple[Item, Conversao]]:
    tables, day = load_tables(options), today(options)
    records = read_records(options.entrada)
    for item in records:
        if not item.readable:
            counts["ilegiveis"] += 1
            for finding in item.findings:
                print(f"ledi: {printable(finding.message)}", file=sys.stderr)
            continue
        tell_of(item)
        try:
            yield item, convert(item.record, options.para, tabelas=tables, hoje=day)
        except ConversionError as error:
            counts["recusados"] += 1
            print(printable(f"ledi: {item.where}: não foi convertido: {error}"), file=sys.stderr)
    tell_passed_over(options.entrada, records)


def _tell(item: Item, made: Conversao, as_json: bool) -> None:
    if as_json:
        print(json_line(made.as_json()))
        return
    lines = list(_lines(made))
    if lines:
        uuid = made.report.uuid or "(sem uuid)"
        head = f"{item.where}: {made.report.tipo} {uuid}: {made.de} -> {made.para}"
        print("\n".join(map(printable, (head, *lines))))


def _lines(made: Conversao) -> Iterator[str]:
    for one in made.convertidos:
        yield f"    convertido: {one.campo_antes}: {one.antes} -> {one.campo}: {one.depois}"
    for lost in made.perdidos:
        shown = f" ({lost.valor})" if lost.valor and f"código {lost.valor} " not in lost.motivo else ""
        yield f"    perdido: {lost.campo}{shown}: {lost.motivo}"
    for finding in made.faltam:
        yield f"    falta: {finding.path}: {finding.message} [{finding.code}]"
    for finding in made.inconsistencias:
        yield f"    inconsistente: {finding.path}: {finding.message} [{finding.code}]"


def _summary(counts: Counter[str], para: str) -> str:
    return (
        f"{counts['registros']} registro(s) em {para}: {counts['perderam']} perderam algo, "
        f"{counts['faltam']} com campo que falta, {counts['inconsistentes']} com inconsistência nova"
    )
