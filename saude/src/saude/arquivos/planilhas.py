"""CSV and XLSX as tables of text: encodings, separators, formulas, and the limits that keep them small."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from saude.arquivos.guardados import FileRefused

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 2_000
MAX_PARTS = 2_000  # files inside an .xlsx
MAX_EXPANDED = 200 * 1024 * 1024
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
    rows, notes = _xlsx(path) if path.suffix == ".xlsx" else _csv(path)
    numbered = [(n, row) for n, row in enumerate(rows, 1) if any(str(c).strip() for c in row)]
    if len(numbered) < 2:
        raise FileRefused("A planilha precisa de uma linha de títulos e ao menos uma de dados.")
    (_, head), *data = numbered
    titles = [str(c).strip()[:120] for c in head]
    while titles and not titles[-1]:
        titles.pop()
    if not titles:
        raise FileRefused("A primeira linha da planilha precisa ter os títulos das colunas.")
    return Tabela(titles, [(n, row[: len(titles)]) for n, row in data], notes)


def _bounded(rows: Iterator[list[Any]]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for row in rows:
        if len(found) > MAX_ROWS:
            raise FileRefused(f"A planilha tem mais de {MAX_ROWS} linhas. Divida-a e envie as partes.")
        if len(row) > MAX_COLUMNS:
            row = row[:MAX_COLUMNS]
        found.append([c[:MAX_CELL] if isinstance(c, str) else c for c in row])
    return found


def _csv(path: Path) -> tuple[list[list[Any]], list[str]]:
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


def _xlsx(path: Path) -> tuple[list[list[Any]], list[str]]:
    _check_zip(path)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        computed = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        written = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        sheets = computed.sheetnames
        if not sheets:
            raise FileRefused("A planilha não tem nenhuma aba.")
        name = sheets[0]
        missing: list[str] = []
        rows = _bounded(_values(computed[name], written[name], missing))
    except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError, zipfile.BadZipFile) as error:
        raise FileRefused("O arquivo .xlsx não pôde ser lido. Abra-o e grave de novo, ou use CSV.") from error
    notes = [f"Só a primeira aba (“{name[:40]}”) foi lida."] if len(sheets) > 1 else []
    if missing:
        where = ", ".join(missing[:10])
        notes.append(
            f"{len(missing)} células têm fórmulas sem resultado gravado e contam como vazias ({where}). "
            "Abra a planilha, calcule e grave, ou cole só os valores."
        )
    return rows, notes


def _values(computed: Any, written: Any, missing: list[str]) -> Iterator[list[Any]]:
    """Values only; a formula never computed is noted, and is nothing."""
    for sheet in (computed, written):
        sheet.reset_dimensions()  # the size a file declares is not to be trusted
    both = zip_longest(computed.iter_rows(), written.iter_rows(), fillvalue=())
    for values, formulas in both:
        row: list[Any] = []
        for value, formula in zip_longest(values, formulas):
            found = value.value if value is not None else None
            if found is None and formula is not None and formula.data_type == "f" and len(missing) < 1000:
                missing.append(formula.coordinate)
            row.append(_cell(found))
        yield row


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
                        head = file.read(4096).replace(b"\x00", b"")
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise FileRefused("A planilha traz XML com DOCTYPE ou entidades, o que não é aceito.")
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as bad:
        raise FileRefused("O arquivo não é um .xlsx íntegro.") from bad
