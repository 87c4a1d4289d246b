"""The XML form of LEDI (`.esus.xml`), read and written from the same layout as the Thrift form.

Form, as in the official XSDs and examples: the ficha's root element is in the namespace of its struct, all
inner elements are in none; a list repeats its element; booleans are true/false, dates are epoch
milliseconds, the five enumerations of the MCA go by name. An empty list has no form in XML: it is written
as absence. What the layout does not say is in xml.toml.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from ledi.codecs import _xmltree as tree
from ledi.codecs._encode import wire_fields
from ledi.codecs._xmltree import Node
from ledi.codecs.wire import Decoded, Unknown, join
from ledi.errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Field, Layout, Struct, Type

BASE = "http://esus.ufsc.br/"
TRANSPORT, INSTALLATION = BASE + "dadotransporte", BASE + "dadoinstalacao"
HEAD = (
    *("uuidDadoSerializado", "tipoDadoSerializado", "codIbge"),
    *("cnesDadoSerializado", "ineDadoSerializado", "numLote"),
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_BOOLS = {"true": True, "1": True, "false": False, "0": False}
_BITS = {"i32": 32, "i64": 64}


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads(files("ledi.codecs").joinpath("xml.toml").read_text(encoding="utf-8"))


@cache
def _elements(struct: "Struct") -> "tuple[tuple[str, Field], ...]":
    """(element name, field) in the order of the XSD."""
    order = {name: rank for rank, name in enumerate(_facts()["order"].get(struct.name, ()))}
    names = _facts()["names"]
    found = [field for _, field in wire_fields(struct)]
    found += [field for field in struct.fields if field.id is None and field.name in order]
    found.sort(key=lambda field: order.get(field.name, len(order)))  # stable: the rest in id order
    return tuple((names.get(f"{struct.name}.{field.name}", field.name), field) for field in found)


@cache
def _by_element(struct: "Struct") -> "dict[str, Field]":
    return dict(_elements(struct))


@cache
def _codes(domain: str | None) -> Mapping[str, int]:
    found: Mapping[str, int] = _facts()["enums"].get(domain or "", {})
    return found


def namespace(struct: "Struct") -> str:
    return BASE + struct.name.removesuffix("Thrift").lower()


def root_element(struct: "Struct") -> str:
    name = struct.name.removesuffix("Thrift")
    return f"{name[0].lower()}{name[1:]}Transport"


def element_name(struct: str, field: str) -> str:
    """Name of the element of a field, in any version."""
    name: str = _facts()["names"].get(f"{struct}.{field}", field)
    return name


def has_element(struct: "Struct", name: str) -> bool:
    """Is it the name of an element of the struct?"""
    return name in _by_element(struct)


def is_element(name: str, raw: bytes) -> bool:
    """Are these the bytes of one whole element of that name, as `decode` gives back what it does not know?"""
    try:
        node = tree.parse(raw)
    except DecodeError:
        return False
    return node.name == name and tree.to_bytes(node) == raw


# ---- writing


def encode(struct: "Struct", mapping: Mapping[str, Any], unknown: Sequence[Unknown] = ()) -> bytes:
    """The ficha alone, as one XML element in its namespace. EncodeError (path) as the Thrift `encode`."""
    out: list[str] = []
    _write_root(struct, mapping, unknown, f" xmlns:ns4={quoteattr(namespace(struct))}", out)
    return "".join(out).encode()


def encode_transport(
    layout: "Layout",
    head: Mapping[str, Any],
    root: "Struct",
    ficha: Mapping[str, Any],
    remetente: Mapping[str, Any],
    originadora: Mapping[str, Any],
    unknown: Sequence[Unknown] = (),
) -> bytes:
    """A whole `.esus.xml` file around a ficha; `head` has the scalar fields of DadoTransporteThrift.

    `unknown` are elements of the ficha that `decode` gave back.
    """
    transport = layout.structs["DadoTransporteThrift"]
    spaces = {"ns2": INSTALLATION, "ns3": TRANSPORT, "ns4": namespace(root)}
    declared = "".join(f" xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in spaces.items())
    out = [DECLARATION, f"<ns3:dadoTransporteTransportXml{declared}>"]
    for name in HEAD:
        _write_field(name, transport.by_name[name], head.get(name), name, {}, out)
    _write_root(root, ficha, unknown, "", out)
    for name, values in (("remetente", remetente), ("originadora", originadora)):
        inner = transport.by_name[name].type.struct
        assert inner is not None
        out.append(f"<ns2:{name}>")
        _write_struct(inner, values, name, {}, out)
        out.append(f"</ns2:{name}>")
    major, minor, revision = layout.numbers
    out.append(f'<versao major="{major}" minor="{minor}" revision="{revision}"/>')
    out.append("</ns3:dadoTransporteTransportXml>\n")
    return "".join(out).encode()


Kept = dict[str, list[Unknown]]


def _write_root(
    struct: "Struct", mapping: Mapping[str, Any], unknown: Iterable[Unknown], attributes: str, out: list[str]
) -> None:
    kept: Kept = {}
    for one in unknown:
        kept.setdefault(one.path, []).append(one)
    out.append(f"<ns4:{root_element(struct)}{attributes}>")
    _write_struct(struct, mapping, "", kept, out)
    out.append(f"</ns4:{root_element(struct)}>")
    if kept:
        raise EncodeError(
            "há campos desconhecidos guardados para um lugar que não existe mais", next(iter(kept))
        )


def _write_struct(struct: "Struct", mapping: Any, path: str, kept: Kept, out: list[str]) -> None:
    if not isinstance(mapping, Mapping):
        raise EncodeError("deveria ser um objeto (estrutura)", path)
    for name in mapping:
        if name not in struct.by_name:
            raise EncodeError(f"campo que não existe em {struct.name}", join(path, str(name)))
    for element, field in _elements(struct):
        _write_field(element, field, mapping.get(field.name), join(path, field.name), kept, out)
    for one in kept.pop(path, ()):
        out.append(one.raw.decode())


def _write_field(element: str, field: "Field", value: Any, path: str, kept: Kept, out: list[str]) -> None:
    if value is None:
        return
    if field.type.kind != "list":
        _write_value(element, field, field.type, value, path, kept, out)
        return
    if not isinstance(value, list | tuple):
        raise EncodeError("deveria ser uma lista", path)
    assert field.type.item is not None
    for index, item in enumerate(value):
        _write_value(element, field, field.type.item, item, f"{path}[{index}]", kept, out)


def _write_value(
    element: str, field: "Field", type_: "Type", value: Any, path: str, kept: Kept, out: list[str]
) -> None:
    out.append(f"<{element}>")
    if type_.kind == "struct":
        assert type_.struct is not None
        _write_struct(type_.struct, value, path, kept, out)
    else:
        out.append(_text(field, type_.kind, value, path))
    out.append(f"</{element}>")


def _text(field: "Field", kind: str, value: Any, path: str) -> str:
    if kind == "bool" and isinstance(value, bool):
        return "true" if value else "false"
    if kind in _BITS and type(value) is int:
        return _integer_text(field, kind, value, path)
    if kind == "double" and type(value) in (float, int):
        return _double_text(value, path)
    if kind == "string" and isinstance(value, str):
        bad = _FORBIDDEN.search(value)
        if bad:
            raise EncodeError(f"caractere que XML não aceita na posição {bad.start()}", path)
        return value.translate(_ESCAPE)
    raise EncodeError(f"valor que não é do tipo do campo ({kind})", path)


def _integer_text(field: "Field", kind: str, value: int, path: str) -> str:
    limit = 1 << (_BITS[kind] - 1)
    if not -limit <= value < limit:
        raise EncodeError(f"número inteiro fora do que cabe em {_BITS[kind]} bits", path)
    codes = _codes(field.domain)
    if not codes:
        return str(value)
    name = next((name for name, code in codes.items() if code == value), None)
    if name is None:
        raise EncodeError("código sem nome na forma XML", path)
    return name


def _double_text(value: float | int, path: str) -> str:
    try:
        number = float(value)
    except OverflowError:
        raise EncodeError("número grande demais", path) from None
    if not isfinite(number):
        raise EncodeError("NaN e infinito não são números aceitos", path)
    return repr(number)


# ---- reading


@dataclass(frozen=True, slots=True)
class Transport:
    """What an `.esus.xml` file holds: the envelope's fields by wire name, the ficha still as XML."""

    head: dict[str, Any]
    ficha: bytes
    version: str | None
    unknown: list[Unknown]


def decode(
    struct: "Struct", data: bytes, *, keep_unknown: bool = True, max_size: int = tree.MAX_DATA
) -> Decoded:
    """The wire mapping in the XML element of a ficha; elements in any order.

    Elements the layout does not know are given back as they came. Raises DecodeError (path).
    """
    node = tree.parse(data, max_size)
    if node.name != root_element(struct) or node.space != namespace(struct):
        raise DecodeError(f"elemento raiz inesperado: {node.name[:80]}", root_element(struct))
    unknown: list[Unknown] = []
    value = _read_struct(struct, node, "", unknown)
    return Decoded(value, unknown if keep_unknown else [])


def decode_parts(struct: "Struct", elements: bytes) -> dict[str, Any]:
    """The wire mapping of a struct from the elements inside it. Raises DecodeError."""
    return _read_struct(struct, tree.parse(b"<partes>" + elements + b"</partes>"), "", [])


def decode_transport(layout: "Layout", data: bytes, *, max_size: int = tree.MAX_DATA) -> Transport:
    """The parts of an `.esus.xml` file. Raises DecodeError."""
    node = tree.parse(data, max_size)
    if node.name != "dadoTransporteTransportXml" or node.space != TRANSPORT:
        raise DecodeError(f"não é um dado de transporte do LEDI: elemento raiz {node.name[:80]}")
    transport = layout.structs["DadoTransporteThrift"]
    head: dict[str, Any] = {}
    unknown: list[Unknown] = []
    fichas: list[Node] = []
    version = None
    for child in node.children:
        if child.name in head or (child.name == "versao" and version):
            raise DecodeError("campo repetido no envelope", child.name)
        if child.name in HEAD:
            field = transport.by_name[child.name]
            head[child.name] = _read_value(field, field.type, child, child.name, unknown)
        elif child.name in ("remetente", "originadora"):
            inner = transport.by_name[child.name].type.struct
            assert inner is not None
            head[child.name] = _read_struct(inner, child, child.name, unknown)
        elif child.name == "versao":
            version = _version(child)
        elif child.space.startswith(BASE) and child.name.endswith("Transport"):
            fichas.append(child)
        else:
            unknown.append(_unknown("", child))
    if len(fichas) != 1:
        raise DecodeError(f"o envelope deveria ter uma ficha; tem {len(fichas)}")
    return Transport(head, tree.to_bytes(fichas[0]), version, unknown)


def _version(node: Node) -> str:
    parts = [node.attributes.get(name, "") for name in ("major", "minor", "revision")]
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        raise DecodeError("versão do LEDI malformada", "versao")
    return ".".join(parts)


def _read_struct(struct: "Struct", node: Node, path: str, unknown: list[Unknown]) -> dict[str, Any]:
    if node.text.strip():
        raise DecodeError("texto onde se esperam elementos", path)
    known = _by_element(struct)
    found: dict[str, Any] = {}
    for child in node.children:
        field = known.get(child.name)
        if field is None:
            unknown.append(_unknown(path, child))
            continue
        place = join(path, field.name)
        if field.type.kind == "list":
            assert field.type.item is not None
            items = found.setdefault(field.name, [])
            items.append(_read_value(field, field.type.item, child, f"{place}[{len(items)}]", unknown))
        elif field.name in found:
            raise DecodeError("campo repetido", place)
        else:
            found[field.name] = _read_value(field, field.type, child, place, unknown)
    return {name: value for name, value in found.items() if value is not None}


def _unknown(path: str, node: Node) -> Unknown:
    return Unknown(path, 0, -1, tree.to_bytes(node), node.name)


def _read_value(field: "Field", type_: "Type", node: Node, path: str, unknown: list[Unknown]) -> Any:
    if type_.kind == "struct":
        assert type_.struct is not None
        return _read_struct(type_.struct, node, path, unknown)
    if node.children:
        raise DecodeError("elementos dentro de um campo simples", path)
    if type_.kind == "string":
        return node.text
    text = node.text.strip()
    if not text and type_ is field.type:
        return None  # an empty number or boolean is absence, as the official reader takes it
    value = _parse(field, type_.kind, text)
    if value is None:
        raise DecodeError(f"valor que não é do tipo do campo ({type_.kind})", path)
    return value


def _parse(field: "Field", kind: str, text: str) -> Any:
    if kind == "bool":
        return _BOOLS.get(text)
    if kind == "double":
        number = float(text) if _DOUBLE.fullmatch(text) and len(text) < 400 else None
        return number if number is not None and isfinite(number) else None
    codes = _codes(field.domain)
    if codes and text in codes:
        return codes[text]
    if not _INTEGER.fullmatch(text):
        return None
    value, limit = int(text), 1 << (_BITS[kind] - 1)
    return value if -limit <= value < limit else None
