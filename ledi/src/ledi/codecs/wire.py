"""What both directions of the Thrift codec share: wire type ids, limits, unknown fields, paths."""

from dataclasses import dataclass, field
from typing import Any

STOP, BOOL, BYTE, DOUBLE, I16, I32, I64 = 0, 2, 3, 4, 6, 8, 10
STRING, STRUCT, MAP, SET, LIST, UUID = 11, 12, 13, 14, 15, 16

WIRE_TYPE = {
    "bool": BOOL,
    "double": DOUBLE,
    "i32": I32,
    "i64": I64,
    "string": STRING,
    "binary": STRING,
    "struct": STRUCT,
    "list": LIST,
}
TYPE_LABEL = {
    BOOL: "booleano",
    BYTE: "inteiro de 8 bits",
    DOUBLE: "decimal",
    I16: "inteiro de 16 bits",
    I32: "inteiro de 32 bits",
    I64: "inteiro de 64 bits",
    STRING: "texto ou binário",
    STRUCT: "estrutura",
    MAP: "mapa",
    SET: "conjunto",
    LIST: "lista",
    UUID: "uuid",
}
# Bytes that one value of the type takes at least; exact for the fixed ones.
MIN_SIZE = {BOOL: 1, BYTE: 1, DOUBLE: 8, I16: 2, I32: 4, I64: 8, UUID: 16}
MIN_SIZE |= {STRING: 4, STRUCT: 1, MAP: 6, SET: 5, LIST: 5}
FIXED = frozenset({BOOL, BYTE, DOUBLE, I16, I32, I64, UUID})

MAX_DATA = 16 * 1024 * 1024  # one serialised ficha; a real one has a few kB, 99 citizens some 200 kB
MAX_ITEMS = 500_000  # list items and unknown fields in one ficha, all together
MAX_DEPTH = 32  # structs and lists inside each other; the deepest layout has 6


@dataclass(frozen=True, slots=True)
class Unknown:
    """A field the layout does not know: `raw` is its value as it came, `path` the struct that held it.

    In the XML form `name` is the element's, `raw` the whole element, and there is neither id nor wire type.
    """

    path: str
    id: int
    wire_type: int
    raw: bytes
    name: str = ""

    @property
    def label(self) -> str:
        """Words for the user; never the value."""
        kind = TYPE_LABEL.get(self.wire_type, str(self.wire_type))
        where = f" em {self.path}" if self.path else ""
        if self.name:
            return f"elemento desconhecido {self.name[:80]}{where}"
        return f"campo desconhecido nº {self.id} ({kind}, {len(self.raw)} bytes){where}"


@dataclass(frozen=True, slots=True)
class Misfit:
    """What a file says in a way that its form does not allow: told, while the rest is read on.

    `kind`: tipo (a value that is not of its field's type), namespace or estrutura. `words` is the
    sentence for the user; `struct` and `field` name the field of a "tipo".
    """

    kind: str
    path: str
    words: str
    struct: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    value: dict[str, Any]
    unknown: list[Unknown] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
