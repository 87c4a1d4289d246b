"""Which tables there are: one for each struct of LEDI, the same whatever version or ficha its rows come from.

Struct and field names are the wire's. The keys stand before them: `arquivo` and `registro` (position in the file) tell
the record, `uuid` names it, `caminho` is where the struct stands in it, `pai` where the one around it stands,
`posicao` which of a list it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ledi.layouts import VERSIONS, layout
from ledi.layouts.model import Struct

#: column -> kind of every table of a struct, before its own fields
KEYS = {
    "arquivo": "string",
    "registro": "i64",
    "uuid": "string",
    "tipo": "string",
    "caminho": "string",
    "pai": "string",
    "posicao": "i32",
}
RECORDS, REFUSED = "registros", "recusados"
#: the two tables that are of no struct
PLAIN = {
    RECORDS: {
        "arquivo": "string", "registro": "i64", "onde": "string", "uuid": "string", "tipo": "string",
        "versao": "string", "cnes": "string", "ine": "string", "ibge": "string", "data": "data",
        "competencia": "string", "desconhecidos": "list<string>",
    },
    REFUSED: {
        "arquivo": "string", "registro": "i64", "onde": "string", "uuid": "string", "tipo": "string",
        "codigo": "string", "motivo": "string",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A field of a struct: `kind` is a wire type, `data`, `datahora` or `list<…>`; `child`: where its structs go."""

    name: str
    kind: str
    label: str
    child: str | None = None

    @property
    def column(self) -> str:
        """Its name in the table: a field called as a key takes an underscore (`uuid_`)."""
        return f"{self.name}_" if self.name in KEYS else self.name


@cache
def structs() -> dict[str, dict[str, Column]]:
    """Struct -> its fields, those of every version together. A field never changes its type between them (tested)."""
    found: dict[str, dict[str, Column]] = {}
    for version in reversed(VERSIONS):
        for ficha in layout(version).fichas.values():
            _gather(ficha.root, found)
    return found


@cache
def columns(table: str) -> dict[str, str]:
    """Column -> kind of a table, keys first."""
    if table in PLAIN:
        return PLAIN[table]
    return KEYS | {one.column: one.kind for one in structs()[table].values() if one.child is None}


def tables() -> list[str]:
    return [*PLAIN, *sorted(structs())]


@cache
def root_of(tipo: str) -> tuple[str, str] | None:
    """(struct, path of the date) of a ficha; None for a type that no version has."""
    for version in reversed(VERSIONS):
        ficha = layout(version).fichas.get(tipo)
        if ficha is not None:
            return ficha.root.name, ficha.date_path
    return None


def _gather(struct: Struct, found: dict[str, dict[str, Column]]) -> None:
    own = found.setdefault(struct.name, {})
    for field in struct.fields:
        item = field.type.item or field.type
        if item.struct is not None:
            own.setdefault(field.name, Column(field.name, field.type.kind, field.label, item.struct.name))
            _gather(item.struct, found)
            continue
        kind = (field.format or field.type.kind) if field.is_date else str(field.type)
        own.setdefault(field.name, Column(field.name, kind, field.label))
