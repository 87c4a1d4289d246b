"""Thrift writers: one compiled per struct for speed, one that walks for error messages and unknown fields.

The compiled writer raises anything at all on a bad value; the walking one then finds the place and says
what is wrong. Both write the same bytes (tested): the walking one is also the readable form of the format.
"""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from struct import Struct as Packer
from typing import TYPE_CHECKING, Any, cast

from ledi.codecs._source import Source
from ledi.codecs.wire import WIRE_TYPE, Unknown, join
from ledi.errors import EncodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Field, Struct, Type

Write = Callable[[Mapping[str, Any], list[bytes]], None]

_SCALAR = {"i32": "i", "i64": "q", "double": "d"}
_LIMIT = {"i32": 1 << 31, "i64": 1 << 63}
_FIELD = Packer(">bh")
_LEN = Packer(">i")
_LIST = Packer(">bi")


def wire_fields(struct: "Struct") -> "list[tuple[int, Field]]":
    """The fields that travel, in the order they are written."""
    return sorted(
        ((field.id, field) for field in struct.fields if field.id is not None), key=lambda pair: pair[0]
    )


# ---- compiled ----------------------------------------------------------------------------------------------


def compile_writer(struct: "Struct", writer_of: Callable[["Struct"], Write]) -> Write:
    """A function that appends the bytes of a mapping to a list; `writer_of` gives the one of an inner struct."""
    source = Source(finite=isfinite, binary=_binary_only)
    known = source.bind(frozenset(struct.by_name))
    source.add(0, "def write(m, out):")
    source.add(1, f"if type(m) is not dict or not {known}.issuperset(m): raise TypeError", "get = m.get")
    for field_id, field in wire_fields(struct):
        source.add(1, f"v = get({field.name!r})", "if v is not None:")
        _emit_field(source, field, _FIELD.pack(WIRE_TYPE[field.type.kind], field_id), writer_of)
    source.add(1, "out.append(b'\\0')")
    return cast(Write, source.build("write"))


def _emit_field(source: Source, field: "Field", head: bytes, writer_of: Callable[["Struct"], Write]) -> None:
    kind = field.type.kind
    if kind == "list":
        _emit_list(source, field.type, head, writer_of)
    elif kind == "struct":
        assert field.type.struct is not None
        source.add(2, f"out.append({head!r})", f"{source.bind(writer_of(field.type.struct))}(v, out)")
    else:
        _emit_scalar(source, 2, kind, head, writer_of)


def _emit_scalar(
    source: Source, depth: int, kind: str, head: bytes, writer_of: Callable[["Struct"], Write]
) -> None:
    """Lines that write the value `v` with `head` before it (empty inside lists)."""
    size = len(head)
    if kind == "bool":
        yes, no = head + b"\1", head + b"\0"
        source.add(depth, f"if v is True: out.append({yes!r})", f"elif v is False: out.append({no!r})")
        source.add(depth, "else: raise TypeError")
    elif kind == "double":
        pack = source.bind(Packer(f">{size}sd").pack)
        source.add(
            depth, "if (type(v) is not float and type(v) is not int) or not finite(v): raise TypeError"
        )
        source.add(depth, f"out.append({pack}({head!r}, v))")
    elif kind in _SCALAR:
        pack = source.bind(Packer(f">{size}s{_SCALAR[kind]}").pack)
        source.add(depth, "if type(v) is not int: raise TypeError", f"out.append({pack}({head!r}, v))")
    else:
        value = "v.encode()" if kind == "string" else "binary(v)"
        heads = source.bind(_Heads(head))
        source.add(depth, f"b = {value}", f"out.append({heads}[len(b)])", "out.append(b)")


class _Heads(dict[int, bytes]):
    """Size of a text -> its header and size as they are written; most texts are short, and are found made."""

    def __init__(self, head: bytes) -> None:
        self.head = head

    def __missing__(self, size: int) -> bytes:
        made = self.head + _LEN.pack(size)
        if size < 256:
            self[size] = made
        return made


def _emit_list(source: Source, type_: "Type", head: bytes, writer_of: Callable[["Struct"], Write]) -> None:
    item = type_.item
    assert item is not None
    prefix = head + bytes([WIRE_TYPE[item.kind]])
    pack = source.bind(Packer(f">{len(prefix)}si").pack)
    source.add(2, "if type(v) is not list and type(v) is not tuple: raise TypeError")
    source.add(2, f"out.append({pack}({prefix!r}, len(v)))")
    if item.kind == "struct":
        assert item.struct is not None
        inner = source.bind(writer_of(item.struct))
        source.add(2, f"for v in v: {inner}(v, out)")
    else:
        source.add(2, "for v in v:")
        _emit_scalar(source, 3, item.kind, b"", writer_of)


def _binary_only(value: Any) -> bytes:
    if type(value) is not bytes:
        raise TypeError
    return value


# ---- walking -----------------------------------------------------------------------------------------------


def walk(struct: "Struct", mapping: Any, unknown: Sequence[Unknown] = ()) -> bytes:
    """Same bytes as the compiled writer, each value checked; unknown fields go back to where they were."""
    kept: dict[str, list[Unknown]] = {}
    for one in unknown:
        kept.setdefault(one.path, []).append(one)
    out = bytearray()
    _walk_struct(struct, mapping, "", kept, out)
    if kept:
        raise EncodeError(
            "há campos desconhecidos guardados para um lugar que não existe mais", next(iter(kept))
        )
    return bytes(out)


def _walk_struct(
    struct: "Struct", mapping: Any, path: str, kept: dict[str, list[Unknown]], out: bytearray
) -> None:
    if not isinstance(mapping, Mapping):
        raise EncodeError("deveria ser um objeto (estrutura)", path)
    for name in mapping:
        if name not in struct.by_name:
            raise EncodeError(f"campo que não existe em {struct.name}", join(path, str(name)))
    extra = sorted(kept.pop(path, ()), key=lambda one: one.id)
    for field_id, field in wire_fields(struct):
        value = mapping.get(field.name)
        if value is None:
            continue
        while extra and extra[0].id < field_id:
            _put_unknown(extra.pop(0), out)
        out += _FIELD.pack(WIRE_TYPE[field.type.kind], field_id)
        _walk_value(field.type, value, join(path, field.name), kept, out)
        if extra and extra[0].id == field_id:
            raise EncodeError(
                "o campo tem valor e também um valor desconhecido guardado", join(path, field.name)
            )
    for one in extra:
        _put_unknown(one, out)
    out.append(0)


def _put_unknown(one: Unknown, out: bytearray) -> None:
    out += _FIELD.pack(one.wire_type, one.id)
    out += one.raw


def _walk_value(type_: "Type", value: Any, path: str, kept: dict[str, list[Unknown]], out: bytearray) -> None:
    if type_.kind == "struct":
        assert type_.struct is not None
        _walk_struct(type_.struct, value, path, kept, out)
    elif type_.kind == "list":
        assert type_.item is not None
        if not isinstance(value, list | tuple):
            raise EncodeError("deveria ser uma lista", path)
        out += _LIST.pack(WIRE_TYPE[type_.item.kind], len(value))
        for index, item in enumerate(value):
            _walk_value(type_.item, item, f"{path}[{index}]", kept, out)
    else:
        out += _scalar(type_.kind, value, path)


def _scalar(kind: str, value: Any, path: str) -> bytes:
    if kind == "bool":
        if not isinstance(value, bool):
            raise EncodeError("deveria ser verdadeiro ou falso", path)
        return b"\1" if value else b"\0"
    if kind in _LIMIT:
        return _integer(kind, value, path)
    if kind == "double":
        return _double(value, path)
    data = _text(value, path) if kind == "string" else _binary(value, path)
    if len(data) >= _LIMIT["i32"]:
        raise EncodeError("texto ou binário grande demais", path)
    return _LEN.pack(len(data)) + data


def _integer(kind: str, value: Any, path: str) -> bytes:
    if type(value) is not int:
        raise EncodeError("deveria ser um número inteiro", path)
    limit = _LIMIT[kind]
    if not -limit <= value < limit:
        raise EncodeError(f"número inteiro fora do que cabe em {kind[1:]} bits", path)
    return value.to_bytes(8 if kind == "i64" else 4, "big", signed=True)


def _double(value: Any, path: str) -> bytes:
    if type(value) is not float and type(value) is not int:
        raise EncodeError("deveria ser um número", path)
    try:
        number = float(value)
    except OverflowError:
        raise EncodeError("número grande demais", path) from None
    if not isfinite(number):
        raise EncodeError("NaN e infinito não são números aceitos", path)
    return Packer(">d").pack(number)


def _text(value: Any, path: str) -> bytes:
    if not isinstance(value, str):
        raise EncodeError("deveria ser um texto", path)
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise EncodeError(f"caractere inválido (surrogate) na posição {error.start}", path) from None


def _binary(value: Any, path: str) -> bytes:
    if type(value) is not bytes:
        raise EncodeError("deveria ser binário (bytes)", path)
    return value
