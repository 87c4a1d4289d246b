"""Files on disk: written whole or not at all, and recognised by what is in them."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from ledi.errors import LediError

HEAD = 64 * 1024
MAX_COPIED = 16 * 1024**3  # of a zip that comes by a pipe or inside a gzip
STDIN = "-"  # this name means the standard input
_GZIP = b"\x1f\x8b"


class AtomicFile:
    """A file that appears under its name only when it is complete and synced to disk.

    `with AtomicFile(path) as file:` commits at the end, or leaves nothing behind on an exception. For several
    files at once: `sync()` each, then `commit()` each. Readable by its owner only (it holds health data).
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.path))
        handle, name = tempfile.mkstemp(
            prefix=f".{self.path.name}.", suffix=".parcial", dir=self.path.parent or "."
        )
        self._temporary: Path | None = Path(name)
        self.file: BinaryIO = os.fdopen(handle, "wb", buffering=1024 * 1024)

    def sync(self) -> None:
        """Everything written so far is on disk; the file is closed."""
        if self.file.closed:
            return
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()

    def commit(self) -> None:
        self.sync()
        assert self._temporary is not None, "committed or aborted before"
        os.replace(self._temporary, self.path)
        self._temporary = None
        sync_folder(self.path.parent)

    def abort(self) -> None:
        self.file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None

    def __enter__(self) -> BinaryIO:
        return self.file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self.commit()
            except BaseException:
                self.abort()
                raise
        else:
            self.abort()


def sync_folder(folder: Path) -> None:
    """The names in the folder are on disk too (where the system lets a folder be opened)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Kind(StrEnum):
    """What a file is, by its content."""

    ESUS = "esus"
    ESUS_XML = "esus.xml"
    ZIP = "zip"
    JSON = "json"
    NDJSON = "ndjson"
    EMPTY = "vazio"
    UNKNOWN = "desconhecido"


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: how messages call it, what it is, and its bytes from the first one on, to be read once."""

    name: str
    kind: Kind
    stream: BinaryIO
    closing: ExitStack

    def seekable(self) -> BinaryIO:
        """The same bytes where one can go back and forth: those of a pipe or a gzip are copied to disk."""
        if self.stream.seekable():
            return self.stream
        kept = cast(BinaryIO, self.closing.enter_context(tempfile.TemporaryFile()))
        self.copy_to(kept)
        kept.seek(0)
        return kept

    def copy_to(self, kept: BinaryIO) -> None:
        while piece := self.stream.read(1024 * 1024):
            kept.write(piece)
            if kept.tell() > MAX_COPIED:
                raise LediError(f"{self.name}: passa de {MAX_COPIED // 1024**3} GB. Divida-o e use as partes")


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Opened]:
    """Opens a file, a pipe or ("-") the standard input, once; what is in a gzip is what counts.

    OSError passes; a gzip that is cut or corrupt is a LediError, here or while it is read.
    """
    name = os.fspath(path)
    with _raw(name) as raw, ExitStack() as closing:
        shown = "entrada padrão" if name == STDIN else Path(name).name
        head, stream = _looked_at(raw)
        if not head.startswith(_GZIP):
            yield Opened(shown, sniff_bytes(head, shown), stream, closing)
            return
        head, inner = _looked_at(cast(BinaryIO, io.BufferedReader(_Gunzip(stream, shown))))
        yield Opened(shown, sniff_bytes(head, shown.lower().removesuffix(".gz")), inner, closing)


@contextmanager
def readable_again(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Where these bytes can be read as often as one likes: those of a pipe, the standard input or a gzip are copied.

    OSError passes; a gzip that is cut or corrupt is a LediError.
    """
    if _is_plain(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="ledi-") as folder, opened(path) as file:
        kept = Path(folder) / "copia"
        with open(kept, "xb") as out:
            file.copy_to(out)
        yield kept


def _is_plain(path: str | os.PathLike[str]) -> bool:
    if os.fspath(path) == STDIN or Path(path).is_fifo():  # opened here, a pipe would lose its first bytes
        return False
    with open(path, "rb") as file:
        return file.seekable() and file.read(len(_GZIP)) != _GZIP


@contextmanager
def _raw(name: str) -> Iterator[BinaryIO]:
    if name == STDIN:
        if sys.stdin is None:
            raise LediError(
                "entrada padrão: está fechada. Diga o nome do arquivo, ou envie os registros por ela"
            )
        yield sys.stdin.buffer
    else:
        with open(name, "rb") as file:
            yield cast(BinaryIO, file)


def _looked_at(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes, and the stream with them still to be read. Of a pipe no more is waited for than needed."""
    if stream.seekable():
        start = stream.tell()
        head = stream.read(HEAD)
        stream.seek(start)
        return head, stream
    head = b""
    while len(head) < HEAD and not _enough(head):
        piece = stream.read1(HEAD - len(head))  # type: ignore[attr-defined]
        if not piece:
            break
        head += piece
    return head, cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream)))


def _enough(head: bytes) -> bool:
    """Whether these bytes tell the kind: of JSON, its first line must be whole."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return len(text) >= 16 and (text[:1] not in (b"{", b"[") or b"\n" in text)


class _Rejoined(io.RawIOBase):
    """What was read of a stream to look at it, then the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        piece = self._head[:size] if self._head else self._rest.read1(size)  # type: ignore[attr-defined]
        self._head = self._head[len(piece) :] if self._head else b""
        buffer[: len(piece)] = piece
        return len(piece)


class _Gunzip(io.RawIOBase):
    """A gzip whose faults are told in words, whoever reads it."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._file, self._name = gzip.GzipFile(fileobj=packed, mode="rb"), name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._file.read1(len(buffer))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise LediError(
                f"{self._name}: o gzip está cortado ou corrompido. Gere o arquivo de novo"
            ) from None
        buffer[: len(piece)] = piece
        return len(piece)


def sniff(path: str | os.PathLike[str]) -> Kind:
    """Kind of a file on disk by its first bytes, inside of a gzip too; the name only tells JSON from JSON lines."""
    with opened(path) as file:
        return file.kind


def sniff_bytes(head: bytes, name: str = "") -> Kind:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return Kind.EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")):
        return Kind.ZIP
    if head.startswith(b"\x0b\x00\x01\x00"):  # thrift: a string with id 1, the uuid of the envelope
        return Kind.ESUS
    if text.startswith(b"<") or head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<")):
        return Kind.ESUS_XML
    if text[:1] in (b"{", b"["):
        return _json_kind(text, name.lower())
    return Kind.UNKNOWN


def _json_kind(text: bytes, name: str) -> Kind:
    if name.endswith((".jsonl", ".ndjson")):
        return Kind.NDJSON
    if name.endswith(".json") or text.startswith(b"["):
        return Kind.JSON
    first, newline, _ = text.partition(b"\n")
    if not newline and len(text) > HEAD // 2:
        return Kind.NDJSON  # one line longer than what was looked at: read as such it is the same record
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return Kind.JSON
    return Kind.NDJSON if newline else Kind.JSON


# What systems and people leave in a zip beside what was asked for.
_FOLDERS = frozenset(("__macosx", "meta-inf"))
_FILES = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini"))
_NOTES = frozenset(
    ("leiame", "leia-me", "leia_me", "readme", "manifest", "manifesto")
)  # whatever their ending


def is_junk(name: str) -> bool:
    """Is this entry of a zip nobody's record, by its name: .DS_Store, __MACOSX/…, Thumbs.db, LEIAME.txt?"""
    *folders, base = name.lower().replace("\\", "/").split("/")
    if not _FOLDERS.isdisjoint(folders) or base.startswith(".") or base in _FILES:
        return True
    return base.partition(".")[0] in _NOTES
