"""A competência: the month AAAAMM of the production."""

import calendar
import re
from datetime import date

#: in the place of a competência: of the fichas whose date cannot be read, which belong to none
SEM_DATA = "000000"


def first_day(competencia: str) -> date:
    return date(int(competencia[:4]), int(competencia[4:]), 1)


def last_day(competencia: str) -> date:
    year, month = int(competencia[:4]), int(competencia[4:])
    return date(year, month, calendar.monthrange(year, month)[1])


MONTHS = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split()
FIRST = "201301"  # the e-SUS began in 2013


def in_words(competencia: str) -> str:
    return f"{MONTHS[int(competencia[4:]) - 1]} de {competencia[:4]}"


def in_files(competencia: str, undated: str = "sem data") -> str:
    """In a cell of a sheet or the name of a file: AAAAMM, or words where there is no date."""
    return undated if competencia == SEM_DATA else competencia


def unlikely(competencia: str, today: date) -> str:
    """Why hardly any production can be of this month, as a sentence; "" when there is nothing to say."""
    if competencia == SEM_DATA:
        return ""
    if competencia < FIRST:
        return (
            "o e-SUS começou em 2013. Uma data enviada em segundos, e não em milissegundos, cai perto de 1970. "
            "Confira a data das fichas antes de exportar."
        )
    if competencia > f"{today:%Y%m}":
        return "é um mês que ainda não chegou. Confira a data das fichas e o relógio de quem as enviou."
    return ""


def readable(text: str) -> str:
    """What an address or a form asks for: a competência, SEM_DATA, or "" for neither."""
    return text if text == SEM_DATA or re.fullmatch(Competencia.regex, text) else ""


class Competencia:
    regex = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])"  # years whose neighbours are dates too

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
