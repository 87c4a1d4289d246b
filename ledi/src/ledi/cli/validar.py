"""`ledi validar`: what the PEC would refuse, record by record."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from ledi.cli.common import Context, add_validation_options, printable, tell_passed_over
from ledi.cli.many import add_processes_option, in_order
from ledi.cli.oserror import Unwritten, os_words
from ledi.errors import LediError
from ledi.findings import Finding, Report
from ledi.reading import Item, read_records, ready
from ledi.validation import INCONSISTENTE, PROCESSADA, validate, with_findings


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("validar", help=words)
    parser.add_argument(
        "arquivos", nargs="+", metavar="ARQUIVO",
        help='.jsonl, .json, .esus, .esus.xml ou .zip (também .gz), ou "-" para a entrada padrão',
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="um objeto JSON por registro")
    add_validation_options(parser)
    add_processes_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    judge = Judge(options)
    uuids: Seen = {}
    totals: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    unreadable = False
    for path in options.arquivos:
        try:
            records = read_records(path)
            for unit, told in in_order(path, records, judge, processes=options.processos):
                said = told if is_new(told.uuid, told.tipo, uuids) else judge.again(ready(unit), uuids)
                unreadable = unreadable or not said.readable
                totals[said.situacao] += 1
                versions[said.versao or ""] += 1
                _write(said.text)
            tell_passed_over(path, records)
        except (LediError, OSError) as error:
            unreadable = True
            text = error if isinstance(error, LediError) else f"{path}: {os_words(error)}"
            print(f"ledi: {text}", file=sys.stderr)
    if not options.json:
        _write(_summary(totals))
    if mixed := mixed_versions(versions):
        print(f"ledi: {mixed}" if options.json else mixed, file=sys.stderr if options.json else sys.stdout)
    if unreadable:
        return 2
    return 0 if set(totals) <= {PROCESSADA} else 1


def _write(text: str) -> None:
    """What the output cannot take ends the run: it is no fault of the file being read."""
    try:
        sys.stdout.write(f"{text}\n")
    except OSError as error:
        raise Unwritten(error) from error


class Said(NamedTuple):
    """What is printed of a record, and what is counted."""

    uuid: str | None
    tipo: str | None
    situacao: str
    versao: str | None
    readable: bool
    text: str


class Judge:
    """Judges and words a record; in another process it has tables of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.json = options.json
        self.context = Context(options)

    def __call__(self, item: Item) -> Said:
        return self.again(item, {})

    def again(self, item: Item, uuids: Seen) -> Said:
        report = report_of(item, uuids, **self.context.options())
        uuid = report.uuid if item.readable else None
        text = _as_json(report) if self.json else _as_text(item, report)
        return Said(uuid, report.tipo, report.situacao, report.versao, item.readable, text)


MAX_VERSION, MAX_NAMED = 20, 20  # what a record declares may be anything
#: uuid without case -> tipo of the record that brought it
Seen = dict[str, str | None]


def is_new(uuid: str | None, tipo: str | None, uuids: Seen) -> bool:
    """Notes a uuid; False when it came before."""
    if uuid is None:
        return True
    key = uuid.lower()
    if key in uuids:
        return False
    uuids[key] = tipo
    return True


def report_of(item: Item, uuids: Seen, **options: Any) -> Report:
    """Validates what was read, adds what reading found, and tells a uuid that came before."""
    if not item.readable:
        return Report(item.uuid, item.tipo, None, INCONSISTENTE, item.findings)
    report = validate(item.record, **options)
    again = _repeated(report, uuids) if report.uuid is not None else []
    return with_findings(report, (*item.findings, *again))


def _repeated(report: Report, uuids: Seen) -> list[Finding]:
    """The same uuid twice, in capitals or not."""
    if is_new(report.uuid, report.tipo, uuids):
        return []
    before = uuids[(report.uuid or "").lower()]
    text = "Este UUID já veio antes neste envio. Cada registro precisa de um UUID só seu."
    if before != report.tipo:
        other = f"num registro de outro tipo ({before})" if before else "num registro sem tipo conhecido"
        text = f"Este UUID já veio antes neste envio, {other}. Cada registro precisa de um UUID só seu."
    return [Finding("REGISTRO-uuid-repetido", "uuid", text)]


def mixed_versions(counts: Counter[str]) -> str:
    """What to say of records of more than one version; nothing when they are of one."""
    named = sorted((version, count) for version, count in counts.items() if version)
    if len(named) < 2:
        return ""
    listed = ", ".join(
        f"{printable(version[:MAX_VERSION])} ({count})" for version, count in named[:MAX_NAMED]
    )
    listed += f" e mais {len(named) - MAX_NAMED}" if len(named) > MAX_NAMED else ""
    return (
        f"aviso: há fichas de mais de uma versão do LEDI: {listed}. Confira se o PEC lê todas (ledi versoes)."
    )


def _as_json(report: Report) -> str:
    return json.dumps(report.as_json(), ensure_ascii=False, separators=(",", ":"))


def _as_text(item: Item, report: Report) -> str:
    return "\n".join(map(printable, _lines(item, report)))


def _lines(item: Item, report: Report) -> Iterator[str]:
    name = f"{report.tipo or '?'} {report.uuid or '(sem uuid)'}"
    yield f"{item.where}: {name}: {report.situacao}"
    for note in item.notes:
        yield f"    nota: {note}"
    for finding in report.findings:
        yield f"    {finding.severity}: {finding.message} [{finding.code}] {finding.path}".rstrip()
    if report.unverified:
        yield f"    não verificadas (faltam tabelas): {', '.join(report.unverified)}"


def _summary(totals: Counter[str]) -> str:
    total = sum(totals.values())
    parts = ", ".join(f"{count} {situacao}(s)" for situacao, count in sorted(totals.items()))
    return f"{total} registro(s): {parts}" if total else "nenhum registro"
