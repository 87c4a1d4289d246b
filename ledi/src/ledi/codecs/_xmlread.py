"""Reading the XML form: strictly (the first fault is a DecodeError), or to say of each fault where it is."""

import re
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from ledi.codecs import _xmltree as tree
from ledi.codecs._xmlform import (
    BASE,
    BITS,
    HEAD,
    INSTALLATION,
    TRANSPORT,
    TRANSPORT_ROOT,
    by_element,
    codes_of,
    namespace,
    root_element,
)
from ledi.codecs._xmltree import Node
from ledi.codecs.wire import Decoded, Misfit, Unknown, join
from ledi.errors import DecodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Field, Layout, Struct, Type

MAX_MISFITS = 300  # told of one file; a hostile one may have one per element
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_BOOLS = {"true": True, "1": True, "false": False, "0": False}
_WANTED = {
    "bool": "true ou false",
    "i32": "um número inteiro",
    "i64": "um número inteiro",
    "double": "um número com ponto, como 36.5",
}
_DATE = "uma data em milissegundos (Epoch), como 1763640000000"


@dataclass(frozen=True, slots=True)
class Transport:
    """What an `.esus.xml` file holds: the envelope's fields by wire name, the ficha still as XML."""

    head: dict[str, Any]
    ficha: bytes
    version: str | None
    unknown: list[Unknown]
    misfits: list[Misfit] = field(default_factory=list)
    root: str = ""  # name of the ficha's element


class _Reading:
    """State of one reading: the elements nobody knows, and (unless strict) what does not fit its field."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.unknown: list[Unknown] = []
        self.misfits: list[Misfit] = []
        self.spaces_told = False

    def odd(self, kind: str, reason: str, path: str, words: str, struct: str = "", name: str = "") -> None:
        """A fault: raised with its `reason`, or kept with `words` for the user."""
        if self.strict:
            raise DecodeError(reason, path)
        if len(self.misfits) < MAX_MISFITS:
            self.misfits.append(Misfit(kind, path, words, struct, name))

    def space(self, node: Node, wanted: str, path: str) -> None:
        """The namespace of an element; a wrong one on every inner element is told once."""
        if node.space == wanted or (not wanted and self.spaces_told):
            return
        self.spaces_told = self.spaces_told or not wanted
        found = f"está em {node.space[:120]}" if node.space else "não está em nenhum"
        right = f"deve estar em {wanted}" if wanted else "não deve estar em nenhum"
        words = f"O elemento {node.name[:80]} {right} (espaço de nomes, xmlns) e {found}. Corrija o xmlns."
        self.odd("namespace", f"elemento raiz inesperado: {node.name[:80]}", path, words)


def decode(
    struct: "Struct",
    data: bytes,
    *,
    keep_unknown: bool = True,
    max_size: int = tree.MAX_DATA,
    strict: bool = True,
) -> Decoded:
    """The wire mapping in the XML element of a ficha; elements in any order.

    Elements the layout does not know are given back as they came. Raises DecodeError (path); with `strict`
    false only for what is no ficha of this struct at all: what does not fit its field is kept as text in the
    mapping and told in `misfits`.
    """
    node = tree.parse(data, max_size)
    if node.name != root_element(struct):
        raise DecodeError(f"elemento raiz inesperado: {node.name[:80]}", root_element(struct))
    reading = _Reading(strict)
    if node.space != namespace(struct):
        reading.space(node, namespace(struct), root_element(struct) if strict else "")
    value = _read_struct(struct, node, "", reading)
    return Decoded(value, reading.unknown if keep_unknown else [], reading.misfits)


def decode_parts(struct: "Struct", elements: bytes) -> dict[str, Any]:
    """The wire mapping of a struct from the elements inside it. Raises DecodeError."""
    return _read_struct(struct, tree.parse(b"<partes>" + elements + b"</partes>"), "", _Reading(strict=True))


def is_element(name: str, raw: bytes) -> bool:
    """Are these the bytes of one whole element of that name, as `decode` gives back what it does not know?"""
    try:
        node = tree.parse(raw)
    except DecodeError:
        return False
    return node.name == name and tree.to_bytes(node) == raw


def decode_transport(
    layout: "Layout", data: bytes, *, max_size: int = tree.MAX_DATA, strict: bool = True
) -> Transport:
    """The parts of an `.esus.xml` file. Raises DecodeError; `strict` as in `decode`."""
    node = tree.parse(data, max_size)
    if node.name != TRANSPORT_ROOT or (strict and node.space != TRANSPORT):
        raise DecodeError(f"não é um dado de transporte do LEDI: elemento raiz {node.name[:80]}")
    transport = layout.structs["DadoTransporteThrift"]
    reading = _Reading(strict)
    reading.space(node, TRANSPORT, "")
    head: dict[str, Any] = {}
    fichas: list[Node] = []
    version: str | None = None
    for child in node.children:
        if child.name in head or (child.name == "versao" and version):
            text = f"O envelope traz {child.name} duas vezes. Deixe um só."
            reading.odd("estrutura", "campo repetido no envelope", child.name, text)
        elif child.name in HEAD:
            found = transport.by_name[child.name]
            if not strict:
                reading.space(child, "", child.name)
            head[child.name] = _read_value(transport, found, found.type, child, child.name, reading)
        elif child.name in ("remetente", "originadora"):
            inner = transport.by_name[child.name].type.struct
            assert inner is not None
            if not strict:
                reading.space(child, INSTALLATION, child.name)
            head[child.name] = _read_struct(inner, child, child.name, reading)
        elif child.name == "versao":
            version = _version(child, reading)
        elif child.name.endswith("Transport") and (not strict or child.space.startswith(BASE)):
            fichas.append(child)
        else:
            reading.unknown.append(_unknown("", child))
    if len(fichas) != 1:
        raise DecodeError(f"o envelope deveria ter uma ficha; tem {len(fichas)}")
    ficha = tree.to_bytes(fichas[0])
    return Transport(head, ficha, version, reading.unknown, reading.misfits, fichas[0].name)


def _version(node: Node, reading: _Reading) -> str:
    parts = [node.attributes.get(name, "") for name in ("major", "minor", "revision")]
    text = ".".join(parts)
    if all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return text
    if reading.strict:
        raise DecodeError("versão do LEDI malformada", "versao")
    return re.sub(r"[^0-9.]", "?", text)[:20]  # the rules of a record say how it should be


def _read_struct(struct: "Struct", node: Node, path: str, reading: _Reading) -> dict[str, Any]:
    if node.text.strip():
        words = f"Há texto solto dentro de {node.name}, onde só vão elementos. Apague-o."
        reading.odd("estrutura", "texto onde se esperam elementos", path, words)
    known = by_element(struct)
    found: dict[str, Any] = {}
    for child in node.children:
        field = known.get(child.name)
        if field is None:
            reading.unknown.append(_unknown(path, child))
            continue
        place = join(path, field.name)
        if child.space and not reading.strict:
            reading.space(child, "", place)
        if field.type.kind == "list":
            assert field.type.item is not None
            items = found.setdefault(field.name, [])
            at = f"{place}[{len(items)}]"
            items.append(_read_value(struct, field, field.type.item, child, at, reading))
        elif field.name in found:
            words = f"O campo {field.label} aparece duas vezes. Deixe um só."
            reading.odd("estrutura", "campo repetido", place, words)
        else:
            found[field.name] = _read_value(struct, field, field.type, child, place, reading)
    return {name: value for name, value in found.items() if value is not None}


def _unknown(path: str, node: Node) -> Unknown:
    return Unknown(path, 0, -1, tree.to_bytes(node), node.name)


def _read_value(
    struct: "Struct", field: "Field", type_: "Type", node: Node, path: str, reading: _Reading
) -> Any:
    if type_.kind == "struct":
        assert type_.struct is not None
        return _read_struct(type_.struct, node, path, reading)
    if node.children:
        words = f"O campo {field.label} traz elementos dentro, e deve ter só o seu valor."
        reading.odd("estrutura", "elementos dentro de um campo simples", path, words)
        return None
    if type_.kind == "string":
        return node.text
    text = node.text.strip()
    if not text and (type_ is field.type or not reading.strict):
        return None  # an empty number or boolean is absence, as the official reader takes it
    value = _parse(field, type_.kind, text)
    if value is None:
        wanted = _DATE if field.is_date else "um nome da sua lista no XSD" if codes_of(field.domain) else ""
        words = f"O campo {field.label} deve ser {wanted or _WANTED[type_.kind]}; no XML veio outro texto. Corrija-o."
        reason = f"valor que não é do tipo do campo ({type_.kind})"
        reading.odd("tipo", reason, path, words, struct.name, field.name)
        return node.text  # nothing is lost: who reads on judges a text where a number should be
    return value


def _parse(field: "Field", kind: str, text: str) -> Any:
    if kind == "bool":
        return _BOOLS.get(text)
    if kind == "double":
        number = float(text) if _DOUBLE.fullmatch(text) and len(text) < 400 else None
        return number if number is not None and isfinite(number) else None
    codes = codes_of(field.domain)
    if codes and text in codes:
        return codes[text]
    if not _INTEGER.fullmatch(text):
        return None
    value, limit = int(text), 1 << (BITS[kind] - 1)
    return value if -limit <= value < limit else None
