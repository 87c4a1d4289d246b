"""The zip of `.esus` files: written as a stream, reproducible (same entries, same bytes), in constant memory.

An entry is deflated once, when its record is processed; a package only copies finished entries. No dates, no
attributes of the machine: every entry says 1980-01-01.
"""

from __future__ import annotations

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol

from ledi.distinct import HashSet
from ledi.errors import PackageError
from ledi.files import AtomicFile
from ledi.zip import format as zf
from ledi.zip.deflate import LEVEL, crc32, deflate

_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00
_SPILL = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A finished zip entry: `data` is raw deflate, `crc` and `size` are of the content before it."""

    name: str
    crc: int
    size: int
    data: bytes


def make_entry(name: str, data: bytes, level: int = LEVEL) -> Entry:
    """Deflates a file into an entry; the same input gives the same bytes with the same `ledi.zip.deflate.BACKEND`.

    `level`: 0 to 3, as ISA-L counts them (zlib has one).
    """
    return Entry(name, crc32(data), len(data), deflate(data, level))


class Sink(Protocol):
    """All a package needs of the file it is written to: no seeking."""

    def write(self, data: bytes, /) -> object: ...


class PackageWriter:
    """`add` entries, then `close`; as a context manager closes only when nothing was raised.

    Zip64 where needed. Memory: 1 MB and about 16 bytes per entry (to refuse a name given twice).
    """

    def __init__(self, fileobj: Sink) -> None:
        self._file = fileobj
        self._offset = 0
        self._names = HashSet()
        self._directory = bytearray()
        self._spilled: IO[bytes] | None = None
        self._directory_size = 0
        self.count = 0

    def add(self, entry: Entry) -> None:
        """PackageError for a name given before; the file is then as it was."""
        name = entry.name.encode()
        packed = len(entry.data)
        if packed >= zf.MAX32 or entry.size >= zf.MAX32 or not 0 < len(name) <= zf.MAX16:
            raise PackageError(f"entrada que não cabe no zip: {entry.name[:80]!a}")
        if not self._names.add(hash(entry.name.lower())):
            raise PackageError(f"arquivo repetido no pacote: {entry.name[:80]!a}")
        numbers = (zf.UTF8, zf.DEFLATED, _TIME, _DATE, entry.crc, packed, entry.size, len(name))
        self._file.write(zf.LOCAL.pack(zf.LOCAL_MARK, 20, *numbers, 0) + name + entry.data)
        extra, offset, needed = b"", self._offset, 20
        if offset >= zf.MAX32:
            extra, offset, needed = struct.pack("<2HQ", 1, 8, offset), zf.MAX32, 45
        row = zf.CENTRAL.pack(zf.CENTRAL_MARK, needed, needed, *numbers, len(extra), 0, 0, 0, 0, offset)
        self._directory += row + name + extra
        self._directory_size += len(row) + len(name) + len(extra)
        self._offset += zf.LOCAL.size + len(name) + packed
        self.count += 1
        if len(self._directory) > _SPILL:
            self._spill()

    def size_with(self, entry: Entry) -> int:
        """Bytes the finished file would have if it closed after this entry (a few too many at most)."""
        own = zf.LOCAL.size + zf.CENTRAL.size + 12 + 2 * len(entry.name.encode()) + len(entry.data)
        return self._offset + self._directory_size + own + zf.END64.size + zf.LOCATOR.size + zf.END.size

    def close(self) -> None:
        """Writes the directory; the file itself stays open, and belongs to the caller."""
        if self._spilled is not None:
            self._spilled.seek(0)
            while chunk := self._spilled.read(_SPILL):
                self._file.write(chunk)
            self._spilled.close()
        self._file.write(bytes(self._directory))
        self._file.write(self._end())

    def _spill(self) -> None:
        if self._spilled is None:
            self._spilled = tempfile.TemporaryFile()
        self._spilled.write(self._directory)
        self._directory.clear()

    def _end(self) -> bytes:
        count, size, start = self.count, self._directory_size, self._offset
        wide = b""
        if count >= zf.MAX16 or size >= zf.MAX32 or start >= zf.MAX32:
            wide = zf.END64.pack(zf.END64_MARK, 44, 45, 45, 0, 0, count, count, size, start)
            wide += zf.LOCATOR.pack(zf.LOCATOR_MARK, 0, start + size, 1)
        shown = min(count, zf.MAX16)
        return wide + zf.END.pack(
            zf.END_MARK, 0, 0, shown, shown, min(size, zf.MAX32), min(start, zf.MAX32), 0
        )

    def __enter__(self) -> PackageWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        elif self._spilled is not None:
            self._spilled.close()


class SplitWriter:
    """One package, or several when a limit is given: `<prefix>.zip`, or `<prefix>-001.zip`, `-002`, …

    Every part is a complete zip. No part has its name before `close`, which syncs and then names them all;
    as a context manager, an exception leaves nothing behind. An entry larger than `max_bytes` goes alone.
    """

    def __init__(
        self, prefix: str | Path, *, max_records: int | None = None, max_bytes: int | None = None
    ) -> None:
        if (max_records is not None and max_records < 1) or (max_bytes is not None and max_bytes < 1):
            raise PackageError("o limite por arquivo precisa ser maior que zero")
        self._prefix = Path(prefix)
        self._max_records, self._max_bytes = max_records, max_bytes
        self._files: list[AtomicFile] = []
        self._writer: PackageWriter | None = None
        self._names = HashSet()
        self.count = 0

    def add(self, entry: Entry) -> None:
        if not self._names.add(hash(entry.name.lower())):
            raise PackageError(f"arquivo repetido no pacote: {entry.name[:80]!a}")
        if self._writer is None or self._full(self._writer, entry):
            self._next()
        assert self._writer is not None
        self._writer.add(entry)
        self.count += 1

    def _full(self, writer: PackageWriter, entry: Entry) -> bool:
        if self._max_records is not None and writer.count >= self._max_records:
            return True
        return self._max_bytes is not None and writer.count > 0 and writer.size_with(entry) > self._max_bytes

    def _next(self) -> None:
        self._finish()
        self._files.append(AtomicFile(self._name(len(self._files) + 1)))
        self._writer = PackageWriter(self._files[-1].file)

    def _name(self, number: int) -> Path:
        split = self._max_records is not None or self._max_bytes is not None
        return self._prefix.with_name(f"{self._prefix.name}{f'-{number:03}' if split else ''}.zip")

    def _finish(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._files[-1].sync()
            self._writer = None

    def close(self) -> list[Path]:
        """Names every part; an empty package still gives one (empty) zip."""
        if not self._files:
            self._next()
        self._finish()
        for file in self._files:
            file.commit()
        return [file.path for file in self._files]

    def abort(self) -> None:
        for file in self._files:
            file.abort()

    def __enter__(self) -> SplitWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()
