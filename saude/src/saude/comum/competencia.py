"""A competência: the month AAAAMM of the production."""

import calendar
from datetime import date


def first_day(competencia: str) -> date:
    return date(int(competencia[:4]), int(competencia[4:]), 1)


def last_day(competencia: str) -> date:
    year, month = int(competencia[:4]), int(competencia[4:])
    return date(year, month, calendar.monthrange(year, month)[1])


class Competencia:
    regex = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])"  # years whose neighbours are dates too

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
