"""`ledi empacotar`: records to a zip that the PEC reads."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ledi.cli.common import Context, add_validation_options, printable, tell_passed_over
from ledi.cli.many import add_processes_option, in_order
from ledi.cli.validar import Seen, is_new, report_of
from ledi.envelope import Instalacao
from ledi.errors import EncodeError, LediError
from ledi.files import AtomicFile
from ledi.findings import ERRO
from ledi.installation import FICTICIA, validate_installation
from ledi.layouts import CURRENT
from ledi.processing import finish
from ledi.reading import Item, read_records, ready
from ledi.validation import PROCESSADA
from ledi.zip import Entry, PackageWriter, SplitWriter


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("empacotar", help=words)
    parser.add_argument(
        "entrada",
        metavar="ENTRADA",
        help='.jsonl, .json, .esus ou .zip com os registros (também .gz), ou "-"',
    )
    parser.add_argument("--saida", required=True, metavar="X.zip", help="zip a gravar")
    parser.add_argument(
        "--instalacao", metavar="ARQ.toml", help="dados da instalação (nomes de DadoInstalacaoThrift)"
    )
    parser.add_argument(
        "--permitir-inconsistentes", action="store_true", help="inclui também os registros com erro"
    )
    parser.add_argument(
        "--formato", choices=("thrift", "xml"), default="thrift", help="forma das fichas (padrão: thrift)"
    )
    parser.add_argument(
        "--max-registros", type=_positive, metavar="N", help="divide em zips de até N registros"
    )
    parser.add_argument("--max-bytes", type=_positive, metavar="N", help="divide em zips de até N bytes")
    parser.add_argument("--lote", type=_lot, metavar="N", help="número do lote")
    add_validation_options(parser)
    add_processes_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    folder = Path(options.saida).parent
    if not folder.is_dir():
        raise LediError(f"{folder}: a pasta do zip não existe; crie-a ou escolha outra em --saida")
    instalacao = _installation(options.instalacao, options.versao or CURRENT)
    left_out: list[str] = []
    entries = _entries(options, instalacao, left_out)
    first = next(entries, None)
    if first is None:
        _tell(left_out)
        print("ledi: nenhum registro para empacotar; o zip não foi gravado", file=sys.stderr)
        return 1
    count = _write(options, first, entries)
    _tell(left_out)
    print(f"{count} ficha(s) em {options.saida}", file=sys.stderr)
    return 1 if left_out else 0


def _entries(options: argparse.Namespace, instalacao: Instalacao, left_out: list[str]) -> Iterator[Entry]:
    pack = Packer(options, instalacao)
    uuids: Seen = {}
    records = read_records(options.entrada)
    for unit, made in in_order(options.entrada, records, pack, processes=options.processos):
        packed = made if is_new(made.uuid, made.tipo, uuids) else pack.again(ready(unit), uuids)
        if packed.entry is None:
            left_out.append(packed.reason)
        else:
            yield packed.entry
    tell_passed_over(options.entrada, records)


class Packed(NamedTuple):
    """The entry of a record, or why it has none."""

    uuid: str | None
    tipo: str | None
    entry: Entry | None
    reason: str = ""


class Packer:
    """Judges a record and makes its entry; in another process it has tables of its own."""

    def __init__(self, options: argparse.Namespace, instalacao: Instalacao) -> None:
        self.context = Context(options)
        self.instalacao, self.lote, self.formato = instalacao, options.lote, options.formato
        self.even_wrong = options.permitir_inconsistentes

    def __call__(self, item: Item) -> Packed:
        return self.again(item, {})

    def again(self, item: Item, uuids: Seen) -> Packed:
        item = _without_sender(item)
        report = report_of(item, uuids, **self.context.options())
        uuid = report.uuid if item.readable else None
        name = f"{item.where} ({report.uuid or 'sem uuid'})"
        repeated = any(finding.code == "REGISTRO-uuid-repetido" for finding in report.findings)
        judged = report.situacao == PROCESSADA or self.even_wrong
        if repeated or not item.readable or not judged:
            reasons = " ".join(f.message for f in report.findings if f.severity == ERRO)
            return Packed(uuid, report.tipo, None, f"{name}: {report.situacao}: {reasons}")
        try:
            entry = finish(item.record, report, instalacao=self.instalacao, originadora=_originadora(item),
                           lote=self.lote, formato=self.formato)  # fmt: skip
        except (EncodeError, KeyError) as error:
            return Packed(uuid, report.tipo, None, f"{name}: não pode ser serializado: {error}")
        return Packed(uuid, report.tipo, entry)


def _without_sender(item: Item) -> Item:
    """What is wrong in a foreign remetente stays behind: the zip goes with our installation as remetente."""
    kept = tuple(found for found in item.findings if not found.path.startswith("remetente"))
    return replace(item, findings=kept)


def _originadora(item: Item) -> Instalacao | None:
    """Provenance of a foreign file: the installation that typed the ficha stays its originadora, as it is."""
    if item.envelope is None or not item.envelope.originadora:
        return None
    return Instalacao.as_found(item.envelope.originadora)


def _write(options: argparse.Namespace, first: Entry, rest: Iterator[Entry]) -> int:
    if options.max_registros or options.max_bytes:
        return _write_split(options, first, rest)
    with AtomicFile(options.saida) as file, PackageWriter(file) as package:
        package.add(first)
        for entry in rest:
            package.add(entry)
        return package.count


def _write_split(options: argparse.Namespace, first: Entry, rest: Iterator[Entry]) -> int:
    writer = SplitWriter(
        Path(options.saida).with_suffix(""), max_records=options.max_registros, max_bytes=options.max_bytes
    )
    count = 0
    try:
        for entry in chain((first,), rest):
            writer.add(entry)
            count += 1
        for path in writer.close():
            print(path)
    except BaseException:
        writer.abort()
        raise
    return count


def _installation(path: str | None, version: str) -> Instalacao:
    if path is None:
        print(
            "ledi: aviso: sem --instalacao; usada a instalação fictícia de teste (não envie ao PEC)",
            file=sys.stderr,
        )
        return FICTICIA
    try:
        found = Instalacao.from_mapping(tomllib.loads(Path(path).read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        raise LediError(f"{path}: o texto não está em UTF-8; grave o arquivo em UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"na linha {place[1]}, coluna {place[2]}" if place else "no fim"
        raise LediError(f"{path}: não é um TOML válido: confira o que está escrito {where}") from None
    except EncodeError as error:
        raise LediError(f"{path}: {error}") from None
    wrong = validate_installation(found, version)
    for finding in wrong:
        print(f"ledi: {finding.severity} na instalação: {finding.message} [{finding.code}]", file=sys.stderr)
    if any(finding.severity == ERRO for finding in wrong):
        raise LediError(f"{path}: com estes dados o PEC descarta todas as fichas; o zip não foi gravado")
    return found


def _tell(left_out: list[str]) -> None:
    for text in left_out:
        print(f"ledi: fora do zip: {printable(text)}", file=sys.stderr)


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("deve ser um número inteiro maior que zero")
    return number


def _lot(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) < 20 else -1
    if not 0 <= number < 2**63:
        raise argparse.ArgumentTypeError(
            "deve ser um número inteiro, de zero em diante, de até 18 algarismos"
        )
    return number
