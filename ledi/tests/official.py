"""The official library (PyPI `thrift`) as a second reader and writer, its specs built from the layout.

It is slow and trusting: it checks our bytes, nothing else.
"""

from collections.abc import Mapping
from typing import Any

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

_KINDS = {
    "bool": TType.BOOL,
    "i32": TType.I32,
    "i64": TType.I64,
    "double": TType.DOUBLE,
    "string": TType.STRING,
    "binary": TType.STRING,
    "struct": TType.STRUCT,
    "list": TType.LIST,
}
_classes: dict[int, tuple[Any, type]] = {}


def _arguments(type_: Any) -> Any:
    if type_.kind == "string":
        return "UTF8"
    if type_.kind == "binary":
        return "BINARY"
    if type_.kind == "struct":
        found = official_class(type_.struct)
        return (found, found.thrift_spec)
    if type_.kind == "list":
        return (_KINDS[type_.item.kind], _arguments(type_.item), False)
    return None


def official_class(struct: Any) -> type:
    """A class like those that the Thrift compiler makes, for one struct of the layout."""
    if id(struct) not in _classes:
        travelling = [field for field in struct.fields if field.id is not None]
        spec: list[Any] = [None] * (max((field.id for field in travelling), default=0) + 1)
        for field in travelling:
            spec[field.id] = (field.id, _KINDS[field.type.kind], field.name, _arguments(field.type), None)
        names = [field.name for field in travelling]
        body = {"thrift_spec": tuple(spec), "names": names, "read": _read, "write": _write}
        body |= dict.fromkeys(names)
        _classes[id(struct)] = (struct, type(struct.name, (), body))
    return _classes[id(struct)][1]


def _read(self: Any, protocol: TBinaryProtocol) -> None:
    protocol.readStruct(self, self.thrift_spec)


def _write(self: Any, protocol: TBinaryProtocol) -> None:
    protocol.writeStruct(self, self.thrift_spec)


def _build(type_: Any, value: Any) -> Any:
    if type_.kind == "struct":
        return _instance(type_.struct, value)
    if type_.kind == "list":
        return [_build(type_.item, item) for item in value]
    return value


def _instance(struct: Any, mapping: Mapping[str, Any]) -> Any:
    made = official_class(struct)()
    for field in struct.fields:
        if field.id is not None and mapping.get(field.name) is not None:
            setattr(made, field.name, _build(field.type, mapping[field.name]))
    return made


def _plain(type_: Any, value: Any) -> Any:
    if type_.kind == "struct":
        return _mapping(type_.struct, value)
    if type_.kind == "list":
        return [_plain(type_.item, item) for item in value]
    return value


def _mapping(struct: Any, made: Any) -> dict[str, Any]:
    by_name = {field.name: field for field in struct.fields}
    pairs = ((name, getattr(made, name)) for name in made.names)
    return {name: _plain(by_name[name].type, value) for name, value in pairs if value is not None}


def write_official(struct: Any, mapping: Mapping[str, Any]) -> bytes:
    """Bytes of a wire mapping as the official TSerializer with TBinaryProtocol writes them."""
    buffer = TMemoryBuffer()
    _instance(struct, mapping).write(TBinaryProtocol(buffer))
    return bytes(buffer.getvalue())


def read_official(struct: Any, data: bytes) -> dict[str, Any]:
    """The wire mapping in bytes, as the official TDeserializer reads them; raises if bytes are left over."""
    buffer = TMemoryBuffer(data)
    made = official_class(struct)()
    made.read(TBinaryProtocol(buffer))
    left = buffer.read(1)
    if left:
        raise ValueError("bytes left over after the struct")
    return _mapping(struct, made)
