"""What somebody who typed a value is told of it, where the rule's own words are not of what was typed."""

import re
from datetime import date
from typing import Any

from ledi.layouts import Field

ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T.*)?")
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")
METRES = (0.3, 2.6)  # a height in metres, where centimetres are asked for


def explain(field: Field, value: Any) -> str:
    """ "" when there is nothing better to say than the rule does."""
    if field.is_date and isinstance(value, str):
        return _no_such_day(field, value.strip())
    if field.type.kind == "double" and field.label.endswith("(cm)"):
        return _metres(field, value)
    return ""


def _no_such_day(field: Field, text: str) -> str:
    if found := ISO_DAY.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        return ""
    try:
        date(year, month, day)
    except ValueError:
        return f"{field.label}: {day:02}/{month:02}/{year:04} não existe. Confira o dia e o mês."
    return ""


def _metres(field: Field, value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d[.,]\d{1,2}", value.strip()):
        value = float(value.strip().replace(",", "."))
    if not isinstance(value, float) or not METRES[0] <= value <= METRES[1]:
        return ""
    label = field.label.removesuffix("(cm)").strip()
    return (
        f"{label}: {str(value).replace('.', ',')} é em metros. Aqui é em centímetros: {round(value * 100)}."
    )
