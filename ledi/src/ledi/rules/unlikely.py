"""What no page forbids and hardly can be: dates of another unit or century, text of a swapped encoding.

Told as avisos, with codes of the house (`CASA-…`). Where an error already speaks of the field, it speaks alone.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from ledi.findings import AVISO, Finding
from ledi.moments import date_to_millis
from ledi.rules.env import Env, write_path

# A date in seconds read as milliseconds falls within weeks of 1970: 1897 to 2036.
_FROM, RECENT = -2_300_000_000, 2_100_000_000
_HOUR = 3_600_000
_EARLY, LATE = date_to_millis(date(1890, 1, 1)), date_to_millis(date(2100, 1, 1))
FIRST_YEAR = date_to_millis(date(2013, 1, 1))  # e-SUS AB began in 2013
_SECONDS = (
    "O campo {} parece estar em segundos, e por isso cai perto de 1970: o e-SUS pede milissegundos. "
    "Multiplique o número por 1000."
)
_CENTURY = "O campo {} tem uma data improvável (antes de 1890 ou depois de 2099). Confira o ano."
_TOO_EARLY = "A data do atendimento é anterior a 2013, quando o e-SUS começou. Confira a data."

# UTF-8 read as ISO-8859-1 or Windows-1252: Ã, Â or â before what never follows them in a word; or a lost letter.
_CONTINUATION = "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122"
_FIRST = ("Ã", "Â", "â", "\ufffd")


@cache
def _mistyped() -> re.Pattern[str]:
    """Made when the first text needs it: most have none of these letters, and it takes milliseconds."""
    return re.compile(f"[ÂÃ][{_CONTINUATION}]|â[{_CONTINUATION}]{{2}}|\ufffd")


def is_mistyped(text: str) -> bool:
    """Does the text show the marks of a swapped encoding ("JosÃ©", "S\ufffdo")?"""
    return not text.isascii() and any(one in text for one in _FIRST) and _mistyped().search(text) is not None


def is_unlikely(raw: Any, moment: int) -> bool:
    """Is this date (as it came, as epoch ms) to be doubted: of another unit, or of another century?

    A birth of those weeks, by whatever convention, stands on a whole hour: it is not doubted.
    """
    if _FROM < moment < RECENT:
        return raw.__class__ is not str and moment % _HOUR != 0
    return not _EARLY <= moment < LATE


def tell_unlikely(env: Env, tipo: str, where: str) -> None:
    """The avisos on dates; `where` is the path of the date of the attendance."""
    told = {finding.path for finding in env.found}
    for holder, field, path in env.unlikely:
        place = write_path(path, field.name)
        if place not in told and (id(holder), field.name) not in env.broken:
            told.add(place)
            near = _FROM < holder.get(field.name, 0) < RECENT
            _aviso(env, tipo, place, (_SECONDS if near else _CENTURY).format(field.label))
    if env.attendance is not None and env.attendance < FIRST_YEAR and where not in told:
        _aviso(env, tipo, where, _TOO_EARLY)


def _aviso(env: Env, tipo: str, place: str, text: str) -> None:
    env.found.append(Finding(f"CASA-{tipo}-data_improvavel", place, text, AVISO))
