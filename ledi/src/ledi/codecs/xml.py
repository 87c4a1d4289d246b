"""The XML form of LEDI (`.esus.xml`), read and written from the same layout as the Thrift form.

Form, as in the official XSDs and examples: the ficha's root element is in the namespace of its struct, all
inner elements are in none; a list repeats its element; booleans are true/false, dates are epoch
milliseconds, the five enumerations of the MCA go by name. An empty list has no form in XML: it is written
as absence. What the layout does not say is in xml.toml.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from ledi.codecs._xmlform import (
    BITS,
    HEAD,
    INSTALLATION,
    TRANSPORT,
    TRANSPORT_ROOT,
    codes_of,
    element_name,
    elements,
    has_element,
    namespace,
    root_element,
)
from ledi.codecs._xmlform import facts as _facts
from ledi.codecs._xmlread import Transport, decode, decode_parts, decode_transport, is_element
from ledi.codecs._xmltree import quoted
from ledi.codecs.wire import Unknown, join
from ledi.errors import EncodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Field, Layout, Struct, Type

__all__ = [
    "Transport", "_facts", "decode", "decode_parts", "decode_transport", "element_name", "encode", "encode_transport",
    "has_element", "is_element", "namespace", "root_element",
]  # fmt: skip

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# what XML 1.0 has no place for; three small sets, because one of all of it takes ten times as long to compile
_FORBIDDEN = re.compile("[\\0-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]|[\ufffe\uffff]")
_ESCAPE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def encode(struct: "Struct", mapping: Mapping[str, Any], unknown: Sequence[Unknown] = ()) -> bytes:
    """The ficha alone, as one XML element in its namespace. EncodeError (path) as the Thrift `encode`."""
    out: list[str] = []
    _write_root(struct, mapping, unknown, f" xmlns:ns4={quoted(namespace(struct))}", out)
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
    declared = "".join(f" xmlns:{prefix}={quoted(uri)}" for prefix, uri in spaces.items())
    out = [DECLARATION, f"<ns3:{TRANSPORT_ROOT}{declared}>"]
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
    out.append(f"</ns3:{TRANSPORT_ROOT}>\n")
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
    for element, field in elements(struct):
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
    if kind in BITS and type(value) is int:
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
    limit = 1 << (BITS[kind] - 1)
    if not -limit <= value < limit:
        raise EncodeError(f"número inteiro fora do que cabe em {BITS[kind]} bits", path)
    codes = codes_of(field.domain)
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
