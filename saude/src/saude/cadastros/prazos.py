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
    """National holidays of a year (Carnival and Corpus Christi are not holidays by law)."""
    with open(DATA / "feriados_nacionais.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if year >= int(row["desde"] or 0)]
    fixed = {date.fromisoformat(f"{year}-{row['dia']}"): row["nome"] for row in rows}
    return {**fixed, easter(year) - timedelta(days=2): "Sexta-feira Santa"}


def easter(year: int) -> date:
    """Gregorian Easter (anonymous algorithm, Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    m = (a + 11 * h) // 319
    i, k = c // 4, c % 4
    p = (2 * e + 2 * i - k - h + m + 32) % 7
    n = (h - m + p + 90) // 25
    return date(year, n, (h - m + p + n + 19) % 32)


@cache
def published_deadlines() -> dict[str, date]:
    with open(DATA / "prazos_publicados.csv", encoding="utf-8", newline="") as file:
        return {row["competencia"]: date.fromisoformat(row["data"]) for row in csv.DictReader(file)}
