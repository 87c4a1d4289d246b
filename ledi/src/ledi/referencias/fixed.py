"""Fixed-width tables described by a `<table>_layout.txt`, as SIGTAP publishes them."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

from ledi.referencias.errors import ReferenciaError
from ledi.referencias.source import Source

ENCODING = "iso-8859-1"
_HEADER = ["Coluna", "Tamanho", "Inicio", "Fim", "Tipo"]
_MAX_LAYOUT = 64 * 1024
_BLOCK = 512  # lines looked at together
# The files say ISO-8859-1 but some names carry Windows-1252 dashes and quotes.
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


class Column(NamedTuple):
    """Bytes `start` (from 0) to `end` (exclusive) of a line."""

    name: str
    start: int
    end: int


class Layout(NamedTuple):
    table: str
    columns: tuple[Column, ...]

    @property
    def width(self) -> int:
        return self.columns[-1].end

    def pick(self, names: Sequence[str]) -> tuple[slice, ...]:
        """Slices of these columns. Raises `ReferenciaError` when one is absent."""
        by_name = {column.name: slice(column.start, column.end) for column in self.columns}
        for name in names:
            if name not in by_name:
                raise ReferenciaError(f"o layout não tem a coluna {name}", f"{self.table}_layout.txt")
        return tuple(by_name[name] for name in names)


class Row(NamedTuple):
    line: int
    values: tuple[str, ...]


def read_layout(source: Source, table: str) -> Layout:
    """The layout of a table. Raises `ReferenciaError` when its columns do not follow one another."""
    file = f"{table}_layout.txt"
    with _open(source, file) as handle:
        text = handle.read(_MAX_LAYOUT).decode(ENCODING)
    header, *lines = [row for row in csv.reader(text.splitlines()) if row] or [[]]
    if [cell.strip() for cell in header] != _HEADER:
        raise ReferenciaError(f"o layout não começa por {','.join(_HEADER)}", file, 1)
    columns: list[Column] = []
    for number, row in enumerate(lines, 2):
        columns.append(_column(row, columns[-1].end if columns else 0, file, number))
    if not columns:
        raise ReferenciaError("o layout não tem colunas", file)
    return Layout(table, tuple(columns))


def read_rows(source: Source, layout: Layout, columns: Sequence[str], key: int) -> Iterator[Row]:
    """Rows of a table, these columns only, without the padding; the first `key` columns identify a row.

    Raises `ReferenciaError` with the line for a truncated line, a shifted layout, UTF-8 or a repeated key.
    """
    slices = layout.pick(columns)
    seen: set[tuple[str, ...]] = set()
    file = f"{layout.table}.txt"
    with _open(source, file) as handle:
        for number, text in _lines(handle, layout, file):
            values = tuple([text[cut].rstrip() for cut in slices])
            identity = values[:key]
            if identity in seen:
                raise ReferenciaError(f"a chave {' + '.join(identity)} está repetida", file, number)
            seen.add(identity)
            yield Row(number, values)


def _lines(handle: IO[bytes], layout: Layout, file: str) -> Iterator[tuple[int, str]]:
    """(number, text) of each line. Regular lines are taken a block at a time, others one by one."""
    with io.BufferedReader(handle, (layout.width + 2) * _BLOCK) as buffered:  # type: ignore[type-var]  # reads as raw
        yield from _lines_in(buffered, layout.width, file)


def _lines_in(buffered: "io.BufferedReader[Any]", width: int, file: str) -> Iterator[tuple[int, str]]:
    number = one_by_one = 0
    limit = width + 3  # a longer line is wrong already: no need to hold it
    try:
        while True:
            if not one_by_one:
                block = _regular(buffered.peek(), width)
                yield from enumerate(block, number + 1)
                number += len(block)
                buffered.read(len(block) * (width + 2))
                one_by_one = 0 if block else _BLOCK
                continue
            one_by_one -= 1
            raw = buffered.readline(limit)
            if not raw:
                return
            number += 1
            line = raw.rstrip(b"\r\n")
            if len(line) != width:
                # blank last line, end-of-file mark of DOS
                if line in (b"", b"\x1a") and not buffered.read(1):
                    return
                raise _bad_length(line, width, file, number)
            if line.isascii():
                yield number, line.decode("ascii")
                continue
            if _is_utf8(line):
                raise _wrong_encoding(file, number)
            yield number, line.decode(ENCODING).translate(_C1)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ReferenciaError("o zip está corrompido", file, number + 1) from error


def _regular(data: bytes, width: int) -> list[str]:
    """The lines in `data` when it is whole ASCII lines as published, and nothing else; none says: one by one."""
    stride = width + 2
    count = len(data) // stride
    block = data[: count * stride]
    ends = block[width::stride] == b"\r" * count and block[width + 1 :: stride] == b"\n" * count
    if not ends or not block.isascii() or block.count(b"\n") != count or block.count(b"\r") != count:
        return []
    text = block.decode("ascii")
    return [text[start : start + width] for start in range(0, len(text), stride)]


def _bad_length(line: bytes, width: int, file: str, number: int) -> ReferenciaError:
    if line.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or _is_utf8(line):
        return _wrong_encoding(file, number)
    if len(line) > width:
        size = "mais bytes do que o layout prevê"
        return ReferenciaError(f"a linha tem {size} ({width}): o layout não é o desta tabela", file, number)
    cause = "o layout não é o desta tabela, ou a linha está truncada" if number == 1 else "linha truncada"
    return ReferenciaError(f"a linha tem {len(line)} bytes e o layout prevê {width}: {cause}", file, number)


def _wrong_encoding(file: str, number: int) -> ReferenciaError:
    reason = "o texto não está em ISO-8859-1 (parece UTF-8): use o arquivo como foi publicado"
    return ReferenciaError(reason, file, number)


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return False
    try:
        line[:-3].decode("utf-8")  # the cut may have split the last character
    except UnicodeDecodeError:
        return False
    return True


def _column(row: list[str], previous: int, file: str, number: int) -> Column:
    try:
        name, size, start, end = row[0].strip(), int(row[1]), int(row[2]), int(row[3])
    except (ValueError, IndexError) as error:
        raise ReferenciaError(
            "a linha do layout não tem nome, tamanho, início e fim", file, number
        ) from error
    if start != previous + 1 or end - start + 1 != size or size < 1:
        reason = f"a coluna {name} não segue a anterior ou seu tamanho não confere: layout deslocado"
        raise ReferenciaError(reason, file, number)
    return Column(name, start - 1, end)


def _open(source: Source, file: str) -> IO[bytes]:
    if file not in source.names():
        raise ReferenciaError("o arquivo falta na tabela SIGTAP", file)
    return source.open(file)
