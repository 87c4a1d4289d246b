"""Thrift reader: a table per struct from the three bytes before a field to its name and value reader.

Made for foreign bytes: every length is checked against what is left before anything is allocated, list
items are counted against a budget, nesting is bounded by the layout for known fields and by MAX_DEPTH for
unknown ones.
"""

from collections.abc import Callable
from struct import Struct as Packer
from struct import error as PackError
from typing import TYPE_CHECKING, Any

from ledi.codecs import wire
from ledi.codecs._encode import wire_fields
from ledi.codecs.wire import MIN_SIZE, WIRE_TYPE, Unknown, join
from ledi.errors import DecodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Struct, Type

_INT = Packer(">i").unpack_from
_LIST = Packer(">bi").unpack_from
_FIELD = Packer(">bh").unpack_from
_MAP = Packer(">bbi").unpack_from
_SHORT = "os dados terminam no meio de um campo"


class Context:
    """State of one decoding: where we are, what is left of the budget, unknown fields seen."""

    __slots__ = ("items_left", "trail", "unknown")

    def __init__(self) -> None:
        self.trail: list[str] = []
        self.items_left = wire.MAX_ITEMS
        self.unknown: list[Unknown] = []

    def spend(self, items: int, at: int) -> None:
        self.items_left -= items
        if self.items_left < 0:
            raise Fault(f"mais de {wire.MAX_ITEMS} itens em listas e campos desconhecidos", at)

    @property
    def path(self) -> str:
        return ".".join(self.trail)


class Fault(Exception):
    """Bad bytes at an offset; the public function adds the path and the words for the user."""

    def __init__(self, reason: str, offset: int, name: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.offset, self.name = reason, offset, name


Read = Callable[[bytes, int, Context], tuple[Any, int]]


def compile_reader(struct: "Struct", reader_of: Callable[["Struct"], Read]) -> Read:
    head = Packer(">bh").pack
    table: dict[bytes, tuple[str, Read]] = {}
    for field_id, field in wire_fields(struct):
        key = head(WIRE_TYPE[field.type.kind], field_id)
        table[key] = (field.name, _reader(field.type, field.name, reader_of))
    names = {field_id: field.name for field_id, field in wire_fields(struct)}
    find = table.get

    def read(data: bytes, at: int, context: Context) -> tuple[Any, int]:
        value: dict[str, Any] = {}
        strange: set[int] | None = None
        name = None
        try:
            while True:
                entry = find(data[at : at + 3])
                if entry is not None:
                    name = entry[0]
                    if name in value:
                        raise Fault("campo repetido", at)
                    value[name], at = entry[1](data, at + 3, context)
                elif data[at] == 0:
                    break
                else:
                    name = None
                    strange = strange if strange is not None else set()
                    at = _keep(data, at, context, strange)
        except Fault as fault:
            if fault.name is None:
                fault.name = name or ""
            raise
        except (IndexError, PackError):
            raise Fault(_SHORT, len(data), name or "") from None
        if strange and any(names.get(one) in value for one in strange):
            raise Fault("campo repetido com tipos diferentes", at)
        return value, at + 1

    return read


def _keep(data: bytes, at: int, context: Context, strange: set[int]) -> int:
    kind, field_id = _FIELD(data, at)
    if field_id in strange:
        raise Fault(f"campo desconhecido nº {field_id} repetido", at)
    strange.add(field_id)
    context.spend(1, at)
    end = skip(data, at + 3, kind, 0)
    context.unknown.append(Unknown(context.path, field_id, kind, data[at + 3 : end]))
    return end


# ---- values of known fields --------------------------------------------------------------------------------


def _reader(type_: "Type", name: str, reader_of: Callable[["Struct"], Read]) -> Read:
    if type_.kind == "struct":
        assert type_.struct is not None
        return _struct_reader(name, reader_of(type_.struct))
    if type_.kind == "list":
        return _list_reader(type_, name, reader_of)
    return _SCALARS[type_.kind]


def _struct_reader(name: str, inner: Read) -> Read:
    def read(data: bytes, at: int, context: Context) -> tuple[Any, int]:
        context.trail.append(name)
        result = inner(data, at, context)
        context.trail.pop()
        return result

    return read


def _list_reader(type_: "Type", name: str, reader_of: Callable[["Struct"], Read]) -> Read:
    item = type_.item
    assert item is not None
    expected = WIRE_TYPE[item.kind]
    least = MIN_SIZE[expected]
    if item.kind == "struct":
        assert item.struct is not None
        read_item = reader_of(item.struct)
    else:
        read_item = _SCALARS[item.kind]

    def read(data: bytes, at: int, context: Context) -> tuple[Any, int]:
        kind, count = _LIST(data, at)
        if kind != expected and count:
            raise Fault(f"lista de {_label(kind)} onde se espera {_label(expected)}", at)
        _check_count(data, at + 5, count, least)
        context.spend(count, at)
        at += 5
        values: list[Any] = []
        trail = context.trail
        trail.append("")
        try:
            for index in range(count):
                trail[-1] = f"{name}[{index}]"
                value, at = read_item(data, at, context)
                values.append(value)
        except Fault as fault:
            fault.name = fault.name or ""
            raise
        except (IndexError, PackError):
            raise Fault(_SHORT, len(data), "") from None
        trail.pop()
        return values, at

    return read


def _bool(data: bytes, at: int, context: Context) -> tuple[bool, int]:
    byte = data[at]
    if byte > 1:
        raise Fault(f"booleano com valor {byte}", at)
    return byte == 1, at + 1


def _fixed(code: str, size: int) -> Read:
    unpack = Packer(code).unpack_from

    def read(data: bytes, at: int, context: Context) -> tuple[Any, int]:
        return unpack(data, at)[0], at + size

    return read


def _binary(data: bytes, at: int, context: Context) -> tuple[bytes, int]:
    start = at + 4
    end = start + _INT(data, at)[0]
    if not start <= end <= len(data):
        raise _bad_length(data, at)
    return data[start:end], end


def _string(data: bytes, at: int, context: Context) -> tuple[str, int]:
    start = at + 4
    end = start + _INT(data, at)[0]
    if not start <= end <= len(data):
        raise _bad_length(data, at)
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError as error:
        raise Fault("texto que não é UTF-8", start + error.start) from None


def _bad_length(data: bytes, at: int) -> Fault:
    size = _INT(data, at)[0]
    if size < 0:
        return Fault(f"tamanho negativo ({size})", at)
    return Fault(f"tamanho de {size} bytes, mas só restam {len(data) - at - 4}", at)


def _check_count(data: bytes, at: int, count: int, least: int) -> None:
    if count < 0:
        raise Fault(f"lista com tamanho negativo ({count})", at - 4)
    if count * least > len(data) - at:
        raise Fault(f"lista de {count} itens não cabe nos {len(data) - at} bytes que restam", at - 4)


_SCALARS: dict[str, Read] = {
    "bool": _bool,
    "i32": _fixed(">i", 4),
    "i64": _fixed(">q", 8),
    "double": _fixed(">d", 8),
    "string": _string,
    "binary": _binary,
}


# ---- values of unknown fields ------------------------------------------------------------------------------


def skip(data: bytes, at: int, kind: int, depth: int) -> int:
    """Offset after a value of this wire type, with the same checks as reading it."""
    if depth > wire.MAX_DEPTH:
        raise Fault(f"mais de {wire.MAX_DEPTH} níveis de estruturas", at)
    if kind in wire.FIXED:
        end = at + MIN_SIZE[kind]
        if end > len(data):
            raise IndexError
        return end
    if kind == wire.STRING:
        return _binary(data, at, _NOWHERE)[1]
    if kind == wire.STRUCT:
        return _skip_struct(data, at, depth)
    if kind in (wire.LIST, wire.SET):
        item, count = _LIST(data, at)
        return _skip_items(data, at + 5, (item,), count, depth)
    if kind == wire.MAP:
        key, value, count = _MAP(data, at)
        return _skip_items(data, at + 6, (key, value), count, depth)
    raise Fault(f"tipo de campo que não existe ({kind})", at)


def _skip_struct(data: bytes, at: int, depth: int) -> int:
    while data[at]:
        kind, _ = _FIELD(data, at)
        at = skip(data, at + 3, kind, depth + 1)
    return at + 1


def _skip_items(data: bytes, at: int, kinds: tuple[int, ...], count: int, depth: int) -> int:
    if not count:
        return at
    for kind in kinds:
        if kind not in MIN_SIZE:
            raise Fault(f"tipo de item que não existe ({kind})", at)
    least = sum(MIN_SIZE[kind] for kind in kinds)
    _check_count(data, at, count, least)
    if all(kind in wire.FIXED for kind in kinds):
        return at + count * least
    for _ in range(count):
        for kind in kinds:
            at = skip(data, at, kind, depth + 1)
    return at


def _label(kind: int) -> str:
    return wire.TYPE_LABEL.get(kind, f"tipo {kind}")


_NOWHERE = Context()


def fail(fault: Fault, context: Context) -> DecodeError:
    path = join(context.path, fault.name) if fault.name else context.path
    return DecodeError(fault.reason, path, fault.offset)
