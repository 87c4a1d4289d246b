"""Where the files come from: a folder, or a zip read without extracting it."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from ledi.files import is_junk, opened
from ledi.referencias.errors import ReferenciaError

MAX_FILES = 1_000
MAX_FILE_BYTES = 512 * 1024 * 1024
#: what a damaged zip makes the standard library say; UnicodeDecodeError: of a name
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, UnicodeDecodeError)


class Source(Protocol):
    """Files by their base name, in small letters."""

    def names(self) -> frozenset[str]: ...
    def open(self, name: str) -> IO[bytes]: ...


class FolderSource:
    def __init__(self, path: Path) -> None:
        self._files: dict[str, Path] = {}
        for file in sorted(path.iterdir()):
            if file.is_file():
                self._files[file.name.lower()] = file

    def names(self) -> frozenset[str]:
        return frozenset(self._files)

    def open(self, name: str) -> IO[bytes]:
        path = self._files[name]
        if path.stat().st_size > MAX_FILE_BYTES:
            raise too_big(name)
        return path.open("rb")


class ZipSource:
    """Only base names are used, so paths inside the zip can do no harm; nothing is written to disk."""

    def __init__(self, archive: zipfile.ZipFile, file: str) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        entries = archive.infolist()
        if len(entries) > MAX_FILES:
            raise ReferenciaError(f"o zip tem {len(entries)} arquivos; o limite é {MAX_FILES}", file)
        for entry in entries:
            if not entry.filename or entry.is_dir() or is_junk(entry.filename):
                continue
            name = entry.filename.replace("\\", "/").rpartition("/")[2].lower()
            if name in self._entries:
                raise ReferenciaError(f"o zip tem dois arquivos “{name}”", file)
            self._entries[name] = entry

    def names(self) -> frozenset[str]:
        return frozenset(self._entries)

    def open(self, name: str) -> IO[bytes]:
        entry = self._entries[name]
        if entry.file_size > MAX_FILE_BYTES:
            raise too_big(name)
        try:
            return self._archive.open(entry)
        except (RuntimeError, NotImplementedError) as error:
            raise ReferenciaError("o zip usa senha ou uma compressão desconhecida", name) from error
        except zipfile.BadZipFile as error:
            raise ReferenciaError("o zip está corrompido", name) from error


@contextmanager
def open_source(path: str | Path) -> Iterator[Source]:
    """The folder or zip at `path` (a pipe too, for a zip). Raises `ReferenciaError`."""
    if Path(path).is_dir():
        yield FolderSource(Path(path))
        return
    try:
        with opened(path) as file, zip_source(file.seekable(), file.name) as source:
            yield source
    except FileNotFoundError:
        raise ReferenciaError("o arquivo ou a pasta não existe", str(path)) from None


@contextmanager
def zip_source(file: IO[bytes], name: str) -> Iterator[ZipSource]:
    """The zip in an open file. Raises `ReferenciaError`."""
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise ReferenciaError("não é um zip, ou está corrompido", name) from error
    with archive:
        try:
            yield ZipSource(archive, name)
        except _DAMAGED as error:  # told where it is read, not where it is opened
            raise ReferenciaError("o zip está corrompido", name) from error


def too_big(name: str) -> ReferenciaError:
    return ReferenciaError(f"o arquivo passa de {MAX_FILE_BYTES // 1024**2} MB", name)
