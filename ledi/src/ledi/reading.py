"""Records out of files: JSON, JSON lines, `.esus`, `.esus.xml`, and zips. One bad record stops no other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ledi.carried import add_to
from ledi.codecs.wire import Unknown
from ledi.envelope import Envelope, unwrap_any
from ledi.errors import LediError, PackageError
from ledi.files import Kind, sniff
from ledi.findings import AVISO, Finding
from ledi.zip import read_package

MAX_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a file. `record` is None when it could not be read, and `findings` say why.

    `envelope` is there for records that came serialised. `where` names the line or the entry, for messages.
    """

    where: str
    record: Any = None
    envelope: Envelope | None = None
    findings: tuple[Finding, ...] = ()
    readable: bool = True
    notes: tuple[str, ...] = field(default=())


def read_records(path: str | Path) -> Iterator[Item]:
    """Every record of a file, lazily. Raises LediError or OSError when the file as a whole is unreadable."""
    kind = sniff(path)
    name = Path(path).name
    if kind is Kind.EMPTY:
        raise LediError(f"{name}: o arquivo está vazio")
    if kind is Kind.ZIP:
        yield from _zip(Path(path))
    elif kind in (Kind.ESUS, Kind.ESUS_XML):
        yield open_bytes(Path(path).read_bytes(), name)
    elif kind is Kind.NDJSON or name.lower().endswith((".jsonl", ".ndjson")):
        with open(path, "rb") as file:
            yield from read_lines(file)
    elif kind is Kind.JSON or name.lower().endswith(".json"):
        yield from _json(Path(path))
    elif name.lower().endswith((".esus", ".xml")):
        yield open_bytes(Path(path).read_bytes(), name)
    else:
        raise LediError(f"{name}: não é JSON, JSON por linhas, .esus, .esus.xml nem zip")


def read_lines(lines: Iterable[bytes] | BinaryIO) -> Iterator[Item]:
    """Records of JSON lines; blank lines are passed over, a bad line gives an Item that says why."""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text:
            yield parse(text, f"linha {number}")


def parse(text: bytes, where: str, limit: int = MAX_LINE) -> Item:
    """One JSON record (or a list of them) from at most `limit` bytes."""
    if len(text) > limit:
        return _unreadable(
            where, "REGISTRO-json-tamanho", f"{where}: o registro passa de {limit // 1024**2} MB."
        )
    if text.startswith(b"\xef\xbb\xbf"):
        text = text[3:]
    try:
        return Item(where, json.loads(text.decode("utf-8"), object_pairs_hook=_no_repeats))
    except UnicodeDecodeError:
        message = f"{where}: o texto não está em UTF-8. Grave o arquivo em UTF-8 e envie de novo."
        return _unreadable(where, "REGISTRO-json-codificacao", message)
    except _Repeated as error:
        message = f"{where}: o campo {error} aparece duas vezes no mesmo objeto. Deixe um só."
        return _unreadable(where, "REGISTRO-json-repetido", message)
    except json.JSONDecodeError as error:
        message = f"{where}: JSON inválido na coluna {error.colno}. Confira aspas, vírgulas e chaves."
        return _unreadable(where, "REGISTRO-json-formato", message)
    except (ValueError, RecursionError):
        message = f"{where}: JSON inválido (número grande demais ou aninhamento sem fim)."
        return _unreadable(where, "REGISTRO-json-formato", message)


def open_bytes(data: bytes, where: str) -> Item:
    """The record inside the bytes of an `.esus` or `.esus.xml` file."""
    try:
        envelope = unwrap_any(data)
        decoded = envelope.decode()
    except LediError as error:
        text = f"{where}: não é uma ficha do LEDI legível: {error}."
        return _unreadable(where, "REGISTRO-arquivo-formato", text)
    found = tuple(_in_envelope(one) for one in envelope.unknown)
    record = add_to(envelope.record(decoded), decoded)
    return Item(where, record, envelope, found, notes=envelope.notes)


def _in_envelope(one: Unknown) -> Finding:
    name = one.name if one.name.isidentifier() and len(one.name) <= 60 else f"campo{one.id or ''}"
    text = f"O envelope do arquivo traz um {one.label}: o envelope é refeito no envio, sem ele."
    return Finding(f"TRANSPORTE-DadoTransporteThrift-{name}-desconhecido", one.path, text, AVISO)


class _Repeated(Exception):
    pass


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Repeated(
                    name if name.isidentifier() and len(name) < 60 else "de nome não reconhecível"
                )
            seen.add(name)
    return made


def _zip(path: Path) -> Iterator[Item]:
    count = 0
    for name, data in _named(path):
        count += 1
        if not name.lower().endswith((".esus", ".esus.xml", ".xml")):
            text = f"{path.name}: a entrada não é .esus nem .esus.xml; só fichas vão no pacote."
            yield _unreadable(f"entrada {count}", "REGISTRO-arquivo-formato", text)
            continue
        yield open_bytes(data, f"entrada {count}")
    if not count:
        raise PackageError(f"{path.name}: o zip está vazio")


def _named(path: Path) -> Iterator[tuple[str, bytes]]:
    """The entries of a zip; what is wrong with it is told with its name, and what to do."""
    try:
        yield from read_package(path)
    except PackageError as error:
        raise PackageError(f"{path.name}: {error}. Gere ou baixe o zip de novo, só com as fichas.") from None


def _json(path: Path) -> Iterator[Item]:
    item = parse(path.read_bytes().strip(), path.name)
    if isinstance(item.record, list):
        for number, record in enumerate(item.record, 1):
            yield Item(f"registro {number}", record)
    else:
        yield item


def _unreadable(where: str, code: str, message: str) -> Item:
    return Item(where, findings=(Finding(code, "", message),), readable=False)
