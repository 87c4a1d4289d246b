"""Empty spreadsheets to fill: titles that are recognised, lists to choose from, and what each column takes."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ledi.layouts import Field
from saude.arquivos.celulas import width
from saude.arquivos.colunas import Alvo
from saude.formularios import campos

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES = 1000  # that offer the list of codes
HEAD = PatternFill("solid", fgColor="1351B4")
NEEDED = PatternFill("solid", fgColor="071D41")
HOW = {
    "booleano": "Sim ou Não",
    "data": "dia/mês/ano, como 15/09/2026",
    "datahora": "dia/mês/ano hora:minuto, como 15/09/2026 08:30",
    "inteiro": "número inteiro",
    "decimal": "número, com vírgula ou ponto",
}


def workbook(ficha: str, alvos: Sequence[Alvo], listas: Mapping[str, Mapping[str, str]]) -> io.BytesIO:
    """`listas`: path -> code and label of what the field takes."""
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = ficha[:31].replace("/", "-")
    _titles(sheet, alvos)
    places = _domains(book.create_sheet("Códigos aceitos"), alvos, listas)
    _fields(book.create_sheet("Como preencher"), alvos)
    for number, alvo in enumerate(alvos, 1):
        if alvo.caminho in places and alvo.campo and alvo.campo.type.kind != "list":
            first, last = places[alvo.caminho]
            offered = DataValidation("list", f"'Códigos aceitos'!$B${first}:$B${last}", allow_blank=True)
            offered.showErrorMessage = False  # the code alone is as good
            letter = get_column_letter(number)
            offered.add(f"{letter}2:{letter}{LINES}")
            sheet.add_data_validation(offered)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def _titles(sheet: Worksheet, alvos: Sequence[Alvo]) -> None:
    sheet.append([a.rotulo for a in alvos])
    for number, (cell, alvo) in enumerate(zip(sheet[1], alvos, strict=True), 1):
        needed = alvo.campo is not None and alvo.campo.required == "sim"
        _head(cell, NEEDED if needed else HEAD)
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = min(34, max(12, len(alvo.rotulo) + 2))
        if alvo.campo and width(alvo.campo):
            column.number_format = "@"  # text: Excel would take the zeros in front and the 15th digit away
    sheet.freeze_panes = "A2"


def _head(cell: Any, fill: PatternFill = HEAD) -> None:
    cell.font, cell.fill = Font(bold=True, color="FFFFFF"), fill
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _domains(
    sheet: Worksheet, alvos: Sequence[Alvo], listas: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[int, int]]:
    """Path -> its first and last line."""
    sheet.append(["Campo", "Código - descrição"])
    places: dict[str, tuple[int, int]] = {}
    for alvo in alvos:
        labels = listas.get(alvo.caminho)
        if labels:
            places[alvo.caminho] = (sheet.max_row + 1, sheet.max_row + len(labels))
            for code, label in labels.items():
                sheet.append([alvo.rotulo, f"{code} - {label}"])
    _widths(sheet, (36, 70))
    return places


def _fields(sheet: Worksheet, alvos: Sequence[Alvo]) -> None:
    sheet.append(["Coluna", "Obrigatória", "Como preencher"])
    for alvo in alvos:
        needed = {"sim": "sim", "condicional": "conforme o caso"}.get(
            alvo.campo.required if alvo.campo else ""
        )
        sheet.append([alvo.rotulo, needed or "não", how(alvo.campo)])
    _widths(sheet, (44, 16, 80))


def how(field: Field | None) -> str:
    """What a cell of this field takes."""
    if field is None:
        return "Deixe em branco para que cada linha seja uma ficha"
    many = " Vários separados por ponto e vírgula." if field.type.kind == "list" else ""
    if field.domain and campos.domain_labels(field.domain):
        return f"O código, a descrição ou os dois, da aba “Códigos aceitos”.{many}"
    if digits := width(field):
        return f"{digits} dígitos, como texto.{many}"
    return HOW.get(campos.widget(field), "texto").capitalize() + f".{many}"


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for number, wide in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = wide
    for cell in sheet[1]:
        _head(cell)
    sheet.freeze_panes = "A2"
