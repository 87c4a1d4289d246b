"""Which fichas a change of table or of registration may touch: ids of those judged and not exported.

Without models: a release is held against every ficha of the entidade.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia

Post = tuple[str, str, str, str, date]  # CNS, CBO, CNES, INE, day
#: those that have been judged and may be judged again without anyone asking
JUDGED = (Situacao.PROCESSADA, Situacao.INCONSISTENTE)
_JUDGED = "f.entidade_id = %(e)s AND f.situacao IN ('processada', 'inconsistente')"


def main_posts(entidade_id: int) -> Counter[Post]:
    """Main posts of the fichas with their number."""
    query = (
        "SELECT f.profissional_cns, f.cbo, f.cnes, f.ine, f.data, count(*) FROM fichas_ficha f "
        f"WHERE {_JUDGED} AND f.data IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"e": entidade_id})
        return Counter({tuple(row[:5]): row[5] for row in cursor.fetchall()})


def of_posts(entidade_id: int, posts: Sequence[Post]) -> Iterator[int]:
    """Those whose main post is one of these."""
    if not posts:
        return
    columns = [list(column) for column in zip(*posts, strict=True)]
    query = (
        "SELECT f.id FROM fichas_ficha f JOIN unnest(%(a)s::text[], %(b)s::text[], %(c)s::text[], "
        "%(d)s::text[], %(day)s::date[]) AS v(cns, cbo, cnes, ine, dia) "
        "ON v.cns = f.profissional_cns AND v.cbo = f.cbo "
        f"AND v.cnes = f.cnes AND v.ine = f.ine AND v.dia = f.data WHERE {_JUDGED} ORDER BY f.id"
    )
    yield from _ids(query, {"e": entidade_id, **dict(zip(("a", "b", "c", "d", "day"), columns, strict=True))})


def with_second_post(
    entidade_id: int, tipos: Collection[str], pattern: str, people: Sequence[str] | None
) -> Iterator[int]:
    """Those that name one of these people (CNS; None: anybody) beside the main post, by what `pattern` matches."""
    given: dict[str, Any] = {"e": entidade_id, "tipos": list(tipos), "pattern": pattern}
    content = "c.registro ~ %(pattern)s"
    if people is not None:
        given |= {"cns": [f'%"{cns}"%' for cns in people], "mine": list(people)}
        content = f"c.registro LIKE ANY(%(cns)s) AND (NOT f.profissional_cns = ANY(%(mine)s) OR {content})"
    query = (
        "SELECT f.id FROM fichas_ficha f JOIN fichas_conteudo c ON c.ficha_id = f.id "
        f"WHERE {_JUDGED} AND f.tipo = ANY(%(tipos)s) AND {content}"
    )
    yield from _ids(query, given)


def of_days(
    entidade_id: int,
    tipos: Collection[str],
    since: date,
    until: date | None,
    codes: Collection[str] | None = None,
) -> Iterator[int]:
    """Those of these kinds and days, in order; with `codes`, only those that have one of them as a text."""
    given: dict[str, Any] = {"e": entidade_id, "tipos": list(tipos), "since": since, "until": until}
    where = (
        f"{_JUDGED} AND f.tipo = ANY(%(tipos)s) "
        "AND f.data >= %(since)s AND (%(until)s::date IS NULL OR f.data < %(until)s)"
    )
    if codes is not None:
        given["codes"] = [f'%"{code}"%' for code in codes]
        where += (
            " AND EXISTS (SELECT 1 FROM fichas_conteudo c WHERE c.ficha_id = f.id"
            " AND c.registro LIKE ANY(%(codes)s))"
        )
    yield from _ids(f"SELECT f.id FROM fichas_ficha f WHERE {where} ORDER BY f.id", given)


def with_findings(entidade_id: int, **of: Any) -> QuerySet[Inconsistencia, int]:
    """Ids of those with an open finding; `of` narrows the findings (`codigo__in`, `ficha__data__gte`…)."""
    rows = Inconsistencia.objects.filter(
        entidade=entidade_id, encerrada_em=None, ficha__situacao__in=JUDGED, **of
    )
    return rows.values_list("ficha_id", flat=True)


def _ids(query: str, given: dict[str, Any]) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(5000):
            yield from (row[0] for row in rows)
