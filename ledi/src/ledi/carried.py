"""Fields of a serialised ficha that its layout does not have, carried with the JSON record.

They stand in `contexto.abertura.desconhecidos`: said by validation, and put back where they were when the record is
serialised again in the same form (a Thrift field has no form in XML, nor an XML element in Thrift).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledi import codecs
from ledi.codecs import thrift
from ledi.codecs.wire import TYPE_LABEL, WIRE_TYPE, Decoded, Unknown
from ledi.errors import DecodeError, PathError
from ledi.findings import AVISO, ERRO, Finding
from ledi.layouts.model import Ficha, Field, Struct
from ledi.layouts.spans import Span, elsewhere
from ledi.paths import Step, join, steps, walk
from ledi.rules.running import other_version

MAX_BYTES = 256 * 1024  # of one record; a whole ficha has a few kB
MAX_ITEMS = 500
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


@dataclass(frozen=True, slots=True)
class Carried:
    """One field: `lengths` are those of the lists on the way to it, so that it never moves to another item."""

    unknown: Unknown
    lengths: tuple[int, ...]
    kept: bool = True

    @property
    def form(self) -> str:
        return "xml" if self.unknown.name else "thrift"


def to_json(decoded: Decoded) -> list[dict[str, Any]]:
    """What a record carries of the fields that decoding did not know."""
    made: list[dict[str, Any]] = []
    room = MAX_BYTES
    for one in decoded.unknown[:MAX_ITEMS]:
        room -= len(one.raw)
        row = {"caminho": one.path, "itens": list(_lengths(one.path, decoded.value)), "id": one.id}
        row |= {"tipo": one.wire_type, "nome": one.name, "bytes": one.raw.hex() if room >= 0 else ""}
        made.append(row)
    return made


def add_to(record: Mapping[str, Any], decoded: Decoded) -> dict[str, Any]:
    """The record with what its file brought and no layout reads."""
    if not decoded.unknown:
        return dict(record)
    return {**record, "contexto": {"abertura": {"desconhecidos": to_json(decoded)}}}


def of(record: Mapping[str, Any]) -> list[Carried]:
    """What a record carries; what is not of this form is passed over, as all of `contexto` is."""
    rows: Any = record.get("contexto")
    for key in ("abertura", "desconhecidos"):
        rows = rows.get(key) if isinstance(rows, Mapping) else None
    found = [_parse(row) for row in rows[:MAX_ITEMS]] if isinstance(rows, list) else []
    return [one for one in found if one is not None]


def _parse(row: Any) -> Carried | None:
    if not isinstance(row, Mapping):
        return None
    path, name, lengths = row.get("caminho"), row.get("nome"), row.get("itens")
    number, kind = row.get("id"), row.get("tipo")
    if not (isinstance(path, str) and isinstance(name, str) and isinstance(lengths, list)):
        return None
    if type(number) is not int or type(kind) is not int or not all(type(size) is int for size in lengths):
        return None
    try:
        raw = bytes.fromhex(row.get("bytes") or "")
    except (ValueError, TypeError):
        return None
    if len(raw) > MAX_BYTES or not (
        thrift.is_value(number, kind, raw) if not name else codecs.xml.is_element(name, raw)
    ):
        return Carried(Unknown(path[:500], number, kind, b"", name[:80]), tuple(lengths), kept=False)
    return Carried(Unknown(path[:500], number, kind, raw, name), tuple(lengths))


# ---- said


def findings(record: Mapping[str, Any], ficha: Ficha, version: str) -> Iterator[Finding]:
    """One finding for each: an error when a version of LEDI has the field, an aviso when none has."""
    for one in of(record):
        struct = _struct_at(ficha.root, one.unknown.path)
        if struct is None:
            continue
        known = _same(one.unknown, struct)
        if known is None:
            yield _finding(one, struct, ficha.tipo, version)
        elif (_holder(one.unknown.path, record.get("ficha")) or {}).get(known.name) is None:
            yield _unread(one.unknown, known, f"{ficha.tipo}-{struct.name}")


def _same(field: Unknown, struct: Struct) -> Field | None:
    """The field that this layout has for it, when the file declared another version."""
    if field.name:
        return next(
            (f for f in struct.fields if f.name == field.name and codecs.xml.has_element(struct, field.name)),
            None,
        )
    known = struct.by_id.get(field.id)
    return known if known is not None and WIRE_TYPE[known.type.kind] == field.wire_type else None


def _unread(field: Unknown, known: Field, prefix: str) -> Finding:
    text = (
        f"O arquivo trazia o campo {known.name} ({known.label}), e a versão que ele declarava não o tem: o valor não "
        "foi lido. Preencha o campo, se a versão de agora o pede."
    )
    return Finding(f"{prefix}-{known.name}-desconhecido", join(field.path, known.name), text, AVISO)


def _finding(one: Carried, struct: Struct, tipo: str, version: str) -> Finding:
    field = one.unknown
    prefix = f"{tipo}-{struct.name}"
    known = None if field.name else struct.by_id.get(field.id)
    if known is not None:
        text = (
            f"O arquivo traz o campo {known.name} ({known.label}) com outro tipo ({_kind(field)}): o PEC o perderia "
            "sem avisar. Corrija o programa que gera o arquivo."
        )
        return Finding(f"{prefix}-{known.name}-tipo", join(field.path, known.name), text, ERRO)
    span = _span(field, struct, tipo, version)
    if span is not None:
        text = other_version(span, version)
        return Finding(f"{prefix}-{span.name}-desconhecido", join(field.path, span.name), text, ERRO)
    name = field.name if _NAME.fullmatch(field.name) else f"campo{field.id or ''}"
    shown = f"o elemento {name}" if field.name else f"um campo de número {field.id} ({_kind(field)})"
    text = f"O arquivo traz {shown} em {struct.label}, que nenhuma versão conhecida do LEDI tem: não foi conferido. "
    text += _fate(one)
    return Finding(f"{prefix}-{name}-desconhecido", join(field.path, name), text, AVISO)


def _fate(one: Carried) -> str:
    if not one.kept:
        return "É grande demais para seguir com o registro: ao gerar o arquivo de novo, ele não vai."
    form = "XML" if one.form == "xml" else "Thrift"
    return f"Ao gerar o arquivo de novo em {form}, ele segue como veio."


def _kind(field: Unknown) -> str:
    return TYPE_LABEL.get(field.wire_type, f"tipo {field.wire_type}")


def _span(field: Unknown, struct: Struct, tipo: str, version: str) -> Span | None:
    for span in elsewhere(tipo, struct.name, version):
        if field.name:
            if field.name in (span.name, codecs.xml.element_name(struct.name, span.name)):
                return span
        elif span.id == field.id and _wire_type(span.type) == field.wire_type:
            return span
    return None


def _wire_type(text: str) -> int:
    kind = "list" if text.startswith("list<") else "i32" if text.startswith("enum:") else text
    return WIRE_TYPE.get(kind, WIRE_TYPE["struct"])


# ---- read by another version


def read_with(record: dict[str, Any], root: Struct) -> list[tuple[str, Any]]:
    """Puts into the ficha what its file brought and this layout reads, where the ficha has nothing: (path, value).

    What is read is carried no more.
    """
    found: list[tuple[str, Any]] = []
    rows = record["contexto"]["abertura"]["desconhecidos"] if of(record) else []
    for row in list(rows):
        one = _parse(row)
        struct = _struct_at(root, one.unknown.path) if one is not None else None
        known = _same(one.unknown, struct) if one is not None and struct is not None else None
        if one is None or struct is None or known is None or not one.kept or not _fits(one, record["ficha"]):
            continue
        node = _holder(one.unknown.path, record["ficha"])
        value = _decoded(one, struct).get(known.name)
        if node is None or value is None or node.get(known.name) is not None:
            continue
        node[known.name] = value
        rows.remove(row)
        found.append((join(one.unknown.path, known.name), value))
    return found


def _decoded(one: Carried, struct: Struct) -> Mapping[str, Any]:
    """A struct with that field alone."""
    try:
        if one.form == "thrift":
            head = one.unknown.wire_type.to_bytes(1, "big") + one.unknown.id.to_bytes(2, "big")
            return thrift.decode(struct, head + one.unknown.raw + b"\0").value
        return codecs.xml.decode_parts(struct, one.unknown.raw)
    except DecodeError:
        return {}


# ---- put back


def placed(record: Mapping[str, Any], root: Struct, wire: Mapping[str, Any], form: str) -> list[Unknown]:
    """What goes back into the ficha in that form ("thrift" or "xml"): never a field that the layout has."""
    found: dict[tuple[str, int, str], Unknown] = {}
    for one in of(record):
        if one.form == form and one.kept and _fits(one, wire) and not _known(one.unknown, root):
            found.setdefault((one.unknown.path, one.unknown.id, one.unknown.name), one.unknown)
    return list(found.values())


def lost(record: Mapping[str, Any], wire: Mapping[str, Any]) -> list[Finding]:
    """What can go nowhere: the lists on the way to it are no longer those that it came in."""
    return [
        Finding("REGISTRO-desconhecido-perdido", one.unknown.path, _LOST, AVISO)
        for one in of(record)
        if one.kept and not _fits(one, wire)
    ]


_LOST = (
    "Um campo que nenhuma versão conhecida do LEDI tem veio no arquivo, e a ficha mudou desde então: não se sabe mais "
    "a que parte dela ele pertence, e ele não vai ao gerar o arquivo de novo."
)


def _fits(one: Carried, wire: Mapping[str, Any]) -> bool:
    return (
        tuple(_lengths(one.unknown.path, wire)) == one.lengths and _holder(one.unknown.path, wire) is not None
    )


def _known(field: Unknown, root: Struct) -> bool:
    struct = _struct_at(root, field.path)
    if struct is None:
        return True
    return codecs.xml.has_element(struct, field.name) if field.name else field.id in struct.by_id


def _way(path: str) -> tuple[Step, ...]:
    """The steps of a path, that of the ficha itself being none."""
    try:
        return steps(path) if path else ()
    except PathError:
        return ("",)


def _lengths(path: str, value: Any) -> Iterator[int]:
    way = _way(path)
    for at, step in enumerate(way):
        if isinstance(step, int):
            items = walk(value, way[:at])
            yield len(items) if isinstance(items, list) else 0


def _holder(path: str, value: Any) -> dict[str, Any] | None:
    node = walk(value, _way(path))
    return node if isinstance(node, dict) else None


def _struct_at(root: Struct, path: str) -> Struct | None:
    struct: Struct | None = root
    for step in _way(path):
        if isinstance(step, str):
            field = struct.by_name.get(step) if struct is not None else None
            struct = (field.type.item or field.type).struct if field is not None else None
    return struct
