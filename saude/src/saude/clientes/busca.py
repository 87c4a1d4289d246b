"""The search of clients: documents and birth exactly, names as they sound."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import ArrayOverlap  # type: ignore[attr-defined]  # not in the stubs
from django.db.models import Case, F, Func, Q, QuerySet, TextField, Value, When
from rapidfuzz import fuzz, process

from saude.cadastros.models import Entidade
from saude.clientes import fonetica
from saude.clientes.models import Cliente
from saude.comum.texto import fold
from saude.registro.leitura import digits

BIRTH = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
NUMBER = re.compile(r"[\d.\-/\s]+")
#: names fetched per tier to be ranked; a tier with more is cut, the exact ones came before
CANDIDATES = 2_000
ALIKE = 70
#: keys of each word, from strict to forgiving
TIERS = ("w", "c", "wcps")
KEYS: "ArrayField[Any, Any]" = ArrayField(TextField())


def ranked(entidade: Entidade, mine: QuerySet[Cliente], text: str, limit: int) -> list[Cliente]:
    """Of `mine`, the best first. By CPF, CNS (with or without punctuation), birth, name, or name and birth."""
    text = text.replace("\x00", "").strip()[:100]
    if (exact := by_document(mine, text)) is not None:
        return list(exact[:limit])
    born, rest = _birth(text)
    folded = fold(rest)
    if born:
        return _of_birth(mine.filter(nascimento=born), folded, limit)
    if not folded:
        return list(mine.order_by("busca", "pk")[:limit])
    return _in_order(_alike(entidade, mine, folded, limit))


def kind(text: str) -> str:
    """What sort of term it is, for the trail: the term itself is never told."""
    if digits(text, 11):
        return "CPF"
    if digits(text, 15):
        return "CNS"
    if BIRTH.search(text):
        return "nascimento" if NUMBER.fullmatch(text) else "nome e nascimento"
    return "número" if NUMBER.fullmatch(text) else "nome"


def by_document(mine: QuerySet[Cliente], text: str) -> QuerySet[Cliente] | None:
    """By CPF or CNS; nothing found for a number that is neither; None for a text that is no number."""
    if cpf := digits(text, 11):
        return mine.filter(cpf=cpf)
    if cns := digits(text, 15):
        return mine.filter(cns=cns)
    if text and NUMBER.fullmatch(text) and not BIRTH.search(text):
        return mine.none()
    return None


def _birth(text: str) -> tuple[date | None, str]:
    found = BIRTH.search(text)
    if not found:
        return None, text
    d, m, y, y2, m2, d2 = found.groups()
    try:
        born = date(int(y or y2), int(m or m2), int(d or d2))
    except ValueError:
        return None, text
    return born, text[: found.start()] + " " + text[found.end() :]


def _of_birth(mine: QuerySet[Cliente], folded: str, limit: int) -> list[Cliente]:
    found = list(mine.order_by("busca", "pk")[:CANDIDATES])
    if not folded:
        return found[:limit]
    scored = sorted(((-_score(folded, c.busca), c.busca, c.pk, c) for c in found), key=lambda r: r[:3])
    return [row[3] for row in scored if -row[0] >= ALIKE][:limit]


def _alike(entidade: Entidade, mine: QuerySet[Cliente], folded: str, limit: int) -> list[int]:
    """Ids, best first: those that begin so, then tier by tier until there are enough."""
    begin = mine.filter(busca__startswith=folded).order_by("busca", "pk")
    chosen = dict.fromkeys(begin.values_list("pk", flat=True)[:limit])
    for tier in _tiers(entidade.pk, folded):
        if len(chosen) >= limit:
            break
        names = dict(mine.filter(tier).values_list("pk", "busca")[:CANDIDATES])
        best = process.extract(
            folded, names, scorer=_score, processor=None, limit=2 * limit, score_cutoff=ALIKE
        )
        chosen |= dict.fromkeys(pk for _, _, pk in best if pk not in chosen)
    return list(chosen)[:limit]


def _tiers(entidade_id: int, folded: str) -> Iterator[Q]:
    """Every word of the query must share a key with some word of the name."""
    words = dict.fromkeys(fonetica.words(folded))
    indexed = Func(F("entidade_id"), F("busca"), function="saude_chaves", output_field=KEYS)
    for kinds in TIERS if words else ():
        condition = Q()
        for word in words:
            asked = Value(fonetica.keys(entidade_id, word, kinds), output_field=KEYS)
            condition &= Q(ArrayOverlap(indexed, asked))
        yield condition


def _score(query: str, name: str, **_: Any) -> float:
    """Words in any order; a query of a few words is held against as many words of the name."""
    whole = fuzz.token_sort_ratio(query, name)
    asked, have = query.split(), name.split()
    if len(asked) >= len(have):
        return whole
    each = [max((fuzz.ratio(a, h) for h in have), default=0.0) for a in asked]
    return max(whole, 0.9 * min(each) + 0.05 * whole + 4) if each else whole


def alike(one: str, other: str) -> float:
    """How much two names are the same, 0 to 100."""
    return _score(fold(one), fold(other)) if one and other else 0.0


def _in_order(ids: list[int]) -> list[Cliente]:
    if not ids:
        return []
    order = Case(*(When(pk=pk, then=n) for n, pk in enumerate(ids)))
    return list(Cliente.objects.filter(pk__in=ids).order_by(order))
