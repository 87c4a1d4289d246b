"""What validation answers: findings are values, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Severidade = Literal["erro", "aviso"]
Situacao = Literal["processada", "inconsistente", "pendente"]

ERRO: Final = "erro"
AVISO: Final = "aviso"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (or doubtful) in a record.

    `code`: the published rule id or a facet code; `path`: wire path from the ficha's root (envelope fields
    by their record names); `message` is Portuguese, for a digitador; `params` the facts it was made of
    (never a document number or a name).
    """

    code: str
    path: str
    message: str
    severity: Severidade = ERRO
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, str]:
        """The public form of a finding."""
        return {
            "codigo": self.code,
            "campo": self.path,
            "mensagem": self.message,
            "severidade": self.severity,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Outcome of validating one record. `wire` is the ficha as it goes on the wire, None if it cannot."""

    uuid: str | None
    tipo: str | None
    versao: str | None
    situacao: Situacao
    findings: tuple[Finding, ...] = ()
    unverified: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    wire: dict[str, Any] | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the record from being exported."""
        return tuple(f for f in self.findings if f.severity == ERRO)

    def as_json(self) -> dict[str, Any]:
        """The object that `ledi validar --json` prints."""
        return {
            "uuid": self.uuid,
            "tipo": self.tipo,
            "versao": self.versao,
            "situacao": self.situacao,
            "inconsistencias": [f.as_json() for f in self.findings],
            "nao_verificadas": list(self.unverified),
        }


#: findings told of one record; a hostile one may have one per item
MAX_FINDINGS = 250
LIMIT: Final = "REGISTRO-achados-limite"


def capped(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The first `MAX_FINDINGS`, and a last one that says how many more there are."""
    if len(findings) <= MAX_FINDINGS:
        return tuple(findings)
    rest = findings[MAX_FINDINGS:]
    return (*findings[:MAX_FINDINGS], more(len(rest), sum(one.severity == ERRO for one in rest)))


def more(count: int, errors: int, stopped: bool = False) -> Finding:
    """The last finding of a record that has more than are told; `stopped`: not all of it was looked at."""
    kinds = f"{errors} erro(s) e {count - errors} aviso(s)" if errors else f"{count} aviso(s)"
    least = "pelo menos " if stopped else ""
    text = f"Há {least}mais {kinds} neste registro, que não são mostrados. Corrija estes e confira de novo."
    return Finding(LIMIT, "", text, ERRO if errors else AVISO)
