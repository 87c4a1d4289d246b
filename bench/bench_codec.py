"""The Thrift codec (pure Python) beside Apache Thrift's C accelerator, on the wire values of the demonstration.

Both read bytes into plain mappings and write bytes from plain mappings. The peer gets the quickest way found for
each: reading, a class that gives back the dictionary that the accelerator filled; writing, objects whose `__dict__`
is the mapping itself (copied where a struct is inside). A line apart says what the accelerator does with objects
already made, which whoever holds mappings does not have.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from comum import VEZES, Linha, alternar, gravar, tamanho
from thrift.protocol import fastbinary
from thrift.protocol.TBase import TFrozenBase
from thrift.protocol.TBinaryProtocol import TBinaryProtocolAcceleratedFactory
from thrift.Thrift import TType
from thrift.transport.TTransport import TMemoryBuffer

from ledi import layout, validate
from ledi.codecs import thrift
from ledi_gerador.gerador import HOJE, gerar

KINDS = {
    "bool": TType.BOOL, "i32": TType.I32, "i64": TType.I64, "double": TType.DOUBLE, "string": TType.STRING,
    "binary": TType.STRING, "struct": TType.STRUCT, "list": TType.LIST,
}  # fmt: skip
Wrap = Callable[[dict[str, Any]], Any]


class Plain(TFrozenBase):
    """What the accelerator is told to make for every struct: the dictionary itself."""

    def __new__(cls, **fields: Any) -> Any:
        return fields


def main() -> None:
    made = layout()
    reports = [validate(r, hoje=HOJE) for r in gerar(semente=1, fichas=tamanho(6_000), erros=0)]
    values = [(made.fichas[r.tipo].root, r.wire) for r in reports if r.situacao == "processada"]
    jobs = _jobs(values)
    gc.freeze()  # neither side pays for walking the records of this file
    lines = {name: Linha(name, len(values)) for name in jobs}
    alternar(VEZES, *((lines[name], lambda job=job: deque(job(), 0)) for name, job in jobs.items()))
    read, read_peer, write, write_peer = (line.por_cpu for line in list(lines.values())[:4])
    gravar(
        "codec",
        "Ler e escrever o Thrift, um núcleo, ao lado do acelerador em C da Apache Thrift",
        list(lines.values()),
        alvos=[
            ("ler: % da velocidade do acelerador", 100 * read / read_peer, 55, ">="),
            ("escrever: % da velocidade do acelerador", 100 * write / write_peer, 75, ">="),
        ],
    )


def _jobs(values: list[tuple[Any, dict[str, Any]]]) -> dict[str, Callable[[], Iterator[Any]]]:
    """What is measured: ours and the peer reading, ours and the peer writing; all give the same."""
    specs: dict[Any, Any] = {}
    wraps: dict[Any, Wrap] = {}
    rows = [
        (root, _spec(root, specs), _wrap(root, wraps), wire, thrift.encode(root, wire))
        for root, wire in values
    ]
    ready = [(spec, wrap(wire)) for _, spec, wrap, wire, _ in rows]
    encode, protocol = fastbinary.encode_binary, TBinaryProtocolAcceleratedFactory().getProtocol

    def read_peer() -> Iterator[Any]:
        for _, spec, _, _, body in rows:
            one = protocol(TMemoryBuffer(body))
            yield one._fast_decode(None, one, [Plain, spec])

    jobs: dict[str, Callable[[], Iterator[Any]]] = {
        "ler: ledi, Python puro": lambda: (thrift.decode(root, body).value for root, *_, body in rows),
        "ler: acelerador em C, dicionários": read_peer,
        "escrever: ledi, Python puro": lambda: (thrift.encode(root, wire) for root, _, _, wire, _ in rows),
        "escrever: acelerador em C, de dicionários": lambda: (
            encode(wrap(wire), [Plain, spec]) for _, spec, wrap, wire, _ in rows
        ),
        "escrever: acelerador em C, objetos já prontos": lambda: (
            encode(one, [Plain, spec]) for spec, one in ready
        ),
    }
    ours, peer, *written = ([*job()] for job in jobs.values())
    assert ours == peer == [wire for _, wire in values]
    assert written == [[body for *_, body in rows]] * 3
    return jobs


def _spec(struct: Any, specs: dict[Any, Any]) -> Any:
    """What the Thrift compiler writes as `thrift_spec`."""
    if struct not in specs:
        fields = [f for f in struct.fields if f.id is not None]
        rows: list[Any] = [None] * (max((f.id for f in fields), default=0) + 1)
        for f in fields:
            rows[f.id] = (f.id, KINDS[f.type.kind], f.name, _arguments(f.type, specs), None)
        specs[struct] = tuple(rows)
    return specs[struct]


def _arguments(kind: Any, specs: dict[Any, Any]) -> Any:
    if kind.kind == "struct":
        return [Plain, _spec(kind.struct, specs)]
    if kind.kind == "list":
        return (KINDS[kind.item.kind], _arguments(kind.item, specs), False)
    return {"string": "UTF8", "binary": "BINARY"}.get(kind.kind)


def _wrap(struct: Any, wraps: dict[Any, Wrap]) -> Wrap:
    """Mapping -> object that the accelerator can write."""
    if struct in wraps:
        return wraps[struct]
    fields = [f for f in struct.fields if f.id is not None]
    made = type(struct.name, (), dict.fromkeys(f.name for f in fields))
    one = [(f.name, _wrap(f.type.struct, wraps)) for f in fields if f.type.struct]
    many = [(f.name, _wrap(f.type.item.struct, wraps)) for f in fields if f.type.item and f.type.item.struct]

    def leaf(mapping: dict[str, Any]) -> Any:
        found = made()
        found.__dict__ = mapping
        return found

    def branch(mapping: dict[str, Any]) -> Any:
        found = made()
        inside = found.__dict__ = mapping.copy()
        for name, wrap in one:
            if name in inside:
                inside[name] = wrap(inside[name])
        for name, wrap in many:
            if name in inside:
                inside[name] = [wrap(item) for item in inside[name]]
        return found

    wraps[struct] = branch if one or many else leaf
    return wraps[struct]


if __name__ == "__main__":
    main()
