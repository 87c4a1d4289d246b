"""Reads the TOML layouts and resolves them for one LEDI version."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from ledi.errors import LayoutError, UnknownVersion
from ledi.layouts.model import ROLES, Doubt, Ficha, Field, Layout, Struct, Type
from ledi.layouts.releases import releases
from ledi.versions import in_force, version_key

TIPOS = ("FAD", "FAI", "FAO", "FAC", "FAE", "FCD", "FCI", "FCZM", "MCA", "FP", "FV", "FVD", "FCC")
_T = TypeVar("_T")
_SCALARS = ("bool", "i32", "i64", "double", "string", "binary")
HEAD = ("tipo", "nome", "tipo_dado", "root", "uuid_field", "header_field", "children_field", "doc_page")
_FIELD_KEYS = frozenset(
    (
        "id",
        "name",
        "type",
        "label",
        "required",
        "min",
        "max",
        "unit",
        "domain",
        "format",
        "section",
        "doc",
        "role",
    )
    + ("since", "until", "history", "source")
)
_STRENGTH = {"": 0, "nao": 1, "condicional": 2, "sim": 3}  # of `required`


@cache
def document(name: str) -> dict[str, Any]:
    text = files("ledi.layouts").joinpath("fichas", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


VERSIONS: tuple[str, ...] = tuple(row.id for row in releases().values() if not row.read_only)
CURRENT: str = VERSIONS[-1]


class _Scope:
    """Struct definitions visible to one ficha: its own ones first, then the shared ones."""

    def __init__(self, version: str, own: Mapping[str, Any]) -> None:
        self.version = version
        self.own = own
        self.shared = document("comum")
        self.done: dict[str, Struct] = {}

    def struct(self, name: str) -> Struct:
        if name not in self.done:
            self.done[name] = self._build(name)
        return self.done[name]

    def _build(self, name: str) -> Struct:
        """`name` may end with "@role": a struct that asks for other things in one place of the ficha."""
        wire_name = name.partition("@")[0]
        shared, own = self.shared.get(wire_name), self.own.get(name)
        if own is None and shared is None:
            raise LayoutError(f"estrutura {name} não está em nenhum layout")
        rows = merge(shared, own)
        sections = (own or {}).get("sections") or (shared or {}).get("sections") or ()
        heading = {field: title for title, *names in sections for field in names}
        roles = _roles(name, rows, {**(shared or {}).get("roles", {}), **(own or {}).get("roles", {})})
        fields = [
            self._field({"section": heading.get(row["name"]), "role": roles.get(row["name"], ""), **row})
            for row in rows
            if in_force(self.version, row.get("since"), row.get("until"))
        ]
        fields.sort(key=lambda f: f.id if f.id is not None else 1 << 16)
        phone = (own or {}).get("phone") or (shared or {}).get("phone") or ()
        if unknown := {field for _, *names in phone for field in names} - {row["name"] for row in rows}:
            raise LayoutError(
                f"campo desconhecido nas seções de telefone de {name}: {', '.join(sorted(unknown))}"
            )
        return Struct(
            name=wire_name,
            label=(own or shared or {})["label"],
            fields=tuple(fields),
            paper=_as_on_paper(fields, list(heading)),
            phone=tuple((title, tuple(names)) for title, *names in phone),
        )

    def _field(self, row: Mapping[str, Any]) -> Field:
        unknown = set(row) - _FIELD_KEYS
        if unknown:
            raise LayoutError(f"chave desconhecida no campo {row.get('name')}: {', '.join(sorted(unknown))}")
        values = dict(row)
        doubt: Doubt | None = None
        for old in sorted(values.pop("history", ()), key=lambda h: version_key(h["until"]), reverse=True):
            if in_force(self.version, None, old["until"]):
                doubt = self._older(values, old)
        for key in ("doc", "source"):
            values.pop(key, None)
        values["id"] = values.get("id") or None  # 0 in a history: the IDL of that version had no id yet
        values["domain"] = values.get("domain") or None  # "" in a history: that version had no list yet
        for bound in ("min", "max"):
            values[bound] = _number(values.get(bound))
        values["type"] = self._type(values["type"])
        return Field(**values, doubt=doubt)

    def _older(self, values: dict[str, Any], old: Mapping[str, Any]) -> Doubt | None:
        """Puts what an older version said into `values`; between `doubt_since` and `until`, what refuses least."""
        facts = {key: value for key, value in old.items() if key not in ("until", "doubt_since")}
        since = old.get("doubt_since")
        if not since or not in_force(self.version, since, None):
            values.update(facts)
            return None
        strict: dict[str, Any] = {}
        for key, value in facts.items():
            if key not in ("min", "max", "required"):
                raise LayoutError(f"{values['name']}: não se sabe qual {key} recusa menos")
            values[key], strict[key] = _mildest(key, value, values.get(key))
        bounds = {key: _number(strict.get(key)) for key in ("min", "max")}
        return Doubt(
            since, old["until"], **bounds, required=strict.get("required", "") == "sim" != values["required"]
        )

    def _type(self, text: str) -> Type:
        if text in _SCALARS:
            return Type(text)
        if text.startswith("enum:") or text.endswith("EnumThrift"):
            return Type("i32")
        if text.startswith("list<"):
            return Type("list", item=self._type(text[5:-1]))
        return Type("struct", struct=self.struct(text))


def _roles(struct: str, rows: list[dict[str, Any]], declared: Mapping[str, str]) -> dict[str, str]:
    """Field -> role of a struct."""
    unknown = (declared.keys() - ROLES) | (set(declared.values()) - {row["name"] for row in rows})
    if unknown:
        raise LayoutError(f"papel ou campo desconhecido em {struct}: {', '.join(sorted(unknown))}")
    return {name: role for role, name in declared.items()}


def structs_in(text: str) -> list[str]:
    """Name of the struct that a type is, or is a list of."""
    inner = text.removeprefix("list<").removesuffix(">")
    plain = inner in _SCALARS or inner.startswith("enum:") or inner.endswith("EnumThrift")
    return [] if plain else [inner]


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(value)


def _mildest(key: str, one: Any, other: Any) -> tuple[Any, Any]:
    """(the value that refuses least, the other one)."""
    if key == "required":
        first, second = sorted((one or "", other or ""), key=_STRENGTH.__getitem__)
        return first, second
    known = sorted(value for value in (one, other) if value not in (None, ""))
    if len(known) < 2:
        return "", known[0] if known else ""
    return (known[0], known[1]) if key == "min" else (known[1], known[0])


def _as_on_paper(fields: list[Field], order: list[str]) -> tuple[Field, ...]:
    """In the order of the paper ficha; what no section names keeps its order at the end."""
    place = {name: n for n, name in enumerate(order)}
    return tuple(sorted(fields, key=lambda f: place.get(f.name, len(place))))


def merge(shared: Mapping[str, Any] | None, own: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Rows of a struct: the shared facts overridden by the ficha's own, field by field."""
    if own is None or not own.get("extends"):
        source = own or shared
        assert source is not None
        return [dict(row) for row in source["fields"]]
    if shared is None:
        raise LayoutError("extends sem estrutura em comum.toml")
    overrides = {row["name"]: row for row in own["fields"]}
    rows = [{**row, **overrides.pop(row["name"], {})} for row in shared["fields"]]
    return rows + [dict(row) for row in overrides.values()]


def _ficha(version: str, tipo: str) -> Ficha:
    found = document(tipo.lower())
    own = {key: value for key, value in found.items() if key not in HEAD}
    head: dict[str, Any] = {key: found.get(key) for key in HEAD}
    head["root"] = _Scope(version, own).struct(found["root"])
    return Ficha(**head)


class _OnDemand(Mapping[str, _T]):
    """Every name is there from the start; what it names is read when first asked for, once."""

    def __init__(self, names: Sequence[str], make: Callable[[str], _T]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, _T] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made.setdefault(
                name, self._make(name)
            )  # the first of two threads: what is compiled is its own
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def layout(version: str = CURRENT) -> Layout:
    """The layout of exactly that LEDI version. Raises UnknownVersion for any other than `VERSIONS`."""
    if version not in VERSIONS:
        raise UnknownVersion(f"versão do LEDI desconhecida: {version!r}; conhecidas: {', '.join(VERSIONS)}")
    shared = _Scope(version, document("transporte"))
    names = [*document("transporte"), *document("comum")]
    structs = _OnDemand(names, shared.struct)
    fichas = _OnDemand(TIPOS, lambda tipo: _ficha(version, tipo))
    return Layout(version=version, fichas=fichas, structs=structs)


def nearest(version: str) -> Layout:
    """The known layout closest to a declared version: to read foreign bytes with, and to judge what they bring.

    The newest known version not above the declared one, else the oldest known; any text is accepted.
    """
    try:
        key = version_key(version)
    except ValueError:
        return layout(CURRENT)
    below = [known for known in VERSIONS if version_key(known) <= key]
    return layout(below[-1] if below else VERSIONS[0])
