"""Reads foreign zips: lazily, in constant memory, with limits on everything a hostile file may multiply.

The standard zipfile keeps the whole directory in memory (some 700 MB for a million entries); this reader
walks it as a stream, and stops inflating at the declared size.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from ledi.errors import PackageError
from ledi.zip import format as zf
from ledi.zip.writer import Entry

_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^/|^[A-Za-z]:|(^|/)\.\.(/|$)")
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may hold. Sizes in bytes."""

    entries: int = 2_000_000
    entry_size: int = 32 * 1024 * 1024
    total_size: int = 16 * 1024**3
    ratio: int = 250  # expanded / compressed, looked at beyond `ratio_from`; a ficha has about 3
    ratio_from: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the directory."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def read_package(
    source: str | os.PathLike[str] | BinaryIO, limits: Limits = Limits()
) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file of a zip, in the order of its directory; folders are passed over.

    Raises PackageError while iterating: not a zip, truncated, corrupt, encrypted, unsafe name, zip within
    zip, beyond a limit. What came before the error was good: whoever stores it decides about the whole.
    """
    with _opened(source) as file:
        try:
            yield from _members(file, limits)
        except (struct.error, UnicodeDecodeError):
            raise PackageError("zip corrompido: diretório malformado") from None


def measure(source: str | os.PathLike[str] | BinaryIO, limits: Limits = Limits()) -> tuple[int, int]:
    """(files, bytes they expand to) as the directory says; `read_package` expands no more than it says, and nothing
    of a file beyond the limit.

    Raises PackageError.
    """
    files = expanded = 0
    with _opened(source) as file:
        for member in directory(file, limits):
            files += 1
            expanded += member.size if member.size <= limits.entry_size else 0
    return files, expanded


def directory(source: BinaryIO, limits: Limits = Limits()) -> Iterator[Member]:
    """The rows of the directory of a zip, as a stream, without opening the files. Raises PackageError."""
    try:
        yield from _directory(source, source.seek(0, os.SEEK_END), limits)
    except (struct.error, UnicodeDecodeError):
        raise PackageError("zip corrompido: diretório malformado") from None


def entry_at(source: BinaryIO, offset: int) -> Entry:
    """The file that begins there (`Member.offset`), still deflated, as `PackageWriter` wrote it: the bytes before it
    are not read. Raises PackageError."""
    source.seek(offset)
    head = source.read(zf.LOCAL.size)
    if len(head) < zf.LOCAL.size or head[:4] != zf.LOCAL_MARK:
        raise PackageError("zip corrompido: entrada fora do lugar")
    _, _, flags, method, _, _, crc, packed, size, name_size, extra_size = zf.LOCAL.unpack(head)
    if method != zf.DEFLATED or flags & ~zf.UTF8:
        raise PackageError("a entrada não foi escrita por este sistema")
    rest = source.read(name_size + extra_size + packed)
    if len(rest) < name_size + extra_size + packed:
        raise PackageError("zip truncado no meio de uma entrada")
    return Entry(rest[:name_size].decode(), crc, size, rest[name_size + extra_size :])


@contextmanager
def _opened(source: str | os.PathLike[str] | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            yield file
    elif source.seekable():
        yield source
    else:
        raise PackageError("o zip precisa estar num arquivo que se possa percorrer")


def _members(file: BinaryIO, limits: Limits) -> Iterator[tuple[str, bytes]]:
    file_size = file.seek(0, os.SEEK_END)
    packed = expanded = 0
    for member in _directory(file, file_size, limits):
        _check(member, limits)
        packed += member.packed
        expanded += member.size
        if packed > file_size:
            raise PackageError("zip com entradas sobrepostas")
        if expanded > limits.total_size:
            raise PackageError(f"o conteúdo do zip passa de {limits.total_size} bytes")
        if expanded > 64 * limits.ratio_from and expanded > limits.ratio * packed:
            raise PackageError("compressão suspeita no conjunto (bomba de zip)")
        if member.name.endswith("/"):
            continue
        data = _content(file, member)
        if data.startswith((zf.LOCAL_MARK, zf.END_MARK)):
            raise PackageError(f"zip dentro de zip não é aceito: {_show(member.name)}")
        yield member.name, data


# ---- directory


def _directory(file: BinaryIO, file_size: int, limits: Limits) -> Iterator[Member]:
    count, size, start = _end(file, file_size)
    if count > limits.entries:
        raise PackageError(f"o zip tem {count} entradas; o limite é {limits.entries}")
    if start + size > file_size or count * zf.CENTRAL.size > size:
        raise PackageError("zip corrompido: o diretório não cabe no arquivo")
    buffer, at, position, left = b"", 0, start, size
    for _ in range(count):
        if len(buffer) - at < zf.CENTRAL.size + 3 * zf.MAX16 and left:
            file.seek(position)
            more = file.read(min(_CHUNK, left))
            if not more:
                raise PackageError("zip truncado")
            buffer, at = buffer[at:] + more, 0
            position, left = position + len(more), left - len(more)
        member, at = _row(buffer, at)
        yield member


def _end(file: BinaryIO, file_size: int) -> tuple[int, int, int]:
    """(entries, size of the directory, its offset)."""
    tail_at = max(0, file_size - zf.END.size - zf.MAX16)
    file.seek(tail_at)
    tail = file.read()
    at = tail.rfind(zf.END_MARK)
    if at < 0 or len(tail) - at < zf.END.size:
        raise PackageError("não é um zip, ou está truncado: falta o fim do diretório")
    _, disk, first, here, count, size, start, _ = zf.END.unpack_from(tail, at)
    if zf.MAX16 in (count, here) or zf.MAX32 in (size, start):
        wide = _end64(file, tail_at + at)
        if wide:
            return wide
    if disk or first or here != count:
        raise PackageError("zip dividido em vários volumes não é aceito")
    return count, size, start


def _end64(file: BinaryIO, end_at: int) -> tuple[int, int, int] | None:
    if end_at < zf.LOCATOR.size:
        return None
    file.seek(end_at - zf.LOCATOR.size)
    mark, _, at, disks = zf.LOCATOR.unpack(file.read(zf.LOCATOR.size))
    if mark != zf.LOCATOR_MARK:
        return None
    file.seek(at)
    row = file.read(zf.END64.size)
    if disks > 1 or len(row) < zf.END64.size or row[:4] != zf.END64_MARK:
        raise PackageError("zip corrompido: diretório zip64 malformado")
    *_, count, size, start = zf.END64.unpack(row)
    return count, size, start


def _row(buffer: bytes, at: int) -> tuple[Member, int]:
    found = zf.CENTRAL.unpack_from(buffer, at)
    mark, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, note_size = found[:13]
    offset = found[16]
    if mark != zf.CENTRAL_MARK:
        raise PackageError("zip corrompido: diretório malformado")
    at += zf.CENTRAL.size
    raw = buffer[at : at + name_size]
    extra = buffer[at + name_size : at + name_size + extra_size]
    end = at + name_size + extra_size + note_size
    if end > len(buffer):
        raise PackageError("zip corrompido: o diretório termina no meio de uma entrada")
    size, packed, offset = _wide(extra, size, packed, offset)
    name = raw.decode("utf-8" if flags & zf.UTF8 else "cp437")
    return Member(name, raw, flags, method, crc, packed, size, offset), end


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The three numbers, those at their 32-bit maximum taken from the zip64 extra field."""
    values = [size, packed, offset]
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        at += 4
        if kind == 1:
            spot = at
            for index, value in enumerate(values):
                if value == zf.MAX32:
                    values[index] = struct.unpack_from("<Q", extra, spot)[0]
                    spot += 8
            break
        at += length
    return values[0], values[1], values[2]


# ---- one entry


def _check(member: Member, limits: Limits) -> None:
    shown = _show(member.name)
    if not member.name or _BAD_NAME.search(member.name):
        raise PackageError(f"nome de arquivo inseguro dentro do zip: {shown}")
    if member.flags & zf.ENCRYPTED:
        raise PackageError(f"zip com senha não é aceito: {shown}")
    if member.method not in (zf.STORED, zf.DEFLATED):
        raise PackageError(f"método de compressão {member.method} não é aceito: {shown}")
    if member.name.lower().endswith(".zip"):
        raise PackageError(f"zip dentro de zip não é aceito: {shown}")
    if member.size > limits.entry_size:
        raise PackageError(f"arquivo de {member.size} bytes passa do limite de {limits.entry_size}: {shown}")
    if member.size > limits.ratio_from and member.size > limits.ratio * max(member.packed, 1):
        raise PackageError(f"compressão suspeita (bomba de zip): {shown}")
    if member.packed > member.size + member.size // 1000 + 1024:
        raise PackageError(f"zip corrompido: tamanho compactado maior que o conteúdo: {shown}")


def _content(file: BinaryIO, member: Member) -> bytes:
    file.seek(member.offset)
    head = file.read(zf.LOCAL.size)
    if len(head) < zf.LOCAL.size or head[:4] != zf.LOCAL_MARK:
        raise PackageError(f"zip corrompido: entrada fora do lugar: {_show(member.name)}")
    *_, name_size, extra_size = zf.LOCAL.unpack(head)
    if file.read(name_size) != member.raw_name:
        raise PackageError(f"zip corrompido: a entrada tem outro nome no diretório: {_show(member.name)}")
    file.seek(extra_size, os.SEEK_CUR)
    packed = file.read(member.packed)
    if len(packed) < member.packed:
        raise PackageError(f"zip truncado no meio de {_show(member.name)}")
    data = _inflate(packed, member) if member.method == zf.DEFLATED else packed
    if len(data) != member.size or zlib.crc32(data) != member.crc:
        raise PackageError(f"zip corrompido: conteúdo não confere com o CRC: {_show(member.name)}")
    return data


def _inflate(packed: bytes, member: Member) -> bytes:
    """At most one byte beyond the declared size is ever expanded."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(packed, member.size + 1)
    except zlib.error:
        raise PackageError(f"zip corrompido: dados malformados: {_show(member.name)}") from None
    if len(data) > member.size:
        raise PackageError(f"o conteúdo é maior do que o zip declara (bomba de zip): {_show(member.name)}")
    if not inflater.eof:
        raise PackageError(f"zip truncado no meio de {_show(member.name)}")
    return data


def _show(name: str) -> str:
    return repr(name[:80])
