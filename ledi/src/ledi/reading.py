"""Records out of files: JSON, JSON lines, `.esus`, `.esus.xml`, and zips. One bad record stops no other."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ledi.carried import add_to
from ledi.codecs import wire
from ledi.codecs.wire import Misfit, Unknown
from ledi.envelope import Envelope, unwrap_any
from ledi.errors import LediError, PackageError
from ledi.files import Kind, Opened, is_junk, opened, sniff_bytes
from ledi.findings import AVISO, Finding
from ledi.installation import validate_envelope
from ledi.lists import MAX_DEPTH, ListError, list_start, split_list, too_deep

MAX_LINE = 64 * 1024 * 1024
MAX_ESUS = 2 * wire.MAX_DATA
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a file. `record` is None when it could not be read, and `findings` say why.

    `envelope` is there for records that came serialised; `findings` are then also what is wrong in it and in
    how the file is written. `where` names the line or the entry, for messages. `uuid` and `tipo` are what is
    known of a record that could not be read.
    """

    where: str
    record: Any = None
    envelope: Envelope | None = None
    findings: tuple[Finding, ...] = ()
    readable: bool = True
    notes: tuple[str, ...] = field(default=())
    uuid: str | None = None
    tipo: str | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as the file has it, not yet decoded: JSON text, or a serialised ficha."""

    where: str
    data: bytes
    serialised: bool


def ready(unit: Raw | Item) -> Item:
    """The record decoded; what is wrong with it is in its findings."""
    if isinstance(unit, Item):
        return unit
    return open_bytes(unit.data, unit.where) if unit.serialised else parse(unit.data, unit.where)


class Records(Iterator[Item]):
    """The records of a file, lazily. `passed_over` names what it had besides (the junk of a zip), as it is met."""

    def __init__(self, path: str | Path) -> None:
        self.passed_over: list[str] = []  # the first of them; `passed` counts all
        self.passed = 0
        self._items = self._read(path)

    def __next__(self) -> Item:
        return ready(next(self._items))

    def units(self) -> Iterator[Raw | Item]:
        """The same records not decoded: `ready` decodes one, in whatever process."""
        return self._items

    def close(self) -> None:
        """Closes the file before its end."""
        self._items.close()

    def _read(self, path: str | Path) -> Generator[Raw | Item, None, None]:
        with opened(path) as file:
            yield from self._kinds(file)

    def _kinds(self, file: Opened) -> Iterator[Raw | Item]:
        name, kind = file.name, file.kind
        plain = name.lower().removesuffix(".gz")
        if kind is Kind.EMPTY:
            raise LediError(f"{name}: o arquivo está vazio")
        if kind is Kind.ZIP:
            yield from self._zip(file)
        elif kind in (Kind.ESUS, Kind.ESUS_XML):
            yield Raw(name, file.stream.read(MAX_ESUS + 1), serialised=True)
        elif kind is Kind.NDJSON or plain.endswith((".jsonl", ".ndjson")):
            yield from _raw_lines(_lines(file.stream))
        elif kind is Kind.JSON or plain.endswith(".json"):
            yield from _json(file)
        elif plain.endswith((".esus", ".xml")):
            yield Raw(name, file.stream.read(MAX_ESUS + 1), serialised=True)
        else:
            raise LediError(f"{name}: não é JSON, JSON por linhas, .esus, .esus.xml nem zip")

    def _zip(self, file: Opened) -> Iterator[Raw | Item]:
        count = 0
        for name, data in _named(file):
            shown = _shown(name)
            kind = sniff_bytes(data[:64])
            if is_junk(name) or not (_is_ficha(name) or kind in _FICHAS or kind in (Kind.JSON, Kind.NDJSON)):
                self._pass(shown)
                continue
            count += 1
            if kind in (Kind.JSON, Kind.NDJSON):
                text = f"{shown}: é JSON, e no zip só vão fichas (.esus e .esus.xml). Confira este arquivo fora do zip."
                yield _unreadable(shown, "REGISTRO-arquivo-formato", text)
            else:
                yield Raw(shown, data, serialised=True)
        if not count:
            if not self.passed:
                raise PackageError(f"{file.name}: o zip está vazio")
            left = self.told()
            raise PackageError(f"{file.name}: o zip não tem nenhuma ficha (.esus ou .esus.xml), só {left}")

    def _pass(self, name: str) -> None:
        self.passed += 1
        if self.passed <= 100:
            self.passed_over.append(name)

    def told(self, most: int = 10) -> str:
        """What was passed over, in words: "LEIAME.txt, .DS_Store e mais 3"; "" when nothing was."""
        names = ", ".join(self.passed_over[:most])
        return f"{names} e mais {self.passed - most}" if self.passed > most else names


def read_records(path: str | Path) -> Records:
    """Every record of a file, a pipe or ("-") the standard input, gzipped or not, lazily.

    The iteration raises LediError or OSError when the file as a whole is unreadable.
    """
    return Records(path)


def read_lines(lines: Iterable[bytes] | BinaryIO) -> Iterator[Item]:
    """Records of JSON lines; blank lines are passed over, a bad line gives an Item that says why."""
    return map(ready, _raw_lines(lines))


def _raw_lines(lines: Iterable[bytes] | BinaryIO) -> Iterator[Raw]:
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text:
            yield Raw(f"linha {number}", text, serialised=False)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines, one that is too long cut a byte beyond the limit: it is told, not loaded."""
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            while (rest := stream.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
        yield line


def parse(text: bytes, where: str, limit: int = MAX_LINE) -> Item:
    """One JSON record (or a list of them) from at most `limit` bytes."""
    if len(text) > limit:
        return _unreadable(
            where, "REGISTRO-json-tamanho", f"{where}: o registro passa de {limit // 1024**2} MB."
        )
    if text.startswith(b"\xef\xbb\xbf"):
        text = text[3:]
    if too_deep(text):
        message = f"{where}: há mais de {MAX_DEPTH} níveis de listas e objetos, e nenhuma ficha passa de dez. Confira o"
        return _unreadable(where, "REGISTRO-json-formato", f"{message} programa que gerou o registro.")
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
    except ValueError:
        message = f"{where}: JSON inválido (número grande demais)."
        return _unreadable(where, "REGISTRO-json-formato", message)


def open_bytes(data: bytes, where: str) -> Item:
    """The record inside the bytes of an `.esus` or `.esus.xml` file, with what is wrong in how they say it."""
    envelope: Envelope | None = None
    try:
        envelope = unwrap_any(data, strict=False)
        decoded = envelope.decode(strict=False)
    except LediError as error:
        text = f"{where}: não é uma ficha do LEDI legível: {error}."
        found = Finding("REGISTRO-arquivo-formato", "", text)
        uuid, tipo = (envelope.uuid or None, envelope.tipo) if envelope else (None, None)
        return Item(where, findings=(found,), readable=False, uuid=uuid, tipo=tipo)
    findings = (
        *validate_envelope(envelope),
        *(_misfit(envelope.tipo, one) for one in decoded.misfits),
        *(_in_envelope(one) for one in envelope.unknown),
    )
    record = add_to(envelope.record(decoded), decoded)
    return Item(where, record, envelope, findings, notes=envelope.notes)


def _misfit(tipo: str, odd: Misfit) -> Finding:
    code = f"{tipo}-{odd.struct}-{odd.field}-tipo" if odd.struct else f"REGISTRO-xml-{odd.kind}"
    return Finding(code, odd.path, odd.words)


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


_FICHAS = (Kind.ESUS, Kind.ESUS_XML)


def _is_ficha(name: str) -> bool:
    return name.lower().endswith((".esus", ".xml"))


def _named(file: Opened) -> Iterator[tuple[str, bytes]]:
    """The entries of a zip; what is wrong with it is told with its name, and what to do."""
    from ledi.zip import read_package  # noqa: PLC0415 (only for a zip: who judges one record does not wait for it)

    try:
        yield from read_package(file.seekable())
    except PackageError as error:
        raise PackageError(f"{file.name}: {error}. Gere ou baixe o zip de novo, só com as fichas.") from None


def _shown(name: str) -> str:
    """The name of an entry as a message shows it: whatever a hostile zip calls it."""
    return "".join(char if char.isprintable() else "�" for char in name[:120])


def _json(file: Opened) -> Iterator[Item]:
    text = file.stream.read(MAX_LINE + 1)
    whole = list_start(text) is not None
    if whole and len(text) > MAX_LINE:
        message = (
            f"{file.name}: a lista passa de {MAX_LINE // 1024**2} MB. Grave um registro por linha, sem colchetes nem "
            "vírgulas entre eles (.jsonl): assim o arquivo pode ter qualquer tamanho."
        )
        yield _unreadable(file.name, "REGISTRO-json-tamanho", message)
        return
    if not whole:
        yield parse(text.strip(), file.name)
        return
    number = 0
    try:
        for number, (start, end) in enumerate(split_list(text), 1):
            yield parse(text[start:end].strip(), f"registro {number}")
    except ListError as error:
        message = f"{file.name}: JSON inválido depois do registro {number}: {error}."
        yield _unreadable(file.name, "REGISTRO-json-formato", message)


def _unreadable(where: str, code: str, message: str) -> Item:
    return Item(where, findings=(Finding(code, "", message),), readable=False)
