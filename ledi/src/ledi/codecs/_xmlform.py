"""What the XML form of LEDI is, from the layout and xml.toml: element names and order, namespaces, codes by name."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ledi.codecs._encode import wire_fields

if TYPE_CHECKING:
    from ledi.layouts.model import Field, Struct

BASE = "http://esus.ufsc.br/"
TRANSPORT, INSTALLATION = BASE + "dadotransporte", BASE + "dadoinstalacao"
TRANSPORT_ROOT = "dadoTransporteTransportXml"
HEAD = (
    *("uuidDadoSerializado", "tipoDadoSerializado", "codIbge"),
    *("cnesDadoSerializado", "ineDadoSerializado", "numLote"),
)
BITS = {"i32": 32, "i64": 64}


@cache
def facts() -> dict[str, Any]:
    return tomllib.loads(files("ledi.codecs").joinpath("xml.toml").read_text(encoding="utf-8"))


@cache
def elements(struct: "Struct") -> "tuple[tuple[str, Field], ...]":
    """(element name, field) in the order of the XSD."""
    order = {name: rank for rank, name in enumerate(facts()["order"].get(struct.name, ()))}
    names = facts()["names"]
    found = [field for _, field in wire_fields(struct)]
    found += [field for field in struct.fields if field.id is None and field.name in order]
    found.sort(key=lambda field: order.get(field.name, len(order)))  # stable: the rest in id order
    return tuple((names.get(f"{struct.name}.{field.name}", field.name), field) for field in found)


@cache
def by_element(struct: "Struct") -> "dict[str, Field]":
    return dict(elements(struct))


@cache
def codes_of(domain: str | None) -> Mapping[str, int]:
    found: Mapping[str, int] = facts()["enums"].get(domain or "", {})
    return found


def namespace(struct: "Struct") -> str:
    return BASE + struct.name.removesuffix("Thrift").lower()


def root_element(struct: "Struct") -> str:
    name = struct.name.removesuffix("Thrift")
    return f"{name[0].lower()}{name[1:]}Transport"


def element_name(struct: str, field: str) -> str:
    """Name of the element of a field, in any version."""
    name: str = facts()["names"].get(f"{struct}.{field}", field)
    return name


def has_element(struct: "Struct", name: str) -> bool:
    """Is it the name of an element of the struct?"""
    return name in by_element(struct)
