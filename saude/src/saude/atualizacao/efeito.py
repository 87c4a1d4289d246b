"""What a release does to the fichas not exported: which ones may change, how many it breaks or mends."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from ledi.tables import vinculo
from saude.cadastros.models import Entidade
from saude.referencias.models import Publicacao
from saude.referencias.tables import Cnes, DatabaseTables

#: those that have been judged and may be judged again without anyone asking
JUDGED = "f.entidade_id = %(e)s AND f.situacao IN ('processada', 'inconsistente')"
#: tipos whose fichas name more professionals than the columns of Ficha tell
OTHER_POSTS = ("FAI", "FAO", "FAD", "FAE", "FAC", "FCC")
#: tipos that a SIGTAP release may change: procedures, exams, CID10, CBO
WITH_CODES = ("FAI", "FAO", "FAD", "FAE", "FAC", "FCC", "FCI", "FP", "FV")
SECOND_POST = "lotacaoFormAtendimentoCompartilhado|finalizadorObservacao|cnsProfissional|solicitante"
#: what is told from the registrations alone while there is no CNES release (saude.fichas.contexto)
REGISTERED = ("TRANSPORTE-D-003-1", "TRANSPORTE-D-005-1", "HEADER-U-001-2", "HEADER-L-001-2")
MAX_PATTERNS = 300
Post = tuple[str, str, str, str, date]  # CNS, CBO, CNES, INE, day


@dataclass(slots=True)
class Efeito:
    """Numbers of fichas, by the main post of each; `outras`: judged again because of another one in them."""

    quebra: int = 0
    conserta: int = 0
    muda: int = 0
    outras: int = 0
    primeira: bool = False
    posts: list[Post] = field(default_factory=list)

    @property
    def fichas(self) -> int:
        return self.muda + self.outras

    def as_json(self) -> dict[str, int]:
        return {"quebra": self.quebra, "conserta": self.conserta, "fichas": self.fichas}


def of_cnes(
    entidade: Entidade, before: DatabaseTables | None, after: DatabaseTables, people: Iterable[str]
) -> Efeito:
    """`people`: CNS of the professionals whose posts differ."""
    found = Efeito()
    asked = before if before is not None and before.has("lotacao") else None
    for post, n in _posts(entidade).items():
        old = vinculo.judge(asked, *post) if asked else vinculo.FINE
        new = vinculo.judge(after, *post)
        if _told(old) == _told(new):
            continue
        found.posts.append(post)
        found.muda += n
        found.quebra += n * (not _errors(old) and _errors(new))
        found.conserta += n * (_errors(old) and not _errors(new))
    found.primeira = asked is None
    main = set(_of_posts(entidade, found.posts))
    found.outras = sum(pk not in main for pk in _others(entidade, people, first=found.primeira))
    return found


def fichas_of_cnes(entidade: Entidade, found: Efeito, people: Iterable[str]) -> Iterator[int]:
    """Ids of the fichas to judge again."""
    main = set(_of_posts(entidade, found.posts))
    yield from sorted(main.union(_others(entidade, people, first=found.primeira)))


def fichas_of_sigtap(
    entidade: Entidade, since: date, until: date | None, codes: Iterable[str] | None
) -> Iterator[int]:
    """Ids of the fichas of the days that a SIGTAP release answers for and that name one of `codes`
    (None: any), or that have a finding of a table now."""
    where = f"{JUDGED} AND f.tipo = ANY(%(tipos)s)"
    given: dict[str, Any] = {"e": entidade.pk, "tipos": list(WITH_CODES), "since": since, "until": until}
    where += " AND f.data >= %(since)s AND (%(until)s::date IS NULL OR f.data < %(until)s)"
    patterns = None if codes is None else sorted(codes)
    if patterns is not None and len(patterns) <= MAX_PATTERNS:
        given["codes"] = [f'%"{form}"%' for code in patterns for form in _written(code)]
        where += (
            " AND (EXISTS (SELECT 1 FROM fichas_conteudo c WHERE c.ficha_id = f.id"
            " AND c.registro LIKE ANY(%(codes)s))"
            " OR EXISTS (SELECT 1 FROM inconsistencias_inconsistencia i WHERE i.ficha_id = f.id"
            " AND i.encerrada_em IS NULL AND i.codigo ~ '^CTX-(PROC|EXAME|CID)'))"
        )
    yield from _ids(f"SELECT f.id FROM fichas_ficha f WHERE {where} ORDER BY f.id", given)


def _written(code: str) -> tuple[str, ...]:
    """A CID10 may come with its dot."""
    return (code, f"{code[:3]}.{code[3:]}") if len(code) == 4 else (code,)


def proposed(key: tuple[Any, ...], entidade: Entidade, publicacao: Publicacao, cnes: Cnes) -> DatabaseTables:
    """The tables as they will be once a CNES release is in force."""
    day = publicacao.vale_de
    return DatabaseTables((*key, (publicacao.pk, Publicacao.Tipo.CNES, day)), entidade.pk, cnes=cnes)


def _posts(entidade: Entidade) -> Counter[Post]:
    """Main posts of the fichas with their number."""
    query = (
        "SELECT f.profissional_cns, f.cbo, f.cnes, f.ine, f.data, count(*) FROM fichas_ficha f "
        f"WHERE {JUDGED} AND f.data IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, {"e": entidade.pk})
        return Counter({tuple(row[:5]): row[5] for row in cursor.fetchall()})


def _of_posts(entidade: Entidade, posts: list[Post]) -> Iterator[int]:
    if not posts:
        return
    columns = [list(column) for column in zip(*posts, strict=True)]
    query = (
        "SELECT f.id FROM fichas_ficha f JOIN unnest(%(a)s::text[], %(b)s::text[], %(c)s::text[], "
        "%(d)s::text[], %(day)s::date[]) AS v(cns, cbo, cnes, ine, dia) "
        "ON v.cns = f.profissional_cns AND v.cbo = f.cbo "
        f"AND v.cnes = f.cnes AND v.ine = f.ine AND v.dia = f.data WHERE {JUDGED} ORDER BY f.id"
    )
    yield from _ids(query, {"e": entidade.pk, **dict(zip(("a", "b", "c", "d", "day"), columns, strict=True))})


def _others(entidade: Entidade, people: Iterable[str], *, first: bool) -> set[int]:
    """Fichas that name one of these people beside the main post (shared attendance, group activity…). With
    the first CNES of all, also those that the registrations alone accused."""
    found: set[int] = set()
    if first:
        query = (
            "SELECT f.id FROM fichas_ficha f JOIN inconsistencias_inconsistencia i ON i.ficha_id = f.id "
            f"AND i.encerrada_em IS NULL AND i.codigo = ANY(%(codes)s) WHERE {JUDGED}"
        )
        found.update(_ids(query, {"e": entidade.pk, "codes": list(REGISTERED)}))
    known = sorted(set(people))
    if not known:
        return found
    given: dict[str, Any] = {"e": entidade.pk, "tipos": list(OTHER_POSTS)}
    content = f"c.registro ~ '{SECOND_POST}'"
    if len(known) <= MAX_PATTERNS:
        given |= {"cns": [f'%"{cns}"%' for cns in known], "mine": known}
        content = f"c.registro LIKE ANY(%(cns)s) AND (NOT f.profissional_cns = ANY(%(mine)s) OR {content})"
    query = (
        "SELECT f.id FROM fichas_ficha f JOIN fichas_conteudo c ON c.ficha_id = f.id "
        f"WHERE {JUDGED} AND f.tipo = ANY(%(tipos)s) AND {content}"
    )
    return found.union(_ids(query, given))


def _ids(query: str, given: dict[str, Any]) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(5000):
            yield from (row[0] for row in rows)


def _told(verdict: vinculo.Verdict) -> dict[str, tuple[bool, bool]]:
    return {part: ("depois" in facts, "tabela" in facts) for part, facts in verdict.items()}


def _errors(verdict: vinculo.Verdict) -> bool:
    return any("depois" not in facts and "tabela" not in facts for facts in verdict.values())
