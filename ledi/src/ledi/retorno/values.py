"""Cells of the Ministry's reports as values. A cell that cannot be one is None: its text is never repeated."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Any

_SPACES = " \t\r\n\u00a0\ufeff"
_MONTHS = "jan fev mar abr mai jun jul ago set out nov dez".split()
_SMALL_WORDS = frozenset("a as o os e da das de do dos".split())
_DASHES = frozenset(("", "-", "–", "—"))
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")
_COUNT = re.compile(r"\d{1,15}(?:[.,]0+)?")
_GROUPED = re.compile(r"\d{1,3}(?:([. \u00a0,])\d{3})(?:\1\d{3})*")
_GROUPED_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}(?:[.,]\d{1,15})?")
_COMPETENCIA = re.compile(
    r"(?<!\d)(?:(\d{1,2})/(\d{4})|(\d{4})[-/]?(\d{2})|([a-z]{3})[a-z]*(?:/| de | )(\d{4}|\d{2}))(?!\d)"
)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without accents, case and punctuation: "Município:" and "MUNICIPIO" are the same."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in bare if not unicodedata.combining(c))))


@lru_cache(maxsize=1024)
def heading(text: str) -> str:
    """A column's name, also without the small words ("de")."""
    return " ".join(word for word in plain(text).split() if word not in _SMALL_WORDS)


def cell_text(cell: Any) -> str:
    """A cell as text: the TAB that SIAPS ends cells with, spaces and a spreadsheet's ".0" are not part of it."""
    if isinstance(cell, str):
        return cell.strip(_SPACES)
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip(_SPACES)


def optional(cell: Any) -> str | None:
    """The text, None for empty and for the dash that stands for it."""
    text = cell_text(cell)
    return None if text in _DASHES else text


def digits(cell: Any, length: int) -> str | None:
    """A code of that many digits, with the zeros that spreadsheets eat; None when there is none."""
    text = cell_text(cell)
    return text.zfill(length) if text.isascii() and text.isdigit() and len(text) <= length else None


def iso_date(cell: Any) -> str | None:
    """AAAA-MM-DD of dd/mm/aaaa (with or without the hour), of ISO, or of a spreadsheet's date."""
    return cell.isoformat()[:10] if isinstance(cell, datetime | date) else _date_text(cell_text(cell))


@lru_cache(maxsize=1024)
def _date_text(text: str) -> str | None:
    if found := _DATE.fullmatch(text):
        day, month, year = found.groups()
    elif found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    else:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
    except ValueError:
        return None


def count(cell: Any) -> int | None:
    """A whole number, with or without the dots of thousands."""
    text = cell_text(cell)
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"\D", "", text)) if len(text) < 25 else None
    return int(re.split("[.,]", text)[0]) if _COUNT.fullmatch(text) else None


def number(cell: Any, mark: str) -> int | float | None:
    """A number; `mark` is the file's decimal mark, and the other one is understood where it can only be that.

    An int where the text has no decimals, so that 63 stays 63.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    text = cell_text(cell).removesuffix("%").rstrip()
    if mark == "," and "." in text and (found := _GROUPED.fullmatch(text)) and found[1] == ".":
        return int(text.replace(".", "")) if text[0] != "0" else float(text)
    if _GROUPED_DECIMAL.fullmatch(text):
        text = text.replace(".", "")
    if not _DECIMAL.fullmatch(text):
        return None
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)


def competencia(text: str) -> str | None:
    """AAAAMM of "09/2026", "202609", "SET/26", "setembro de 2026"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    found = _COMPETENCIA.search(bare)
    if not found:
        return None
    month, year, year_first, month_last, name, year_of_name = found.groups()
    if name:
        if name not in _MONTHS:
            return None
        year, month = year_of_name, str(_MONTHS.index(name) + 1)
    year, month = year or year_first, month or month_last
    return f"{int(year) + (2000 if len(year) == 2 else 0)}{int(month):02}" if 1 <= int(month) <= 12 else None


def moment(text: str) -> str | None:
    """AAAA-MM-DDTHH:MM of "20 de novembro de 2026 - 17:42h"."""
    found = re.search(r"(\d{1,2}) de ([a-zç]{3})\w* de (\d{4})\D+(\d{1,2}):(\d{2})", text.casefold())
    if not found or found[2].replace("ç", "c") not in _MONTHS:
        return None
    try:
        month = _MONTHS.index(found[2].replace("ç", "c")) + 1
        made = datetime(int(found[3]), month, int(found[1]), int(found[4]), int(found[5]))
    except ValueError:
        return None
    return made.isoformat(timespec="minutes")
