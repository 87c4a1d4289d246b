"""A small layout of the tests' own, with every kind of field, so that the codec is tested apart from LEDI."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class SmallType:
    kind: str
    struct: Any = None
    item: Any = None


@dataclass(frozen=True)
class SmallField:
    id: int | None
    name: str
    type: SmallType


@dataclass(frozen=True, eq=False)
class SmallStruct:
    name: str
    fields: tuple[SmallField, ...]

    @cached_property
    def by_name(self) -> dict[str, SmallField]:
        return {field.name: field for field in self.fields}


def fields(**spec: Any) -> tuple[SmallField, ...]:
    made = []
    for name, (number, kind, *rest) in spec.items():
        made.append(SmallField(number, name, kind_of(kind, *rest)))
    return tuple(made)


def kind_of(kind: str, inner: Any = None) -> SmallType:
    if kind == "struct":
        return SmallType("struct", struct=inner)
    if kind == "list":
        return SmallType("list", item=inner if isinstance(inner, SmallType) else SmallType(inner))
    return SmallType(kind)


LEAF = SmallStruct("Folha", fields(cns=(1, "string"), peso=(2, "double"), turno=(5, "i64")))
ROOT = SmallStruct(
    "Raiz",
    fields(
        uuid=(1, "string"),
        ativo=(2, "bool"),
        ordem=(3, "i32"),
        data=(4, "i64"),
        altura=(6, "double"),
        dados=(7, "binary"),
        folha=(8, "struct", LEAF),
        folhas=(10, "list", SmallType("struct", struct=LEAF)),
        motivos=(11, "list", "i64"),
        nomes=(12, "list", "string"),
        sinais=(14, "list", "bool"),
        semId=(None, "string"),
    ),
)
FULL = {
    "uuid": "0019615-ção",
    "ativo": True,
    "ordem": -2,
    "data": 1_704_085_200_000,
    "altura": 1.5,
    "dados": b"\x00\xff",
    "folha": {"cns": "7", "peso": 70.25, "turno": 1},
    "folhas": [{"turno": 2}, {}],
    "motivos": [1, -1],
    "nomes": ["a", ""],
    "sinais": [True, False],
}
