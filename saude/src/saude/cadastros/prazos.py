"""The deadline of a competência: 10th business day of the next month, national holidays only.

Three sources, the first that speaks wins: what the entidade set by hand (Prazo), the dates the Ministry
published (dados/prazos_publicados.csv), the rule of Portaria SAPS 4/2021.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from saude.cadastros.models import Entidade, Feriado, Prazo

DATA = Path(__file__).parent / "dados"
BUSINESS_DAYS = 10


@dataclass(frozen=True)
class Deadline:
    competencia: str
    data: date
    origem: str  # "informado" | "publicado" | "regra"
    motivo: str = ""


def deadline(entidade: Entidade, competencia: str) -> Deadline:
    """When the production of `competencia` (AAAAMM) is due."""
    return deadlines(entidade, [competencia])[competencia]


def deadlines(entidade: Entidade, competencias: list[str]) -> dict[str, Deadline]:
    """The same for many, in two queries."""
    prazos = {p.competencia: p for p in Prazo.objects.filter(entidade=entidade, competencia__in=competencias)}
    extra = frozenset(Feriado.objects.filter(entidade=entidade).values_list("data", flat=True))
    return {c: _deadline(c, prazos.get(c), extra) for c in competencias}


def _deadline(competencia: str, prazo: Prazo | None, extra: frozenset[date]) -> Deadline:
    if prazo:
        return Deadline(competencia, prazo.data, "informado", prazo.motivo)
    if published := published_deadlines().get(competencia):
        return Deadline(competencia, published, "publicado")
    return Deadline(competencia, by_rule(competencia, extra), "regra")


def by_rule(competencia: str, extra: frozenset[date] = frozenset()) -> date:
    """10th business day of the month after `competencia`."""
    year, month = int(competencia[:4]), int(competencia[4:])
    day = date(year + month // 12, month % 12 + 1, 1)
    holidays = national_holidays(day.year).keys() | extra
    left = BUSINESS_DAYS
    while True:
        if day.weekday() < 5 and day not in holidays:
            left -= 1
            if left == 0:
                return day
        day += timedelta(days=1)


@cache
def national_holidays(year: int) -> dict[date, str]:
    """National holidays of a year, in order (Carnival and Corpus Christi are not holidays by law)."""
    from holidays.countries.brazil import Brazil  # noqa: PLC0415 (half a second: only once a date is asked for)

    return dict(sorted(Brazil(years=year, language="pt_BR").items()))


@cache
def published_deadlines() -> dict[str, date]:
    with open(DATA / "prazos_publicados.csv", encoding="utf-8", newline="") as file:
        return {row["competencia"]: date.fromisoformat(row["data"]) for row in csv.DictReader(file)}
