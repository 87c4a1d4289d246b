"""The first sheet of an .xlsx as rows. Neither a bomb nor XML entities get as far as the parser.

openpyxl comes with the extra `ledi[xlsx]`.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ledi.errors import LediError

MAX_PARTS, MAX_EXPANDED, MAX_RATIO = 2_000, 1024**3, 200
MAX_COLUMNS = 200
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error,
           struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError)  # fmt: skip
_CHUNK = 1024 * 1024


class SheetError(LediError):
    """The file looks like a spreadsheet and cannot be read as one."""


def open_sheet(path: Path) -> tuple[Any, Iterator[tuple[Any, ...]]]:
    """(the workbook, to be closed; rows of values)."""
    try:
        import openpyxl  # noqa: PLC0415 (an extra: not everybody has it)
    except ImportError:
        raise LediError("para ler .xlsx instale a biblioteca com o extra xlsx: ledi[xlsx]") from None
    _check(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not to be trusted
    except _BROKEN:
        raise SheetError("o arquivo .xlsx não pôde ser lido. Abra-o, grave de novo, ou use o CSV.") from None
    return book, _values(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True))


def _values(found: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    try:
        yield from found
    except _BROKEN:
        raise SheetError("o arquivo .xlsx está danificado. Abra-o, grave de novo, ou use o CSV.") from None


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            size = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if len(parts) > MAX_PARTS or size > MAX_EXPANDED or (size > _CHUNK and size > packed * MAX_RATIO):
                raise SheetError("a planilha se expande além do permitido. Grave só a aba com os dados.")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with package.open(part) as file:
                        _check_xml(file)
    except _BROKEN:
        raise SheetError("o arquivo não é um .xlsx íntegro. Abra-o, grave de novo, ou use o CSV.") from None


def _check_xml(file: IO[bytes]) -> None:
    tail = b""
    while piece := file.read(_CHUNK):
        seen = tail + piece.replace(b"\x00", b"")  # UTF-16 too
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise SheetError("a planilha traz XML com DOCTYPE ou entidades, o que não é aceito.")
        tail = seen[-16:]
