"""Decodes and judges what is received with the library itself, and says it in the PEC's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledi.envelope import Envelope
from ledi.errors import LediError
from ledi.findings import ERRO, Finding
from ledi.paths import value_at
from ledi.validation import validate

_ENVELOPE = {
    "uuid": "uuidDadoSerializado",
    "cnes": "cnesDadoSerializado",
    "ine": "ineDadoSerializado",
    "ibge": "codIbge",
    "versao": "versao",
    "tipo": "tipoDadoSerializado",
}
_MOST = 1000  # fields told of one record
_ABSENT = ("-obrigatorio", "-obrigatoria")


@dataclass(slots=True)
class Judged:
    """What is wrong with one record: path -> message, those of missing fields apart. `lost`: fields not read."""

    rules: dict[str, str] = field(default_factory=dict)
    required: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False
    lost: int = 0

    @property
    def errors(self) -> dict[str, str]:
        return self.rules | self.required

    @property
    def good(self) -> bool:
        return not self.errors and not self.unreadable


def judge(envelope: Envelope, today: date, cnes: frozenset[str] | None = None) -> Judged:
    """`cnes`: the establishments of the município, None for any."""
    try:
        decoded = envelope.decode()
    except LediError:
        return Judged({"dadoSerializado": "DadoSerializado não pôde ser lido"}, unreadable=True)
    made = Judged(lost=len(decoded.unknown) + len(envelope.unknown))
    if cnes is not None and envelope.cnes not in cnes:
        made.rules["cnesDadoSerializado"] = (
            f"CnesDadoSerializado possui um valor inválido: {str(envelope.cnes)[:100]}"
        )
    record = envelope.record(decoded) | {"versao": envelope.used_version}
    for finding in validate(record, hoje=today).findings:
        if finding.severity == ERRO and len(made.rules) + len(made.required) < _MOST:
            _add(made, finding, record)
    return made


def _add(made: Judged, finding: Finding, record: dict[str, Any]) -> None:
    outer = _ENVELOPE.get(finding.path)
    path = outer or finding.path or "registro"
    value = record.get(finding.path) if outer else value_at(record["ficha"], finding.path)
    name = path.rpartition(".")[2].partition("[")[0]
    name = name[:1].upper() + name[1:]
    if value is None or finding.code.endswith(_ABSENT):
        kept, text = made.required, f"{name} é obrigatório"
    elif isinstance(value, dict | list):
        kept, text = made.rules, f"{name} possui um valor inválido"
    else:
        kept, text = made.rules, f"{name} possui um valor inválido: {str(value)[:100]}"
    kept[path] = kept[path] + "\n" + text if path in kept and text not in kept[path] else text


def nested(errors: dict[str, str], how: str) -> Any:
    """`errosValidacao` in one of the forms that the real one may have."""
    if how == "lista":
        return [{"campo": path, "mensagem": text} for path, text in errors.items()]
    if how != "objeto":
        return errors
    made: dict[str, Any] = {}
    for path, text in errors.items():
        node = made
        *above, last = path.split(".")
        for step in above:
            inner = node.setdefault(step, {})
            node = inner if isinstance(inner, dict) else made  # the step has a message of its own
        node[last] = text
    return made
