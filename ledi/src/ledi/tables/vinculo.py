"""Is this professional's post one of the município's CNES on that day? The answer names what does not fit.

What is asked again and again (the same professional, post and day) is answered from a cache per tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from ledi.tables.port import Lotacao, Tables

#: parts of a post that may be at fault, in the order they are looked at
CNES, INE, INE_CNES, INE_ATIVA = "cnes", "ine", "ine-cnes", "ine-ativa"
PROFISSIONAL, CBO, POSTO, EQUIPE = "profissional", "cbo", "posto", "equipe"

Facts = Mapping[str, Any]
Verdict = Mapping[str, Facts]
FINE: Verdict = {}
_AT_ONCE = 50_000
_Key = tuple[Any, ...]
_judged: WeakKeyDictionary[Tables, dict[_Key, Verdict]] = WeakKeyDictionary()


def judge(tables: Tables, cns: str, cbo: str, cnes: str, ine: str, day: date) -> Verdict:
    """What is wrong with the post, by part; empty when nothing is. "" leaves a part out of the question.

    The facts of a fault carry `depois` when a later release has it (it began after that day), and `tabela`
    (AAAAMM) when the release that answered is older than the day's month: then the absence proves little; and
    `sem_cns` when the post is of somebody whose CNS the release does not say.
    """
    known = _judged.get(tables)
    if known is None:
        known = _judged[tables] = {}
    key = (cns, cbo, cnes, ine, day)
    found = known.get(key)
    if found is None:
        if len(known) >= _AT_ONCE:
            known.clear()
        found = known[key] = _judge(tables, cns, cbo, cnes, ine, day)
    return found


def _judge(tables: Tables, cns: str, cbo: str, cnes: str, ine: str, day: date) -> Verdict:
    found = dict(_places(tables, cnes, ine, day))
    if cns:
        # A place that is wrong already says nothing more about the post: one cause, one finding.
        place = "" if CNES in found else cnes
        team = "" if found else ine
        if INE_ATIVA not in found or not _was_there(tables, cns, cbo, place, ine, day):
            found.update(_post(tables, cns, cbo, place, team, day))
    return {part: {**facts, **_age(tables, day)} for part, facts in found.items()} if found else FINE


def _places(tables: Tables, cnes: str, ine: str, day: date) -> Iterable[tuple[str, Facts]]:
    wrong_place = bool(cnes) and tables.estabelecimento(cnes, day) is None
    if wrong_place:
        yield CNES, _later(tables.estabelecimento(cnes, date.max) is not None)
    if not ine:
        return
    team = tables.equipe(ine, day)
    if team is None:
        yield INE, _later(tables.equipe(ine, date.max) is not None)
    elif not team.active(day):
        assert team.desativacao is not None
        yield INE_ATIVA, {"dia": f"{team.desativacao:%d/%m/%Y}"}
    elif cnes and not wrong_place and not team.serves(cnes):
        yield INE_CNES, {"outro": team.cnes}


def _was_there(tables: Tables, cns: str, cbo: str, cnes: str, ine: str, day: date) -> bool:
    """Was the post one until its team was deactivated? Then that is all there is to say."""
    team = tables.equipe(ine, day)
    if team is None or team.desativacao is None or team.desativacao == date.min:
        return False
    return _fault(tables.lotacoes(cns, team.desativacao - timedelta(days=1)), cbo, cnes, ine) is None


def _post(tables: Tables, cns: str, cbo: str, cnes: str, ine: str, day: date) -> Iterable[tuple[str, Facts]]:
    fault = _fault(tables.lotacoes(cns, day), cbo, cnes, ine)
    if fault is None:
        return
    facts = dict(_later(_fault(tables.lotacoes(cns, date.max), cbo, cnes, ine) is None))
    if fault == PROFISSIONAL and tables.sem_cns(cbo, cnes, ine, day):
        facts["sem_cns"] = True
    yield fault, facts


def _fault(posts: Iterable[Lotacao], cbo: str, cnes: str, ine: str) -> str | None:
    """The first part that none of the posts left has."""
    left = tuple(posts)
    if not left:
        return PROFISSIONAL
    for part, wanted, position in ((CBO, cbo, 1), (POSTO, cnes, 2), (EQUIPE, ine, 3)):
        if wanted:
            left = tuple(post for post in left if post[position] == wanted)
            if not left:
                return part
    return None


def _later(there: bool) -> Facts:
    return {"depois": True} if there else {}


def _age(tables: Tables, day: date) -> Facts:
    used = tables.competencia("lotacao", day)
    return {"tabela": used} if used is not None and used < f"{day:%Y%m}" else {}
