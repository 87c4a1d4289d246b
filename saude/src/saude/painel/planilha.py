"""A list as XLSX, written as a stream: one sheet, no library needed.

Days and moments are true dates, texts stay texts (never a formula, not even when the cell is edited), the header
stands still and filters.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape

from django.http import FileResponse
from django.utils import timezone

from saude.web.planilha import FORMULA_STARTS

TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/'
    'workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}"/></Relationships>'
)
BOOK_RELS = RELS.replace(
    "</Relationships>",
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
    'Target="styles.xml"/></Relationships>',
)
BOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Lista" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews><cols>{cols}</cols><sheetData>'
)
#: places in the list of formats: a text, the header, a day, a moment, a text that begins as a formula does
TEXT, HEADER, DAY, MOMENT, QUOTED = range(5)
STYLES = (
    '<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" '
    'formatCode="dd/mm/yyyy hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/><xf quotePrefix="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
WIDEST = 60
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_576  # of the format
FORBIDDEN = {n: None for n in range(32) if n not in (9, 10, 13)}


def xlsx_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The sheet goes to a temporary file first: constant memory, and a length the browser can show."""
    file = tempfile.TemporaryFile()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        package.writestr("xl/workbook.xml", BOOK)
        package.writestr(
            "xl/_rels/workbook.xml.rels", BOOK_RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        package.writestr("xl/styles.xml", STYLES)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            _write(sheet, header, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=MIME)


def _write(sheet: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{min(WIDEST, max(12, len(title) + 4))}" customWidth="1"/>'
        for n, title in enumerate(header, 1)
    )
    sheet.write((SHEET.format(cols=widths) + _row(header, HEADER)).encode())
    last = 1
    for last, row in enumerate(rows, 2):
        if last > MAX_ROWS:
            break
        sheet.write(_row(row).encode())
    reach = f"A1:{column(len(header))}{min(last, MAX_ROWS)}"
    sheet.write(f'</sheetData><autoFilter ref="{reach}"/></worksheet>'.encode())


def column(number: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _row(cells: Sequence[Any], style: int = TEXT) -> str:
    return f"<row>{''.join(_cell(c, style) for c in cells)}</row>"


def _cell(value: Any, style: int = TEXT) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        day = (local.date() - EPOCH).days
        return f'<c s="{MOMENT}"><v>{day + (local.hour * 60 + local.minute) / 1440:.8f}</v></c>'
    if isinstance(value, date) and value > EPOCH:
        return f'<c s="{DAY}"><v>{(value - EPOCH).days}</v></c>'
    text = str(value if value is not None else "").translate(FORBIDDEN)
    style = QUOTED if text.startswith(FORMULA_STARTS) else style
    mark = f' s="{style}"' if style else ""
    return f'<c{mark} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
