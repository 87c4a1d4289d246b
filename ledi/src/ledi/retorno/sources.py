"""Where rows come from: a CSV text, or the first sheet of an .xlsx (with the extra `ledi[xlsx]`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledi.retorno.text import Encoding, Lines, Row, rows, split

SEPARATORS = (";", "\t", ",")
HEAD_ROWS = 60
_HEAD_SIZE = 512 * 1024  # characters looked at for a header


class TextSource:
    """A CSV as a stream of lines."""

    separador: str | None = None

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self.size = path.stat().st_size
        self.damaged = encoding.damaged
        self._encoding = encoding
        self.lines: Lines | None = Lines(path, encoding)

    def head(self) -> Iterator[tuple[Row, str, str]]:
        """(row, its raw line, separator): each of the first lines, cut by each separator."""
        assert self.lines is not None
        size = 0
        for line in self.lines:
            size += len(line)
            for separator in SEPARATORS:
                yield Row(self.lines.number, split(line, separator)), line, separator
            if self.lines.number >= HEAD_ROWS or size > _HEAD_SIZE:
                return

    def leitura(self) -> dict[str, Any]:
        return {"codificacao": self._encoding.name, "bom": self._encoding.bom, "separador": self.separador}

    def rows(self) -> Iterator[Row]:
        assert self.lines is not None and self.separador is not None
        return rows(self.lines, self.separador)

    def close(self) -> None:
        assert self.lines is not None
        self.lines.close()


class SheetSource:
    """The first sheet of an .xlsx. LediError when it is none, is a bomb, or openpyxl is not installed."""

    separador: str | None = None
    lines: Lines | None = None
    damaged = False

    def __init__(self, path: Path) -> None:
        from ledi.retorno.sheet import open_sheet  # noqa: PLC0415 (openpyxl comes with an extra)

        self.size = path.stat().st_size
        self._book, cells = open_sheet(path)
        self._rows = (Row(number, list(found)) for number, found in enumerate(cells, 1))

    def head(self) -> Iterator[tuple[Row, str, str]]:
        for row in self._rows:
            yield row, "", ""
            if row.line >= HEAD_ROWS:
                return

    def leitura(self) -> dict[str, Any]:
        return {"codificacao": "xlsx", "bom": False, "separador": None}

    def rows(self) -> Iterator[Row]:
        return self._rows

    def close(self) -> None:
        self._book.close()
