"""Dates and times on the wire: epoch milliseconds.

One convention for a date without a time: **05:00 UTC of that day**. Brazil has lived between UTC-5 (Acre)
and UTC-1 (Noronha in daylight saving time), so 05:00 UTC is between 00:00 and 04:00 of the same day
everywhere in the country and in every year, whatever zone of it the receiver reads it in. A date-time
with an offset is absolute; without one it is local time of the município. Where daylight saving makes a
local time happen twice the first is meant; where it skips one (clocks went from 00:00 to 01:00) the time
is moved on with the clock. Both stay on the day written.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from ledi.errors import LediError
from ledi.tables import closed

_ISO = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY = 86_400_000
_DATE_HOUR = 5 * 3_600_000
_MILLISECOND = timedelta(milliseconds=1)
_MAX_OFFSET = 14 * 60


class MomentError(LediError, ValueError):
    """Not a date or date-time of the ISO 8601 form LEDI records use, or outside the calendar."""


def to_millis(value: str | int, zone: ZoneInfo) -> int:
    """Epoch ms of an ISO 8601 date or date-time; an epoch number passes unchanged. Raises `MomentError`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MomentError(
            "não é uma data (AAAA-MM-DD) nem data e hora (AAAA-MM-DDThh:mm:ss) válida; "
            "mês, dia e hora levam dois dígitos"
        )
    if match["time"] is None:
        return date_to_millis(_date(match["date"]))
    moment = _datetime(match["date"], match["time"]).replace(tzinfo=_zone(match["offset"], zone))
    try:
        return (moment - _EPOCH) // _MILLISECOND
    except OverflowError as error:
        raise MomentError("a data está fora do calendário") from error


def date_to_millis(day: date) -> int:
    """Epoch ms of a pure date: 05:00 UTC (see the module)."""
    return (day.toordinal() - _EPOCH_DAY) * _DAY + _DATE_HOUR


@lru_cache(maxsize=1 << 16)
def day_of(millis: int, zone: ZoneInfo) -> date:
    """The calendar day of a moment in a zone. Raises `MomentError` outside years 1..9999."""
    return local(millis, zone).date()


def ordinal_of(millis: int, zone: ZoneInfo) -> int:
    """`day_of` as a proleptic Gregorian ordinal, to count days with."""
    return day_of(millis, zone).toordinal()


def local(millis: int, zone: ZoneInfo) -> datetime:
    """The moment on the clock of a zone. Raises `MomentError` outside years 1..9999."""
    try:
        return (_EPOCH + timedelta(milliseconds=millis)).astimezone(zone)
    except OverflowError as error:
        raise MomentError("a data está fora do calendário") from error


def competencia_of(millis: int, zone: ZoneInfo) -> str:
    """Month of the moment, "AAAAMM"."""
    day = day_of(millis, zone)
    return f"{day.year:04d}{day.month:02d}"


@lru_cache(maxsize=1 << 13)
def zone_of(ibge: str) -> ZoneInfo:
    """Time zone of a município by its IBGE code (or of a state by its two digits). Raises `MomentError`."""
    table = _zones()
    name = table.get(ibge) or table.get(ibge[:2])
    if name is None:
        raise MomentError("o código IBGE não é de nenhum estado: o fuso horário não se conhece")
    return ZoneInfo(name)


def add_years(day: date, years: int) -> date:
    """The day `years` later (or earlier, when negative).

    29 February lands on 1 March of a common year when going forward (Código Civil, art. 132 § 3: the age is
    completed on the next day) and on 28 February when going back, so that `add_years(birth, n) <= day` and
    `birth <= add_years(day, -n)` say the same.
    """
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise MomentError("a data está fora do calendário")
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1) if years > 0 else date(year, 2, 28)


def age_in_years(birth: date, at: date) -> int:
    """Completed years; negative before birth."""
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def age_in_months(birth: date, at: date) -> int:
    """Completed months; negative before birth. Who is born on a 31st completes a shorter month on the 1st."""
    return (at.year - birth.year) * 12 + at.month - birth.month - (at.day < birth.day)


@lru_cache(maxsize=1 << 14)
def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MomentError("a data não existe no calendário") from error


def _datetime(day: str, time: str) -> datetime:
    clock, _, fraction = time.replace(",", ".").partition(".")
    hour, minute, second = (*map(int, clock.split(":")), 0)[:3]
    if hour > 23 or minute > 59 or second > 59:
        raise MomentError("a hora não existe: vai de 00:00:00 a 23:59:59")
    at = _date(day)
    return datetime(at.year, at.month, at.day, hour, minute, second, int(f"{fraction:0<6.6}"))


def _zone(offset: str | None, zone: ZoneInfo) -> ZoneInfo | timezone:
    if offset is None:
        return zone
    if offset in "Zz":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    if int(offset[-2:]) > 59 or minutes > _MAX_OFFSET:
        raise MomentError("a diferença de fuso não existe: vai de -14:00 a +14:00")
    return timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes))


@cache
def _zones() -> dict[str, str]:
    return {row["prefixo"]: row["fuso"] for row in closed.rows("fusos")}
