"""CSV and XLSX as tables of text: encodings, separators, formulas, and the limits that keep them small."""

import csv
import io
import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from saude.comum.gravar import private
from saude.comum.isolado import Recusado as FileRefused
from saude.comum.texto import grouped

MAX_ROWS = 5_000  # read and judged while the user waits: some ten seconds
MAX_LINES = 1_048_576  # of a sheet of Excel, most of them empty
MAX_COLUMNS = 100
MAX_CELL = 2_000
MAX_TEXT = 20_000_000  # characters of all the cells: one long text may stand in every one of them
MAX_PARTS = 2_000  # files inside an .xlsx
MAX_EXPANDED = 100 * 1024 * 1024
MAX_RATIO = 300
SEPARATORS = ";,\t|"


@dataclass
class Tabela:
    """The header and the rows of a sheet; `avisos` tell what the user should know of them."""

    colunas: list[str]
    linhas: list[tuple[int, list[Any]]]  # (number of the line in the sheet, cells)
    avisos: list[str] = field(default_factory=list)


def read_table(path: Path) -> Tabela:
    """Raises FileRefused for what is not a table, or too much of one."""
    numbered, notes = _xlsx(path) if path.suffix == ".xlsx" else _csv(path)
    if len(numbered) < 2:
        raise FileRefused("A planilha precisa de uma linha de títulos e ao menos uma de dados.")
    (_, head), *data = numbered
    titles = [str(c).strip()[:120] for c in head]
    while titles and not titles[-1]:
        titles.pop()
    if len(titles) > MAX_COLUMNS:
        raise FileRefused(
            f"A planilha tem mais de {MAX_COLUMNS} colunas. Apague as que não usar e envie de novo."
        )
    if not titles:
        raise FileRefused("A primeira linha da planilha precisa ter os títulos das colunas.")
    return Tabela(titles, [(n, row[: len(titles)]) for n, row in data], notes)


def copy_table(path: str, target: str) -> dict[str, Any]:
    """The table of a spreadsheet as a file, and what is told of it. Run in a process of its own."""
    table = read_table(Path(path))
    save_table(table, Path(target))
    return {"colunas": table.colunas, "avisos": table.avisos, "linhas": len(table.linhas)}


def save_table(table: Tabela, path: Path) -> None:
    with open(path, "x", encoding="utf-8", errors="surrogatepass", opener=private) as file:
        for number, row in ((0, table.colunas), *table.linhas):
            file.write(json.dumps([number, [_kept_cell(c) for c in row]]) + "\n")


def load_table(path: Path, rows: int = sys.maxsize) -> Tabela:
    """The table as it was saved, or its first rows."""
    with open(path, encoding="utf-8") as file:
        _, titles = json.loads(next(file))
        lines = [json.loads(line) for line in islice(file, rows)]
    return Tabela(titles, [(n, [_read_cell(c) for c in row]) for n, row in lines])


def _kept_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return {"momento": cell.isoformat()}
    return {"dia": cell.isoformat()} if isinstance(cell, date) else cell


def _read_cell(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    return datetime.fromisoformat(cell["momento"]) if "momento" in cell else date.fromisoformat(cell["dia"])


def _bounded(rows: Iterable[list[Any]]) -> list[tuple[int, list[Any]]]:
    """The rows that hold something, with their numbers."""
    found: list[tuple[int, list[Any]]] = []
    room = MAX_TEXT
    for number, row in enumerate(rows, 1):
        if not any(c if isinstance(c, (date, bool)) else str(c).strip() for c in row):
            continue
        if len(found) > MAX_ROWS:
            raise FileRefused(
                f"A planilha tem mais de {grouped(MAX_ROWS)} linhas. Divida-a e envie as partes."
            )
        kept = [c[:MAX_CELL] if isinstance(c, str) else c for c in row[: MAX_COLUMNS + 1]]
        room -= sum(len(c) for c in kept if isinstance(c, str))
        if room < 0:
            raise FileRefused(
                f"A planilha tem mais de {grouped(MAX_TEXT)} caracteres. Divida-a e envie as partes."
            )
        found.append((number, kept))
    return found


def _csv(path: Path) -> tuple[list[tuple[int, list[Any]]], list[str]]:
    raw = path.read_bytes()
    text, encoding = _decoded(raw)
    separator = _separator(text)
    csv.field_size_limit(1_000_000)
    try:
        rows = _bounded(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileRefused("O CSV está malformado: confira as aspas.") from error
    shown = {"\t": "tabulação"}.get(separator, separator)
    return rows, [f"Lido como {encoding}, com separador “{shown}”."]


def _decoded(raw: bytes) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError as error:
            raise FileRefused("O CSV não é um texto legível. Grave-o em UTF-8.") from error
    if b"\x00" in raw[:100_000]:
        raise FileRefused("O arquivo não é um CSV: tem conteúdo binário.")
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), "Windows-1252 (Latin-1)"


def _separator(text: str) -> str:
    """The one that cuts the first line into most columns, outside quotes."""
    first = re.sub(r'"[^"]*"', "", next((line for line in text.splitlines() if line.strip()), ""))
    return max(SEPARATORS, key=first.count)


def _xlsx(path: Path) -> tuple[list[tuple[int, list[Any]]], list[str]]:
    _check_zip(path)

    try:
        sheets, formulas, rows = _sheet(path, computed=False)
        if formulas:  # then what was computed counts, and is another reading
            _, _, rows = _sheet(path, computed=True)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
            SyntaxError, EOFError, zlib.error, zipfile.BadZipFile) as error:  # fmt: skip
        raise FileRefused("O arquivo .xlsx não pôde ser lido. Abra-o e grave de novo, ou use CSV.") from error
    notes = [f"Só a primeira aba (“{sheets[0][:40]}”) foi lida."] if len(sheets) > 1 else []
    kept = dict(rows)
    missing = [where for n, column, where in formulas if _blank(kept.get(n, []), column)]
    if missing:
        shown = ", ".join(missing[:10])
        notes.append(
            f"{grouped(len(missing))} células têm fórmulas sem resultado gravado e contam como vazias ({shown}). "
            "Abra a planilha, calcule e grave, ou cole só os valores."
        )
    return rows, notes


def _blank(row: list[Any], column: int) -> bool:
    return column >= len(row) or row[column] == ""


def _sheet(
    path: Path, *, computed: bool
) -> tuple[list[str], list[tuple[int, int, str]], list[tuple[int, list[Any]]]]:
    """(names of the sheets, formulas of the first, its rows). The size a file declares is not to be trusted."""

    book = openpyxl.load_workbook(path, read_only=True, data_only=computed, keep_links=False)
    try:
        if not book.worksheets:
            raise FileRefused("A planilha não tem nenhuma aba.")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        formulas: list[tuple[int, int, str]] = []
        rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, max_row=MAX_LINES)
        return [w.title for w in book.worksheets], formulas, _bounded(_values(rows, formulas))
    finally:
        book.close()


def _values(rows: Iterable[Any], formulas: list[tuple[int, int, str]]) -> Iterator[list[Any]]:
    empty: Any = None
    for number, cells in enumerate(rows, 1):
        found: list[Any] = []
        # a sheet ends where somebody once painted a cell; the rows it leaves out are all one object
        if cells is empty or all(cell is EMPTY_CELL for cell in cells):
            empty = cells
            yield found
            continue
        for column, cell in enumerate(cells):
            if cell.data_type == "f" and len(formulas) < 1000:
                formulas.append((number, column, cell.coordinate))
            found.append(_cell(cell.value))
        yield found


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (datetime, date, bool)):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value)


def _check_zip(path: Path) -> None:
    """An .xlsx is a zip of XML: neither a bomb nor entities get as far as the parser."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            size = sum(p.file_size for p in parts)
            packed = max(1, sum(p.compress_size for p in parts))
            if len(parts) > MAX_PARTS or size > MAX_EXPANDED or (size > 2**20 and size > packed * MAX_RATIO):
                raise FileRefused("A planilha se expande além do permitido. Grave só a aba com os dados.")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    with package.open(part) as file:
                        _check_xml(file)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError,
            OSError, zlib.error, struct.error, ValueError) as bad:  # fmt: skip
        raise FileRefused("O arquivo não é um .xlsx íntegro.") from bad


def _check_xml(file: IO[bytes]) -> None:
    tail = b""
    while piece := file.read(1024 * 1024):
        seen = tail + piece.replace(b"\x00", b"")  # UTF-16 is read too
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise FileRefused("A planilha traz XML com DOCTYPE ou entidades, o que não é aceito.")
        tail = seen[-16:]
