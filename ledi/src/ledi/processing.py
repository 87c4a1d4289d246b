"""From a record to a finished zip entry: validate, serialise, wrap, deflate; exporting copies the entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ledi.carried import placed
from ledi.codecs import thrift
from ledi.envelope import Instalacao, file_name, wrap, wrap_xml
from ledi.errors import EncodeError
from ledi.findings import MAX_FINDINGS, Report
from ledi.installation import require_valid, validate_originadora
from ledi.layouts import CURRENT, VERSIONS, layout
from ledi.layouts.releases import Validades
from ledi.rules.registry import plan
from ledi.tables.port import Tables
from ledi.validation import PROCESSADA, validate, with_findings
from ledi.zip import Entry, make_entry


@dataclass(frozen=True, slots=True)
class Processed:
    """Outcome for one record: its report, and the zip entry when it may be exported."""

    report: Report
    entry: Entry | None


def prepare(versao: str = CURRENT) -> None:
    """Compiles the rules and the writer of every ficha now, rather than at the first record of each."""
    for tipo, ficha in layout(versao).fichas.items():
        plan(tipo, versao)
        thrift.encoder(ficha.root)
    plan("TRANSPORTE", versao)
    plan("INSTALACAO", versao)


def process(
    record: Mapping[str, Any],
    *,
    instalacao: Instalacao,
    originadora: Instalacao | None = None,
    tabelas: Tables | None = None,
    hoje: date | None = None,
    versao: str | None = None,
    lote: int | None = None,
    esperada: str | None = None,
    validades: Validades | None = None,
    limite: int = MAX_FINDINGS,
) -> Processed:
    """Validates a record and, when it is *processada*, makes its entry. Never raises for bad data of the record.

    `originadora`: who typed a record that came in another system's envelope. It goes out as it came, so what is
    wrong in it is a finding of the record. InstallationError when our own `instalacao` is one with which the PEC
    would discard everything; TypeError as `validate`, and for an installation that is not an `Instalacao`.
    """
    for given in (instalacao, instalacao if originadora is None else originadora):
        if not isinstance(given, Instalacao):
            raise TypeError(
                f"a instalação deve ser ledi.Instalacao, e veio {type(given).__name__}: "
                "use ledi.Instalacao.from_mapping(...)"
            )
    report = validate(
        record, versao=versao, tabelas=tabelas, hoje=hoje, esperada=esperada, validades=validades, limite=limite
    )  # fmt: skip
    # what is declared may be no version at all
    known = report.versao if report.versao in VERSIONS else CURRENT
    require_valid(instalacao, known)
    if originadora is not None and originadora != instalacao:
        report = with_findings(report, validate_originadora(originadora, known))
    if report.situacao != PROCESSADA:
        return Processed(report, None)
    return Processed(
        report, finish(record, report, instalacao=instalacao, originadora=originadora, lote=lote)
    )


def finish(
    record: Mapping[str, Any],
    report: Report,
    *,
    instalacao: Instalacao,
    originadora: Instalacao | None = None,
    lote: int | None = None,
    formato: Literal["thrift", "xml"] = "thrift",
) -> Entry:
    """The zip entry of a validated record (even an inconsistent one).

    Raises EncodeError when a value has no place on the wire (`report.wire` is None).
    """
    if report.wire is None or report.versao is None or report.tipo is None:
        raise EncodeError("o registro tem valores que não podem ser serializados")
    made = layout(report.versao)
    origin = originadora or instalacao
    name = file_name(record["uuid"], formato)
    root = made.fichas[report.tipo].root
    unknown = placed(record, root, report.wire, formato) if record.get("contexto") else []
    if formato == "xml":
        data = wrap_xml(record, report.wire, remetente=instalacao, originadora=origin, lote=lote, layout=made,
                        unknown=unknown)  # fmt: skip
        return make_entry(name, data)
    body = thrift.encode(root, report.wire, unknown)
    data = wrap(record, body, remetente=instalacao, originadora=origin, lote=lote, layout=made)
    return make_entry(name, data)
