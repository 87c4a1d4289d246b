"""The production of one competência by unit, team or professional, in the definitions of the panel (`LinhaPainel`).

Counted from the fichas of the month when asked: the kept counts know neither team nor professional. The month is
said by its days, which have an index.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.comum.competencia import first_day, last_day
from saude.fichas.contagens import COUNTED, LinhaPainel, lines_by
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao

#: how a page groups -> the column of the ficha
GROUPS = {"unidade": "cnes", "equipe": "ine", "profissional": "profissional_cns"}


@dataclass(slots=True)
class Dia:
    fichas: int = 0
    cidadaos: int = 0


def of_month(entidade: Entidade, competencia: str, *, cnes: Areas, **where: Any) -> QuerySet[Ficha]:
    """All that is in any count."""
    days = (first_day(competencia), last_day(competencia))
    rows = in_areas(Ficha.objects.filter(entidade=entidade, data__range=days, **where), cnes)
    return rows.exclude(situacao=Situacao.DESCARTADA).order_by()


def by_group(entidade: Entidade, competencia: str, group: str, *, cnes: Areas) -> dict[str, LinhaPainel]:
    """Code of the unit, team or professional ("": the ficha names none) -> its line."""
    rows = of_month(entidade, competencia, cnes=cnes)
    return lines_by(entidade, rows, GROUPS[group], Count("pk"), competencia=competencia)


def by_kind(entidade: Entidade, fichas: QuerySet[Ficha], competencia: str) -> dict[str, LinhaPainel]:
    return lines_by(entidade, fichas, "tipo", Count("pk"), competencia=competencia)


def citizens(fichas: QuerySet[Ficha]) -> dict[str, int]:
    """Kind -> citizens on its fichas."""
    return dict(fichas.values_list("tipo").annotate(n=Sum("n_cidadaos")))


def by_day(fichas: QuerySet[Ficha]) -> list[tuple[date, Dia]]:
    rows = fichas.values_list("data").annotate(n=Count("pk"), c=Sum("n_cidadaos")).order_by("data")
    return [(day, Dia(n, c)) for day, n, c in rows if day]


def summed(lines: Iterable[LinhaPainel], competencia: str) -> LinhaPainel:
    whole = LinhaPainel(competencia)
    for line in lines:
        for name in (*COUNTED.values(), "nao_exportaveis"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole
