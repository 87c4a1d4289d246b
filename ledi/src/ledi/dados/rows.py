"""A record as rows of the tables: whole, or refused with the reason; nothing of it is left out in silence."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ledi.dados.plan import RECORDS, Column, root_of, structs
from ledi.moments import MomentError, competencia_of, day_of, local, to_millis, zone_of
from ledi.paths import join, steps, walk
from ledi.reading import Item

DEFAULT_ZONE = ZoneInfo("America/Sao_Paulo")
MAX_UNKNOWN = 100  # names of fields that no version has, of one record
Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """The rows of one record, table by table; or, `motivo` not empty, why it has none."""

    uuid: str | None = None
    tipo: str | None = None
    tables: dict[str, list[Row]] = field(default_factory=dict)
    codigo: str = ""
    motivo: str = ""


class Refused(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def rows_of(item: Item) -> Rows:
    """The rows of a record as `ledi.read_records` gives it. Never raises for what is in the record."""
    uuid, tipo = _names(item)
    known = Rows(_name(uuid), _name(tipo))
    try:
        if not item.readable:
            first = item.findings[0] if item.findings else None
            raise Refused(
                first.code if first else "ilegivel", first.message if first else "não pôde ser lido"
            )
        known.tables = _Reader(item.record).tables
    except Refused as refused:
        known.codigo, known.motivo = refused.code, str(refused)
    return known


def _names(item: Item) -> tuple[Any, Any]:
    record = item.record if isinstance(item.record, dict) else {}
    return record.get("uuid", item.uuid), record.get("tipo", item.tipo)


def _name(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) and _is_text(value) else None


class _Reader:
    def __init__(self, record: Any) -> None:
        if not isinstance(record, dict):
            raise Refused("tipo", "o registro não é um objeto JSON")
        found = root_of(record["tipo"]) if isinstance(record.get("tipo"), str) else None
        if found is None:
            raise Refused("tipo", "o tipo não é o de uma ficha do LEDI")
        root, date_path = found
        ibge = record.get("ibge")
        self.zone = _zone(ibge) if isinstance(ibge, str) else DEFAULT_ZONE
        self.unknown: list[str] = []
        self.tables: dict[str, list[Row]] = {}
        self.keys = {name: _text(record.get(name), name) for name in ("uuid", "tipo")}
        self._struct(root, record.get("ficha"), "", "", 0)
        self.tables[RECORDS] = [self._record(record, date_path)]

    def _record(self, record: Row, date_path: str) -> Row:
        given = {name: _text(record.get(name), name) for name in ("versao", "cnes", "ine", "ibge")}
        moment = _millis(walk(record["ficha"], steps(date_path)), self.zone, date_path)
        return {
            **self.keys,
            **given,
            "data": day_of(moment, self.zone) if moment is not None else None,
            "competencia": competencia_of(moment, self.zone) if moment is not None else None,
            "desconhecidos": self.unknown,
        }

    def _struct(self, name: str, node: Any, path: str, parent: str, position: int) -> None:
        if not isinstance(node, dict):
            raise Refused("tipo", f"{path or 'ficha'}: deve ser um objeto")
        plan = structs()[name]
        row: Row = {**self.keys, "caminho": path, "pai": parent, "posicao": position}
        self.tables.setdefault(name, []).append(row)
        for key, value in node.items():
            column = plan.get(key) if isinstance(key, str) else None
            if column is None:
                if len(self.unknown) < MAX_UNKNOWN:
                    self.unknown.append(join(path, key) if _is_plain(key) else join(path, "(nome ilegível)"))
            elif value is not None:
                self._value(column, value, path, row)

    def _value(self, column: Column, value: Any, path: str, row: Row) -> None:
        at = join(path, column.name)
        if column.child is None:
            row[column.column] = _convert(column.kind, value, at, self.zone)
        elif column.kind != "list":
            self._struct(column.child, value, at, path, 0)
        elif isinstance(value, list):
            for position, one in enumerate(value):
                self._struct(column.child, one, f"{at}[{position}]", path, position)
        else:
            raise Refused("tipo", f"{at}: deve ser uma lista")


def _convert(kind: str, value: Any, at: str, zone: ZoneInfo) -> Any:
    if kind.startswith("list<"):
        if not isinstance(value, list):
            raise Refused("tipo", f"{at}: deve ser uma lista")
        one = kind[5:-1]
        return [_convert(one, item, f"{at}[{position}]", zone) for position, item in enumerate(value)]
    if kind == "data":
        millis = _millis(value, zone, at)
        return None if millis is None else day_of(millis, zone)
    if kind == "datahora":
        millis = _millis(value, zone, at)
        return None if millis is None else local(millis, ZoneInfo("UTC"))
    return _PLAIN[kind](value, at)


def _millis(value: Any, zone: ZoneInfo, at: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    try:
        millis = to_millis(value, zone)
        local(millis, zone)
    except MomentError as error:
        raise Refused("data", f"{at}: {error}") from None
    return millis


def _zone(ibge: str) -> ZoneInfo:
    try:
        return zone_of(ibge)
    except MomentError:
        return DEFAULT_ZONE


def _text(value: Any, at: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused("tipo", f"{at}: deve ser um texto")
    if not _is_text(value):
        raise Refused("formato", f"{at}: tem um caractere que não é Unicode válido")
    return value


def _is_text(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _is_plain(key: Any) -> bool:
    return isinstance(key, str) and key.isidentifier() and len(key) <= 60


def _bool(value: Any, at: str) -> bool:
    if not isinstance(value, bool):
        raise Refused("tipo", f"{at}: deve ser verdadeiro ou falso")
    return value


def _whole(bits: int) -> Callable[[Any, str], int]:
    def whole(value: Any, at: str) -> int:
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused("tipo", f"{at}: deve ser um número inteiro")
        if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            raise Refused("tipo", f"{at}: o número é grande demais")
        return value

    return whole


def _number(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused("tipo", f"{at}: deve ser um número")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Refused("tipo", f"{at}: NaN, infinito ou número grande demais")
    return number


def _bytes(value: Any, at: str) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Refused("tipo", f"{at}: deve ser um texto em base64") from None


_PLAIN: dict[str, Callable[[Any, str], Any]] = {
    "bool": _bool,
    "i32": _whole(32),
    "i64": _whole(64),
    "double": _number,
    "string": _text,
    "binary": _bytes,
}
