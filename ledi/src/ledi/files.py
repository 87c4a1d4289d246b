"""Files on disk: written whole or not at all, and recognised by what is in them."""

from __future__ import annotations

import json
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

HEAD = 64 * 1024


class AtomicFile:
    """A file that appears under its name only when it is complete and synced to disk.

    `with AtomicFile(path) as file:` commits at the end, or leaves nothing behind on an exception. For several
    files at once: `sync()` each, then `commit()` each. Readable by its owner only (it holds health data).
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
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


def sniff(path: str | os.PathLike[str]) -> Kind:
    """Kind of a file by its first bytes; the name only tells JSON from JSON lines. OSError passes."""
    with open(path, "rb") as file:
        return sniff_bytes(file.read(HEAD), Path(path).name)


def sniff_bytes(head: bytes, name: str = "") -> Kind:
    if not head.strip():
        return Kind.EMPTY
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06")):
        return Kind.ZIP
    if head.startswith(b"\x0b\x00\x01\x00"):  # thrift: a string with id 1, the uuid of the envelope
        return Kind.ESUS
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
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
    try:
        json.loads(first)
    except ValueError:
        return Kind.JSON
    return Kind.NDJSON if newline else Kind.JSON
