"""A list as XLSX, written as a stream: one sheet of inline texts, no library needed."""

import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.http import FileResponse

TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/'
    'workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="Lista" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main"><sheetData>'
)
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
            "xl/_rels/workbook.xml.rels", RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((SHEET + _row(header)).encode())
            for number, row in enumerate(rows, 2):
                if number > MAX_ROWS:
                    break
                sheet.write(_row(row).encode())
            sheet.write(b"</sheetData></worksheet>")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=MIME)


def _row(cells: Sequence[Any]) -> str:
    return f"<row>{''.join(_cell(c) for c in cells)}</row>"


def _cell(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    text = escape(str(value if value is not None else "").translate(FORBIDDEN))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
