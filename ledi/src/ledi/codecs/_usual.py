"""Thrift reader of the usual case: one function compiled per struct, the fields in the order that writers use.

It asks, for each field of the struct in the order of the ids, "are the next three bytes its header?", and reads
the value in place. Bytes that are anything else (a field the layout does not know, another order, a length that
lies) end in one of UNUSUAL, and `_decode` reads them again from the start: it alone gives errors and unknown
fields. So this reader has one duty: never to return what `_decode` would not (tested on random and damaged
bytes). What it makes for {uuid: string, ordem: i64}:

    def read(d, p):
        m = {}
        h = d[p:p + 3]
        if h == b'\\x0b\\x00\\x01':
            s = p + 7
            p = s + size(d, p + 3)[0]
            if p < s: raise Unusual
            m['uuid'] = d[s:p].decode()
            h = d[p:p + 3]
        if h == b'\\n\\x00\\x02':
            m['ordem'] = i64(d, p + 3)[0]
            p += 11
            h = d[p:p + 3]
        if d[p]: raise Unusual
        return m, p + 1

A text longer than what is left is cut by the slice, and the look at `d[p]` that ends every struct finds it.
"""

from collections.abc import Callable
from struct import Struct as Packer
from struct import error as PackError
from struct import unpack_from
from typing import TYPE_CHECKING, Any, cast

from ledi.codecs._encode import wire_fields
from ledi.codecs._source import Source
from ledi.codecs.wire import MIN_SIZE, WIRE_TYPE

if TYPE_CHECKING:
    from ledi.layouts.model import Struct, Type

Usual = Callable[[bytes, int], tuple[dict[str, Any], int]]


class Unusual(Exception):
    """Bytes that are for the careful reader."""


UNUSUAL = (Unusual, IndexError, PackError, UnicodeDecodeError)
_HEAD = Packer(">bh").pack
_CODE = {"i32": "i", "i64": "q", "double": "d"}
_NAMES = {kind: Packer(f">{code}").unpack_from for kind, code in _CODE.items()}
_NAMES |= {"size": _NAMES["i32"], "count": Packer(">bi").unpack_from}


def compile_usual(struct: "Struct", reader_of: Callable[["Struct"], Usual]) -> Usual:
    """A function (bytes, offset) -> (mapping, offset after); `reader_of` gives the one of an inner struct."""
    source = Source(Unusual=Unusual, many=unpack_from, **_NAMES)
    source.add(0, "def read(d, p):")
    source.add(1, "m = {}", "h = d[p:p + 3]")
    for field_id, field in wire_fields(struct):
        source.add(1, f"if h == {_HEAD(WIRE_TYPE[field.type.kind], field_id)!r}:")
        _emit_value(source, field.type, f"m[{field.name!r}]", reader_of)
        source.add(2, "h = d[p:p + 3]")
    source.add(1, "if d[p]: raise Unusual", "return m, p + 1")
    return cast(Usual, source.build("read"))


def _emit_value(source: Source, type_: "Type", target: str, reader_of: Callable[["Struct"], Usual]) -> None:
    if type_.kind == "struct":
        assert type_.struct is not None
        source.add(2, f"{target}, p = {source.bind(reader_of(type_.struct))}(d, p + 3)")
    elif type_.kind == "list":
        _emit_list(source, type_, target, reader_of)
    else:
        source.add(2, *_scalar(type_.kind, target, head=3))


def _scalar(kind: str, target: str, head: int) -> tuple[str, ...]:
    """Lines that read one value; `head`: bytes of its header, still before it."""
    if kind == "bool":
        return f"b = d[p + {head}]", "if b > 1: raise Unusual", f"{target} = b == 1", f"p += {head + 1}"
    if kind in _CODE:
        return f"{target} = {kind}(d, p + {head})[0]", f"p += {head + MIN_SIZE[WIRE_TYPE[kind]]}"
    text = ".decode()" if kind == "string" else ""
    start = (f"s = p + {head + 4}", f"p = s + size(d, p + {head})[0]", "if p < s: raise Unusual")
    return (*start, f"{target} = d[s:p]{text}")


def _emit_list(source: Source, type_: "Type", target: str, reader_of: Callable[["Struct"], Usual]) -> None:
    item = type_.item
    assert item is not None
    wire = WIRE_TYPE[item.kind]
    source.add(2, "k, n = count(d, p + 3)", "p += 8")
    source.add(2, f"if n < 0 or n * {MIN_SIZE[wire]} > len(d) - p: raise Unusual")
    source.add(2, f"if k != {wire} and n: raise Unusual")
    if item.kind in _CODE:
        source.add(2, f"{target} = [*many(f'>{{n}}{_CODE[item.kind]}', d, p)]", f"p += n * {MIN_SIZE[wire]}")
        return
    source.add(2, f"{target} = x = []", "for _ in range(n):")
    if item.kind == "struct":
        assert item.struct is not None
        source.add(3, f"v, p = {source.bind(reader_of(item.struct))}(d, p)")
    else:
        source.add(3, *_scalar(item.kind, "v", head=0))
    source.add(3, "x.append(v)")
