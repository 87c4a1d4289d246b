"""What a record is: frozen descriptions of the LEDI fichas, read from the TOML files beside this module.

Source: IDL 7.2.2/8.x (ids, types) and the official LEDI dictionary pages (bounds, requiredness).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Type:
    """A wire type. `kind`: bool, i32, i64, double, string, binary, struct or list (IDL enums are i32)."""

    kind: str
    struct: Struct | None = None
    item: Type | None = None

    def __str__(self) -> str:
        if self.kind == "list":
            return f"list<{self.item}>"
        return self.struct.name if self.struct else self.kind


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct.

    `id` is the thrift id, None when the official documentation names the field but no IDL gives it an id:
    such a field is accepted, never serialised. `min`/`max` are measured in `unit`.
    """

    name: str
    type: Type
    label: str
    id: int | None = None
    required: str = ""
    min: Decimal | None = None
    max: Decimal | None = None
    unit: str = ""
    domain: str | None = None
    format: str | None = None
    section: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def is_date(self) -> bool:
        """True for epoch-millisecond dates and date-times."""
        return self.format in ("data", "datahora")


@dataclass(frozen=True)
class Struct:
    """A struct in the context of one ficha: the same name may have other bounds in another ficha.

    `fields` are in thrift order; `paper` are the same in the order of the paper ficha, section by section.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    paper: tuple[Field, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return MappingProxyType({f.name: f for f in self.fields})

    @cached_property
    def by_id(self) -> Mapping[int, Field]:
        return MappingProxyType({f.id: f for f in self.fields if f.id is not None})

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


@dataclass(frozen=True)
class Ficha:
    """One kind of record (FVD, FAI, ...): its root struct and where its main parts are."""

    tipo: str
    nome: str
    tipo_dado: int
    root: Struct
    uuid_field: str
    header_field: str
    children_field: str | None
    doc_page: str

    @property
    def header_kind(self) -> str:
        """Struct of the header: UnicaLotacaoHeaderThrift, VariasLotacoesHeaderThrift or LotacaoThrift."""
        struct = self.root.by_name[self.header_field].type.struct
        assert struct is not None
        return struct.name

    def main_lotacao(self, ficha: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        """Wire path and value of the main professional's lotação ({} when absent or malformed)."""
        path, node = self.header_field, ficha.get(self.header_field)
        if self.header_kind == "VariasLotacoesHeaderThrift":
            path += ".lotacaoFormPrincipal"
            node = node.get("lotacaoFormPrincipal") if isinstance(node, Mapping) else None
        return path, node if isinstance(node, Mapping) else {}

    def moment_path(self) -> tuple[str, ...]:
        """Path of the moment that dates the record (attendance, registration or evolution)."""
        return ("dataEvolucao",) if self.tipo == "FCC" else (self.header_field, "dataAtendimento")

    def ibge_path(self) -> tuple[str, ...]:
        """Path of the município code that the record's `ibge` must equal."""
        return (self.header_field, "codigoIbgeMunicipio")


@dataclass(frozen=True)
class Layout:
    """All fichas and the transport structs of one LEDI version."""

    version: str
    fichas: Mapping[str, Ficha]
    structs: Mapping[str, Struct] = field(repr=False)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """(major, minor, revision) as the envelope wants them."""
        major, minor, revision = self.version.split(".")
        return int(major), int(minor), int(revision)

    def __hash__(self) -> int:
        return hash(self.version)
