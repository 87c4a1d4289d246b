"""A finding as it is stored: clean, short, and without a citizen's values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledi.findings import Finding
from ledi.paths import value_at
from saude.registro.envelope import KEYS, in_header


@dataclass(slots=True)
class Achado:
    """A finding, as it is stored."""

    codigo: str
    campo: str
    severidade: str
    mensagem: str
    params: dict[str, Any] = field(default_factory=dict)

    def public(self) -> dict[str, str]:
        """As the API and the command answer it."""
        return {
            "codigo": self.codigo,
            "campo": self.campo,
            "mensagem": self.mensagem,
            "severidade": self.severidade,
        }


def stored(finding: Finding, record: Any = None, ficha: Any = None) -> Achado:
    """`valor` is kept for the header and the envelope only: it tells the cause, and is never a citizen's."""
    params = plain(finding.params)
    if finding.path in KEYS and isinstance(record, dict):
        params["valor"] = _plain(record.get(finding.path))
    elif in_header(finding.path) and "." in finding.path:
        params["valor"] = _plain(value_at(ficha, finding.path))
    return Achado(
        codigo=finding.code[:120],
        campo=clean(finding.path)[:300],
        severidade=str(finding.severity),
        mensagem=clean(finding.message)[:2000],
        params=params,
    )


def clean(text: str) -> str:
    """PostgreSQL text holds neither NUL nor half a surrogate pair."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def plain(params: Mapping[Any, Any]) -> dict[str, Any]:
    """Parameters as jsonb takes them, and short: a 10 MB value is not needed to explain itself."""
    return {clean(str(k)): _plain(v) for k, v in dict(params).items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value if value is None or abs(value) < 10**18 else str(value)[:40]
    if isinstance(value, str):
        return clean(value[:200])
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in list(value)[:20]]
    return clean(json.dumps(value, default=str)[:200]) if not isinstance(value, float) else repr(value)
