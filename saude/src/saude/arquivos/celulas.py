"""What a cell of a spreadsheet means: its wire value, the zeros it lost, and what a sheet takes when it is none."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ledi.layouts import Field
from saude.comum.texto import fold
from saude.formularios import campos, dicas, ler

DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2}))?")
SHORT_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})(?:[ T].*)?")
SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?[eE]\+?\d+")
EXCEL_EPOCH = date(1899, 12, 30)
YES = frozenset("sim s x 1 true verdadeiro v".split())
NO = frozenset("nao n 0 false falso f".split())
#: format -> how many digits a code has, where the layout does not say it as min and max
WIDTHS = {"cpf": 11, "cns": 15, "cnes": 7, "ine": 10, "ibge": 7, "cbo": 6, "procedimento": 10}
#: format -> how many zeros such a code may begin with: no more were lost. A CNS and an IBGE code begin with none
ZEROS = {"cpf": 10, "cns": 0, "cnes": 6, "ine": 9, "ibge": 0, "cbo": 1, "procedimento": 1}


def width(field: Field) -> int:
    """How many digits a code of this field always has; 0 when it is none or they differ."""
    item = field.type.item or field.type
    if item.kind != "string":
        return 0
    if found := WIDTHS.get(_format(field)):
        return found
    fixed = field.min is not None and field.min == field.max and field.format is None
    return int(field.min or 0) if fixed and field.type.kind == "string" else 0


def padded(field: Field, text: str) -> str:
    """The code with the zeros that a spreadsheet took from its front; any other text as it is."""
    size = width(field)
    if not size or not re.fullmatch(r"[\d. /-]+", text):
        return text
    digits = re.sub(r"\D", "", text)
    lost = size - len(digits)
    return digits.zfill(size) if 0 < lost <= ZEROS.get(_format(field), 1) else digits


def padded_codes(field: Field, cell: Any) -> Iterator[tuple[str, str]]:
    """(as it came, as it is taken) of each code of a cell that had lost zeros."""
    if isinstance(cell, (bool, date)):
        return
    whole = str(cell).strip()
    for text in _parts(whole) if field.type.kind == "list" else [whole]:
        found = padded(field, text)
        if len(found) > len(re.sub(r"\D", "", text)) and found != text:
            yield text, found


def _format(field: Field) -> str:
    return field.format or ("procedimento" if campos.source_of(field) == "procedimentos" else "")


def _parts(text: str) -> list[str]:
    return [p.strip() for p in re.split(r"[;,\n|]", text) if p.strip()]


def explain_spoilt(field: Field, value: Any) -> str:
    """What a sheet takes in this field, for a value that Excel or a habit spoilt; "" when that is not its trouble."""
    text = value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    if field.is_date:
        return _explain_day(field, text)
    if SCIENTIFIC.fullmatch(text) and field.type.kind != "double":
        return (
            f"“{text[:20]}” é um número que o Excel abreviou: os algarismos se perderam. Formate a coluna "
            f"{field.label} como Texto e digite os números de novo, por inteiro."
        )
    return dicas.explain(field, value)


def _explain_day(field: Field, text: str) -> str:
    takes = "Escreva dia/mês/ano com quatro algarismos no ano, como 15/10/2026"
    if field.format == "datahora":
        takes += " 08:30"
    if found := SHORT_DAY.fullmatch(text):
        return f"{field.label}: “{text[:20]}” tem o ano com dois algarismos ({found[3]}). {takes}."
    if found := SERIAL.fullmatch(text):
        day = EXCEL_EPOCH + timedelta(days=int(found[1]))
        return (
            f"{field.label}: “{text[:20]}” é o número com que o Excel guarda uma data (seria {day:%d/%m/%Y}). "
            f"Formate a coluna como Data. {takes}."
        )
    if SCIENTIFIC.fullmatch(text):
        return f"{field.label}: “{text[:20]}” é um número, não uma data. {takes}."
    return dicas.explain(field, text)


def cell_value(field: Field, cell: Any, zone: ZoneInfo) -> Any:
    """The wire value of a cell; what the field does not take stays text, and the rules say so."""
    if isinstance(cell, bool):
        cell = "sim" if cell else "nao"
    if isinstance(cell, datetime):
        hour = field.format == "datahora"
        return cell.isoformat(timespec="minutes") if hour else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).replace("\x00", "").strip()
    if not text:
        return None
    kind = campos.widget(field)
    if kind == "booleano":
        return text if _yes(text) is None else _yes(text)
    if kind in ("opcoes", "varios"):
        parts = [padded(field, _code(field, p)) for p in _parts(text)]
        return ler.parse(field, ["\n".join(parts)] if kind == "varios" else parts, None, zone)
    if field.is_date and (found := DAY.fullmatch(text)):
        d, m, y, hh, mm = found.groups()
        text = f"{y}-{int(m):02}-{int(d):02}" + (f"T{int(hh):02}:{mm}" if hh and kind == "datahora" else "")
        return text
    if width(field):
        text = padded(field, text)
    return ler.parse(field, [_code(field, text)], None, zone)


def shown(cell: Any) -> str:
    """A cell as its owner wrote it."""
    if isinstance(cell, bool):
        return "Sim" if cell else "Não"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if (cell.hour, cell.minute) != (0, 0) else f"{cell:%d/%m/%Y}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell).strip()


def _yes(text: str) -> bool | None:
    folded = fold(text).lower()
    return True if folded in YES else False if folded in NO else None


def _code(field: Field, text: str) -> str:
    """`2 - Tarde` and `Tarde` are the code 2 of the list of the field."""
    if not field.domain:
        return text
    labels = campos.domain_labels(field.domain)
    head = text.partition(" - ")[0].strip()
    if any(str(code) == head for code in labels):
        return head
    folded = fold(text)
    return next((str(code) for code, label in labels.items() if fold(label) == folded), text)
