"""Two records side by side: every field with its label and decoded value, changed ones told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ledi.layouts import Struct, layout, nearest
from saude.formularios.arvore import Campo

HEAD = (
    ("tipo", "Ficha"),
    ("versao", "Versão do formato"),
    ("cnes", "CNES do registro"),
    ("ine", "INE do registro"),
    ("ibge", "Município do registro"),
)
NOTHING = "vazio"


@dataclass(frozen=True, slots=True)
class Par:
    """One field of both records."""

    caminho: str
    rotulo: str
    grupo: str
    a: str
    b: str

    @property
    def mudou(self) -> bool:
        return self.a != self.b


def compare(a: Mapping[str, Any], b: Mapping[str, Any], zone: ZoneInfo) -> list[Par]:
    """Rows in the order of the layout; a field only in one of them shows the other as nothing."""
    rows = [
        Par(n, label, "Registro", str(a.get(n) or NOTHING), str(b.get(n) or NOTHING)) for n, label in HEAD
    ]
    newest = layout(nearest(str(b.get("versao") or a.get("versao") or "")).version)
    tipo = str(b.get("tipo"))
    if a.get("tipo") != b.get("tipo") or tipo not in newest.fichas:
        return rows
    root = newest.fichas[tipo].root
    sides = [{row[0]: row for row in _flat(root, r.get("ficha"), "", root.label, zone)} for r in (a, b)]
    left, right = sides
    for path in sorted({**left, **right}, key=lambda p: _rank(root, p)):
        _, label, group, _ = right.get(path) or left[path]
        values = [side[path][3] if path in side else NOTHING for side in sides]
        rows.append(Par(path, label, group, *values))
    return rows


def _rank(root: Struct, path: str) -> list[tuple[int, int]]:
    """Place of a path in the layout, for sorting."""
    found: list[tuple[int, int]] = []
    struct: Struct | None = root
    for step in path.split("."):
        name, _, index = step.partition("[")
        names = list(struct.by_name) if struct else []
        found.append((names.index(name) if name in names else 999, int(index[:-1]) if index else -1))
        field = struct.by_name.get(name) if struct else None
        struct = (field.type.item or field.type).struct if field else None
    return found


def _flat(
    struct: Struct, value: Any, path: str, group: str, zone: ZoneInfo
) -> Iterator[tuple[str, str, str, str]]:
    """(path, label, group, text) of every field that holds something."""
    for name, inner in (value if isinstance(value, Mapping) else {}).items():
        here = f"{path}.{name}" if path else str(name)
        field = struct.by_name.get(name)
        if field is None:
            yield here, f"{str(name)[:60]} (campo não conhecido)", group, str(inner)[:200]
            continue
        below = (field.type.item or field.type).struct
        if below is None:
            yield here, field.label, group, Campo(here, field, inner, zone).texto or NOTHING
        elif isinstance(inner, list):
            for i, item in enumerate(inner):
                yield from _flat(below, item, f"{here}[{i}]", f"{below.label} {i + 1}", zone)
        else:
            yield from _flat(below, inner, here, field.label, zone)
