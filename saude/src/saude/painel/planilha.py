"""A list as XLSX, written as a stream: one sheet, no library needed.

Numbers, days and moments are true ones, texts stay texts (never a formula, not even when the cell is edited), the
header stands still and filters. A `Link` opens an address.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

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
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews><cols>{cols}</cols><sheetData>'
)
#: places in the list of formats: a text, the header, a day, a moment, a text that begins as a formula does, a link
TEXT, HEADER, DAY, MOMENT, QUOTED, LINKED = range(6)
STYLES = (
    '<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" '
    'formatCode="dd/mm/yyyy hh:mm"/></numFmts><fonts count="3"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font><font><u/><sz val="11"/><color rgb="FF1351B4"/>'
    '<name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
    '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="6"><xf/>'
    '<xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/><xf quotePrefix="1"/>'
    '<xf fontId="2" applyFont="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
WIDEST = 60
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_576  # of the format
MAX_LINKS = 65_000  # a little less than Excel opens
LINKS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships">{}</Relationships>'
)
LINK = (
    '<Relationship Id="rId{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
    'Target={} TargetMode="External"/>'
)
FORBIDDEN = {n: None for n in range(32) if n not in (9, 10, 13)}


class Link(NamedTuple):
    """A cell that says `texto` and opens `endereco`, which is ours: never what somebody typed."""

    texto: Any
    endereco: str


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
            addresses = _write(sheet, header, rows)
        if addresses:
            told = "".join(LINK.format(n, quoteattr(to)) for n, to in enumerate(addresses, 1))
            package.writestr("xl/worksheets/_rels/sheet1.xml.rels", LINKS.format(told))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=MIME)


def _write(sheet: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The addresses of its links."""
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{min(WIDEST, max(12, len(title) + 4))}" customWidth="1"/>'
        for n, title in enumerate(header, 1)
    )
    sheet.write((SHEET.format(cols=widths) + _row(header, HEADER)).encode())
    last, links = 1, list[tuple[str, str]]()
    for last, row in enumerate(islice(rows, MAX_ROWS - 1), 2):
        links += [(f"{column(n)}{last}", x.endereco) for n, x in enumerate(row, 1) if isinstance(x, Link)]
        sheet.write(_row(row).encode())
    del links[MAX_LINKS:]
    sheet.write(f'</sheetData><autoFilter ref="A1:{column(len(header))}{last}"/>'.encode())
    if links:
        told = "".join(f'<hyperlink ref="{at}" r:id="rId{n}"/>' for n, (at, _) in enumerate(links, 1))
        sheet.write(f"<hyperlinks>{told}</hyperlinks>".encode())
    sheet.write(b"</worksheet>")
    return [to for _, to in links]


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
    if isinstance(value, Link):
        value, style = value.texto, LINKED
    mark = f' s="{style}"' if style else ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and isfinite(value):
        return f"<c{mark}><v>{value}</v></c>"
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
