"""TBinaryProtocol of one struct (strict form, no message header), as the official TSerializer writes it.

Wire values: i32/i64 are int, double is float (or int), string is str, binary is bytes, bool is bool, struct
is dict, list is list. `None` is an absent field. Dates are i64 epoch milliseconds. Whether a field must be
present, and what it may hold, is for the rules: here only what has no place on the wire is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from struct import error as PackError
from typing import TYPE_CHECKING, Any

from ledi.codecs import wire
from ledi.codecs._decode import Context, Fault, Read, compile_reader, fail, skip
from ledi.codecs._encode import Write, compile_writer, walk
from ledi.codecs._usual import UNUSUAL, Usual, compile_usual
from ledi.codecs.wire import Decoded, Unknown
from ledi.errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from ledi.layouts.model import Struct

__all__ = ["DecodeError", "Decoded", "EncodeError", "Unknown", "decode", "encode", "encoder"]

_writers: "dict[Struct, Write]" = {}
_encoders: "dict[Struct, Callable[[Mapping[str, Any]], bytes]]" = {}
_readers: "dict[Struct, Read]" = {}
_usual_readers: "dict[Struct, Usual]" = {}


def _writer(struct: "Struct") -> Write:
    found = _writers.get(struct)
    if found is None:
        found = _writers[struct] = compile_writer(struct, _writer)
    return found


def _reader(struct: "Struct") -> Read:
    found = _readers.get(struct)
    if found is None:
        found = _readers[struct] = compile_reader(struct, _reader)
    return found


def _usual_reader(struct: "Struct") -> Usual:
    found = _usual_readers.get(struct)
    if found is None:
        found = _usual_readers[struct] = compile_usual(struct, _usual_reader)
    return found


def encoder(struct: "Struct") -> Callable[[Mapping[str, Any]], bytes]:
    """`encode` for one struct, for loops over many records."""
    found = _encoders.get(struct)
    if found is None:
        found = _encoders[struct] = _made_encoder(struct)
    return found


def _made_encoder(struct: "Struct") -> Callable[[Mapping[str, Any]], bytes]:
    write = _writer(struct)

    def run(mapping: Mapping[str, Any]) -> bytes:
        parts: list[bytes] = []
        try:
            write(mapping, parts)
        except Exception:  # whatever it was, the walking writer finds the place and the words
            parts = []
        return b"".join(parts) if parts else walk(struct, mapping)

    return run


def encode(struct: "Struct", mapping: Mapping[str, Any], unknown: Sequence[Unknown] = ()) -> bytes:
    """Bytes of a mapping of wire names, fields in id order. `unknown` are fields that `decode` gave back.

    Raises EncodeError (path, reason) for a name that is not in the struct or a value of another type.
    """
    if unknown:
        return walk(struct, mapping, unknown)
    return encoder(struct)(mapping)


def is_value(field_id: int, wire_type: int, raw: bytes) -> bool:
    """Can these bytes be the value of a field: whole, and nothing after it?"""
    if not 0 < field_id < 1 << 15 or wire_type not in wire.MIN_SIZE:
        return False
    try:
        return skip(raw, 0, wire_type, 0) == len(raw)
    except (Fault, IndexError, PackError):
        return False


def decode(
    struct: "Struct", data: bytes, *, keep_unknown: bool = True, max_size: int = wire.MAX_DATA
) -> Decoded:
    """The mapping in the bytes, and the fields the layout does not know (new id, or known id of new type).

    Raises DecodeError (path, byte offset) for anything malformed; never reads or allocates beyond the data.
    """
    if len(data) > max_size:
        raise DecodeError(f"ficha de {len(data)} bytes passa do limite de {max_size}")
    if not data:
        raise DecodeError("não há dados")
    data = bytes(data)
    if len(data) <= wire.MAX_ITEMS:  # an item takes a byte at least: the budget cannot be passed
        try:
            value, end = _usual_reader(struct)(data, 0)
            if end == len(data):
                return Decoded(value)
        except UNUSUAL:
            pass  # the careful reader finds what it is
    return _decode_carefully(struct, data, keep_unknown=keep_unknown)


def _decode_carefully(struct: "Struct", data: bytes, *, keep_unknown: bool) -> Decoded:
    context = Context()
    try:
        value, end = _reader(struct)(data, 0, context)
    except Fault as fault:
        raise fail(fault, context) from None
    if end != len(data):
        raise DecodeError(f"sobram {len(data) - end} bytes depois do fim da ficha", offset=end)
    return Decoded(value, context.unknown if keep_unknown else [])
