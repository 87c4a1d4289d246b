"""What a release does to the fichas not exported: which ones may change, how many it breaks or mends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledi.tables import vinculo
from saude.cadastros.models import Entidade
from saude.fichas import affected
from saude.fichas.affected import Post
from saude.referencias.models import Publicacao
from saude.referencias.tables import Cnes, DatabaseTables

#: tipos whose fichas name more professionals than the columns of Ficha tell
OTHER_POSTS = ("FAI", "FAO", "FAD", "FAE", "FAC", "FCC")
#: tipos that a SIGTAP release may change: procedures, exams, CID10, CBO
WITH_CODES = ("FAI", "FAO", "FAD", "FAE", "FAC", "FCC", "FCI", "FP", "FV")
SECOND_POST = "lotacaoFormAtendimentoCompartilhado|finalizadorObservacao|cnsProfissional|solicitante"
#: what is told from the registrations alone while there is no CNES release (saude.processamento.contexto)
REGISTERED = ("TRANSPORTE-D-003-1", "TRANSPORTE-D-005-1", "HEADER-U-001-2", "HEADER-L-001-2")
MAX_PATTERNS = 300


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
    for post, n in affected.main_posts(entidade.pk).items():
        old = vinculo.judge(asked, *post) if asked else vinculo.FINE
        new = vinculo.judge(after, *post)
        if _verdict(old) == _verdict(new):
            continue
        found.posts.append(post)
        found.muda += n
        found.quebra += n * (not _errors(old) and _errors(new))
        found.conserta += n * (_errors(old) and not _errors(new))
    found.primeira = asked is None
    main = set(affected.of_posts(entidade.pk, found.posts))
    found.outras = sum(pk not in main for pk in _others(entidade, people, first=found.primeira))
    return found


def fichas_of_cnes(entidade: Entidade, found: Efeito, people: Iterable[str]) -> Iterator[int]:
    """Ids of the fichas to judge again."""
    main = set(affected.of_posts(entidade.pk, found.posts))
    yield from sorted(main.union(_others(entidade, people, first=found.primeira)))


def fichas_of_sigtap(
    entidade: Entidade, since: date, until: date | None, codes: Iterable[str] | None
) -> Iterator[int]:
    """Ids of the fichas of the days that a SIGTAP release answers for and that name one of `codes`
    (None: any), or that have a finding of a table now."""
    changed = None if codes is None else sorted(codes)
    if changed is None or len(changed) > MAX_PATTERNS:
        yield from affected.of_days(entidade.pk, WITH_CODES, since, until)
        return
    texts = [form for code in changed for form in _written(code)]
    days: dict[str, Any] = {"ficha__data__gte": since} | ({"ficha__data__lt": until} if until else {})
    found = affected.with_findings(
        entidade.pk, codigo__regex="^CTX-(PROC|EXAME|CID)", ficha__tipo__in=WITH_CODES, **days
    )
    yield from sorted({*found, *affected.of_days(entidade.pk, WITH_CODES, since, until, texts)})


def _written(code: str) -> tuple[str, ...]:
    """A CID10 may come with its dot."""
    return (code, f"{code[:3]}.{code[3:]}") if len(code) == 4 else (code,)


def proposed(key: tuple[Any, ...], entidade: Entidade, publicacao: Publicacao, cnes: Cnes) -> DatabaseTables:
    """The tables as they will be once a CNES release is in force."""
    day = publicacao.vale_de
    return DatabaseTables((*key, (publicacao.pk, Publicacao.Tipo.CNES, day)), entidade.pk, cnes=cnes)


def _others(entidade: Entidade, people: Iterable[str], *, first: bool) -> set[int]:
    """Fichas that name one of these people beside the main post (shared attendance, group activity…). With
    the first CNES of all, also those that the registrations alone accused."""
    found: set[int] = set()
    if first:
        found.update(affected.with_findings(entidade.pk, codigo__in=REGISTERED))
    known = sorted(set(people))
    if not known:
        return found
    few = known if len(known) <= MAX_PATTERNS else None
    return found.union(affected.with_second_post(entidade.pk, OTHER_POSTS, SECOND_POST, few))


def _verdict(verdict: vinculo.Verdict) -> dict[str, tuple[bool, bool]]:
    return {part: ("depois" in facts, "tabela" in facts) for part, facts in verdict.items()}


def _errors(verdict: vinculo.Verdict) -> bool:
    return any("depois" not in facts and "tabela" not in facts for facts in verdict.values())
