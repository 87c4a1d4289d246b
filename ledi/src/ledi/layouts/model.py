"""What a record is: frozen descriptions of the LEDI fichas, read from the TOML files beside this module.

Source: IDL 7.2.2/8.x (ids, types) and the official LEDI dictionary pages (bounds, requiredness).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from ledi.errors import LayoutError, PathError
from ledi.paths import Step, join, steps, walk

#: What a field is for, whatever its name in each struct; the layouts declare it (`roles`).
ROLES = frozenset(
    # of a ficha: the citizens' block, the main professional's and the shared one's, its date, its municipality
    ("cidadao", "principal", "compartilhado", "data", "ibge")
    # of a professional's post
    + ("profissional", "cbo", "cnes", "ine")
    # of a citizen
    + ("cpf", "cns", "sem_cpf", "justificativa_sem_cpf", "nascimento", "sexo", "nome", "nome_social")
    + (
        "nome_mae",
        "desconhece_mae",
        "raca_cor",
        "telefone",
        "microarea",
        "cpf_responsavel",
        "cns_responsavel",
    )
    # of the envelope
    + ("uuid",)
)


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
class Doubt:
    """What a field may ask from a version that cannot be told: some one between `since` and `until`.

    `min`, `max`: bounds that are passed with an aviso; `required`: absence too.
    """

    since: str
    until: str
    min: Decimal | None = None
    max: Decimal | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct.

    `id` is the thrift id, None when the official documentation names the field but no IDL gives it an id:
    such a field is accepted, never serialised. `min`/`max` are measured in `unit`. `role` is one of ROLES.
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
    role: str = ""
    since: str | None = None
    until: str | None = None
    doubt: Doubt | None = None

    @property
    def is_date(self) -> bool:
        """True for epoch-millisecond dates and date-times."""
        return self.format in ("data", "datahora")


@dataclass(frozen=True, eq=False)  # itself and no other: the key of what is compiled for it
class Struct:
    """A struct in the context of one ficha: the same name may have other bounds in another ficha.

    `fields` are in thrift order; `paper` are the same in the order of the paper ficha, section by section. `phone`:
    the sections of a form on a phone, (title or "", names), where they are not those of the paper; what they do not
    name goes under the last.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    paper: tuple[Field, ...] = ()
    phone: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return MappingProxyType({f.name: f for f in self.fields})

    @cached_property
    def by_id(self) -> Mapping[int, Field]:
        return MappingProxyType({f.id: f for f in self.fields if f.id is not None})

    @cached_property
    def by_role(self) -> Mapping[str, Field]:
        return MappingProxyType({f.role: f for f in self.fields if f.role})

    def role_name(self, role: str) -> str:
        """Wire name of the field with that role; "" when the struct has none."""
        found = self.by_role.get(role)
        return found.name if found else ""

    def field_at(self, path: str) -> Field | None:
        """The field at a path from this struct (`a[0].b`); None when there is none."""
        struct: Struct | None = self
        found: Field | None = None
        try:
            way = steps(path)
        except PathError:
            return None
        for step in way:
            if isinstance(step, int):
                continue
            found = struct.by_name.get(step) if struct else None
            if found is None:
                return None
            struct = (found.type.item or found.type).struct
        return found


@dataclass(frozen=True)
class Block:
    """A struct where a ficha has it: at `path` ("" is the ficha itself), once or (`many`) in a list."""

    path: str
    many: bool
    struct: Struct

    def at(self, position: int = 0) -> str:
        """Path of one of them."""
        return f"{self.path}[{position}]" if self.many else self.path

    @property
    def pattern(self) -> str:
        """The path as rules write it: "visitasDomiciliares[]"."""
        return f"{self.path}[]" if self.many else self.path

    def name(self, role: str, position: int = 0) -> str:
        """Path of the field with that role in one of them; "" when they have none."""
        name = self.struct.role_name(role)
        return join(self.at(position), name) if name else ""

    def nodes(self, ficha: Any) -> list[Any]:
        """What a record has there, position by position, whatever it is; [None] for nothing where one stands."""
        node = walk(ficha, steps(self.path)) if self.path else ficha
        return node if isinstance(node, list) else [node]

    def position(self, path: str) -> int | None:
        """Which of them a path points into; None when it points elsewhere."""
        if not self.path:
            return 0
        own, rest = path[: len(self.path)], path[len(self.path) :]
        if own != self.path or rest[:1] not in ("", ".", "["):
            return None
        if not self.many:
            return 0
        index = rest[1:].partition("]")[0] if rest[:1] == "[" else ""
        return int(index) if index.isdecimal() and len(index) <= 6 else None


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

    @cached_property
    def header(self) -> Block:
        """Where the professional, the date and the município stand."""
        return self._block(self.root.by_name[self.header_field], "")

    @cached_property
    def main(self) -> Block:
        """The post of the main professional: the header itself, or a part of it."""
        part = self.header.struct.by_role.get("principal")
        return self._block(part, self.header.path) if part else self.header

    @cached_property
    def shared(self) -> Block | None:
        """The post of a second professional, in the fichas that have one."""
        part = self.header.struct.by_role.get("compartilhado")
        return self._block(part, self.header.path) if part else None

    @cached_property
    def citizen(self) -> Block:
        """Where the citizens stand: a list, a struct, or the ficha itself."""
        field = self.root.by_role.get("cidadao")
        return self._block(field, "") if field else Block("", False, self.root)

    @cached_property
    def date_path(self) -> str:
        """Path of the moment that dates the record (attendance, registration or evolution)."""
        return self.root.role_name("data") or self.header.name("data")

    @cached_property
    def twins(self) -> Mapping[str, str]:
        """Key of the envelope -> path of the field that must have the same value (cnes, ine, ibge)."""
        places = {"cnes": self.main, "ine": self.main, "ibge": self.header}
        return MappingProxyType({key: block.name(key) for key, block in places.items()})

    @cached_property
    def twin_ways(self) -> tuple[tuple[str, tuple[Step, ...]], ...]:
        """The same, ready to be followed."""
        return tuple((key, steps(path)) for key, path in self.twins.items())

    def main_lotacao(self, ficha: Any) -> tuple[str, Mapping[str, Any]]:
        """Wire path and value of the main professional's lotação ({} when absent or malformed)."""
        node = walk(ficha, steps(self.main.path))
        return self.main.path, node if isinstance(node, dict) else {}

    def block(self, place: str) -> Block:
        """The struct at a place as rules write it (`a[].b`). Raises LayoutError when there is none."""
        above, _, _ = place.rpartition(".")
        field = self.root.field_at(place.replace("[]", ""))
        if field is None:
            raise LayoutError(f"{self.tipo}: não há {place}")
        return self._block(field, above)

    def _block(self, field: Field, above: str) -> Block:
        struct = (field.type.item or field.type).struct
        if struct is None:
            raise LayoutError(f"{self.tipo}: {field.name} não é uma estrutura")
        return Block(join(above, field.name), field.type.kind == "list", struct)


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
