"""The peer: thriftpy2 structs made from the layout, written with its Cython protocol, in an envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thriftpy2.protocol.cybin import TCyBinaryProtocol
from thriftpy2.thrift import TPayload, TType
from thriftpy2.transport.memory import TCyMemoryBuffer

from ledi import layout, validate
from ledi_gerador.gerador import HOJE

KINDS = {
    "bool": TType.BOOL, "i32": TType.I32, "i64": TType.I64, "double": TType.DOUBLE, "string": TType.STRING,
    "binary": TType.BINARY, "struct": TType.STRUCT, "list": TType.LIST,
}  # fmt: skip


def thriftpy2_de(records: list[Any]) -> tuple[list[tuple[str, Callable[[], Any]]], Callable[[Any], bytes]]:
    """(entry name, wire values with their class) of every valid record, and the function that writes one."""
    made = layout("8.7.0")
    classes: dict[Any, Any] = {}
    transport = _class(made.structs["DadoTransporteThrift"], classes)
    found = []
    for record in records:
        report = validate(record, hoje=HOJE)
        if report.situacao == "processada":
            ficha = made.fichas[report.tipo]
            found.append((f"{record['uuid']}.esus", (ficha.root, ficha.tipo_dado, record, report.wire)))

    def write(job: Any) -> bytes:
        root, number, record, wire = job
        body = _bytes(_build(root, wire, classes))
        sender = {"contraChave": "par - 1.0", "cpfOuCnpj": "83102764000115", "nomeOuRazaoSocial": "Município"}
        envelope = {
            "uuidDadoSerializado": record["uuid"], "tipoDadoSerializado": number, "dadoSerializado": body,
            "cnesDadoSerializado": record["cnes"], "codIbge": record["ibge"], "ineDadoSerializado": record.get("ine"),
            "remetente": sender, "originadora": sender, "versao": {"major": 8, "minor": 7, "revision": 0},
        }  # fmt: skip
        return _bytes(_build(made.structs["DadoTransporteThrift"], envelope, classes))

    assert transport is not None
    return found, write


def _bytes(obj: Any) -> bytes:
    buffer = TCyMemoryBuffer()
    obj.write(TCyBinaryProtocol(buffer))
    buffer.flush()
    return bytes(buffer.getvalue())


def _build(struct: Any, wire: dict[str, Any], classes: dict[Any, Any]) -> Any:
    values = {}
    by_name = struct.by_name
    for name, value in wire.items():
        field = by_name[name]
        kind = field.type
        if kind.kind == "struct":
            value = _build(kind.struct, value, classes)
        elif kind.kind == "list" and kind.item.kind == "struct":
            value = [_build(kind.item.struct, item, classes) for item in value]
        values[name] = value
    return _class(struct, classes)(**values)


def _class(struct: Any, classes: dict[Any, Any]) -> Any:
    if id(struct) not in classes:
        spec = {f.id: _spec(f.type, f.name, classes) for f in struct.fields if f.id is not None}
        names = [f.name for f in struct.fields if f.id is not None]
        made = type(struct.name, (TPayload,), {
            "thrift_spec": spec,
            "_tspec": {row[1]: (False, row[0]) for row in spec.values()},
            "default_spec": [(name, None) for name in names],
        })  # fmt: skip
        classes[id(struct)] = made
    return classes[id(struct)]


def _spec(kind: Any, name: str, classes: dict[Any, Any]) -> tuple[Any, ...]:
    if kind.kind == "struct":
        return TType.STRUCT, name, _class(kind.struct, classes), False
    if kind.kind == "list":
        item = kind.item
        inner = (TType.STRUCT, _class(item.struct, classes)) if item.kind == "struct" else KINDS[item.kind]
        return TType.LIST, name, inner, False
    return KINDS[kind.kind], name, False
