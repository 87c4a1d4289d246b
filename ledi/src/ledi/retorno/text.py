"""The text of a report: its encoding found by reading it all once, then lines as a stream, none of them endless."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = 64 * 1024
MAX_LINE = 1024 * 1024
_CHUNK = 64 * 1024
_ONLY_WINDOWS = re.compile(rb"[\x80-\x9f]")  # letters in Windows-1252, control characters in ISO-8859-1
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class EndlessLine(Exception):
    """A line longer than any report has: not to be read into memory."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` for people and JSON, `codec` for Python; `damaged` when some bytes are not of the encoding."""

    name: str
    codec: str
    bom: bool = False
    damaged: bool = False


def encoding_of(path: Path) -> Encoding | None:
    """UTF-8 (with or without BOM), ISO-8859-1, Windows-1252 or UTF-16 with BOM; None for what is no text."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
        if head.startswith(_UTF16):
            return Encoding("utf-16", "utf-16", bom=True)
        if b"\x00" in head:
            return None
        bom = head.startswith(codecs.BOM_UTF8)
        file.seek(0)
        if _all_utf8(file):
            return Encoding("utf-8", "utf-8-sig" if bom else "utf-8", bom)
        if bom or (not head.isascii() and _is_utf8(head)):  # a header with accents told what it is
            return Encoding("utf-8", "utf-8-sig" if bom else "utf-8", bom, damaged=True)
        file.seek(0)
        if any(_ONLY_WINDOWS.search(chunk) for chunk in iter(lambda: file.read(_CHUNK), b"")):
            return Encoding("windows-1252", "cp1252")
        return Encoding("iso-8859-1", "iso-8859-1")


def _all_utf8(file: io.BufferedReader) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True  # a letter cut at the very end is a cut file, not another encoding


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


class Lines:
    """The physical lines of a text, counted from 1, with their ends; EndlessLine for what is no line."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._file = open(path, encoding=encoding.codec, errors="replace", newline="")
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._file.readline(MAX_LINE)
        except UnicodeError:  # UTF-16 that ends in the middle of a character
            line = ""
        if not line:
            raise StopIteration
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise EndlessLine
        self.number += 1
        return line

    def close(self) -> None:
        self._file.close()


def split(line: str, separator: str) -> list[str]:
    """The cells of one line, quotes taken off."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.rstrip("\r\n").split(separator)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells (texts, or a spreadsheet's values); `line` is the physical line on which it begins."""

    line: int
    cells: list[Any]

    @property
    def is_blank(self) -> bool:
        return all(cell is None or not str(cell).strip(" \t\r\n\u00a0") for cell in self.cells)


def rows(lines: Lines, separator: str) -> Iterator[Row]:
    """Rows of CSV: quotes may hold separators and line ends. csv.Error for a cell without end."""
    reader = csv.reader(lines, delimiter=separator)
    line = lines.number + 1
    for cells in reader:
        yield Row(line, cells)
        line = lines.number + 1
