"""Where a ficha stands in the list that was open: the one before it, the one after it, "3 de 156".

By the same orders as the list. The place is a key, not a number: a ficha that left the list meanwhile (mended,
exported, discarded) still has one before it and one after it.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from saude.acesso.areas import Areas
from saude.cadastros.models import Entidade
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.models import Ficha
from saude.painel import ordenacao
from saude.painel.listas import COUNTED


@dataclass(frozen=True, slots=True)
class Lugar:
    anterior: Ficha | None = None
    proxima: Ficha | None = None
    posicao: int = 0  # from 1; 0: not in the list (any more), or too far to be counted
    total: int = 0
    mais: bool = False  # there are more than `total`


def place(entidade: Entidade, f: Filtro, ficha: Ficha, *, ordem: str, cnes: Areas = None) -> Lugar:
    """`ordem`: "recebida" or "-recebida" by index, or a column of `ordenacao` where the list is `sortable` by it."""
    rows = filtered(entidade, f, cnes=cnes)
    if ordem.lstrip("-") in ordenacao.COLUMNS and ordenacao.sortable(entidade, f, cnes=cnes):
        return place_in(list(ordenacao.ids(entidade, f, ordem=ordem, cnes=cnes)), ficha.pk)
    return _by_arrival(rows, ficha.pk, descending=ordem != "recebida")


def _by_arrival(rows: QuerySet[Ficha], pk: int, *, descending: bool) -> Lugar:
    older, newer = rows.filter(pk__lt=pk), rows.filter(pk__gt=pk)
    ahead, behind = (newer, older) if descending else (older, newer)
    first, last = ("pk", "-pk") if descending else ("-pk", "pk")
    # beyond COUNTED the place is not told, and the way on is as quick
    before, total = ahead[: COUNTED + 1].count(), rows[: COUNTED + 1].count()
    inside = rows.filter(pk=pk).exists()
    return Lugar(
        anterior=ahead.order_by(first).first(),
        proxima=behind.order_by(last).first(),
        posicao=before + 1 if inside and before < COUNTED else 0,
        total=min(total, COUNTED),
        mais=total > COUNTED,
    )


def place_in(ids: list[int], pk: int) -> Lugar:
    """In a list of ids in its order; a ficha that is not there any more leads to the first."""
    at = ids.index(pk) if pk in ids else None
    before = ids[at - 1] if at else None
    after = (ids[0] if ids else None) if at is None else next(iter(ids[at + 1 : at + 2]), None)
    found = Ficha.objects.in_bulk([i for i in (before, after) if i is not None])
    return Lugar(
        found.get(before or 0), found.get(after or 0), 0 if at is None else at + 1, len(ids), mais=False
    )
