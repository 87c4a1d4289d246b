"""Which version has a field that the one in hand does not: read from the layout files, without building layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledi.layouts.loader import HEAD, TIPOS, document, merge, structs_in
from ledi.versions import in_force


@dataclass(frozen=True, slots=True)
class Span:
    """A field of a struct in all the versions: it exists from `since` to before `until` (None: no limit)."""

    struct: str
    name: str
    label: str
    id: int | None
    type: str
    since: str | None
    until: str | None

    @property
    def when(self) -> str:
        """ "a partir da versão 8.4.0", after "existe"."""
        if self.since and self.until:
            return f"da versão {self.since} até antes da {self.until}"
        return f"a partir da versão {self.since}" if self.since else f"até antes da versão {self.until}"


@cache
def fields_of(tipo: str) -> Mapping[str, tuple[Span, ...]]:
    """Struct name -> every field that it has in some version of a ficha."""
    if tipo not in TIPOS:
        return {}  # the envelope
    own = {key: value for key, value in document(tipo.lower()).items() if key not in HEAD}
    found: dict[str, dict[str, Span]] = {}
    pending, seen = [str(document(tipo.lower())["root"])], set()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        wire_name = name.partition("@")[0]
        for row in merge(document("comum").get(wire_name), own.get(name)):
            found.setdefault(wire_name, {})[row["name"]] = _span(wire_name, row)
            pending += structs_in(row["type"])
    return {struct: tuple(fields.values()) for struct, fields in found.items()}


def _span(struct: str, row: Mapping[str, Any]) -> Span:
    return Span(
        struct,
        row["name"],
        row["label"],
        row.get("id") or None,
        row["type"],
        row.get("since"),
        row.get("until"),
    )


def elsewhere(tipo: str, struct: str, version: str) -> Iterator[Span]:
    """The fields of a struct that this version does not have and another has."""
    for span in fields_of(tipo).get(struct, ()):
        if not in_force(version, span.since, span.until):
            yield span
