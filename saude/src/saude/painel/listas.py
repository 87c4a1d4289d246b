"""Lists of fichas by keyset: as quick on the last page as on the first, at any size of the database."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet, Sum

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.comum.competencia import SEM_DATA, first_day, last_day
from saude.exportacao.models import ItemExportacao
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.models import Contagem, ContagemDaArea, Ficha
from saude.fichas.situacoes import Situacao
from saude.registro.tipos import RARE

PAGE = 50


#: "data" goes by index at any size; "recebida" (order of arrival) only where few fichas are listed
SORTS = ("data", "recebida")


@dataclass(slots=True)
class Pagina:
    fichas: list[Ficha]
    proxima: str = ""
    anterior: str = ""


def page(
    entidade: Entidade,
    f: Filtro,
    *,
    cursor: str = "",
    ordem: str = "-data",
    size: int = PAGE,
    cnes: Areas = None,
) -> Pagina:
    """A page of the list by keyset: as quick on the last page as on the first.

    `ordem`: "data" or "-data" (of the attendance); lists of inconsistentes, of pendentes, of a client or of a
    rule also take "recebida" or "-recebida". `cursor` is `proxima` or `anterior` of another page of the list.
    """
    descending, name = ordem.startswith("-"), ordem.lstrip("-")
    if name not in SORTS:
        raise ValueError(f"unknown order: {ordem}")
    if _counted_none(entidade, f, cnes):
        return Pagina([])
    by_date = not (is_short(f) and name == "recebida") and not shows_undated(f)
    back, key = _parse_cursor(cursor)
    ascending = descending == back
    rows = _rows(entidade, f, key=key, ascending=ascending, by_date=by_date, limit=size + 1, cnes=cnes)
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows.reverse()
    return _page(rows, more, back, bool(cursor))


def _rows(
    entidade: Entidade,
    f: Filtro,
    *,
    key: tuple[str, int] | None,
    ascending: bool,
    by_date: bool,
    limit: int,
    cnes: Areas,
) -> list[Ficha]:
    fichas = filtered(entidade, f, cnes=cnes)
    own = ""
    if by_date and _whole(f, cnes) and f.competencia != SEM_DATA:
        if f.situacao == Situacao.PROCESSADA:
            # a month has few processadas once exported: their own table is in the order of the list
            own = "a_exportar__"
            fichas = fichas.filter(a_exportar__entidade=entidade)
        elif f.situacao == Situacao.EXPORTADA and not f.competencia:
            return _month_by_month(entidade, f, key=key, ascending=ascending, limit=limit)
        elif f.situacao == Situacao.EXPORTADA:
            fichas = _exported(entidade, f, fichas)
    fichas = _dated(f, fichas, own) if by_date else fichas
    if key is not None:
        fichas = fichas.filter(_after(by_date, key, ascending=ascending, own=own))
    sign = "" if ascending else "-"
    order = [f"{sign}{own}data"] if by_date else []
    return list(fichas.order_by(*order, f"{sign}{own}ficha" if own else f"{sign}id")[:limit])


def _month_by_month(
    entidade: Entidade, f: Filtro, *, key: tuple[str, int] | None, ascending: bool, limit: int
) -> list[Ficha]:
    """Exportadas of all months: only those that have any are looked into, as many as fill the page."""
    kept = Contagem.objects.filter(entidade=entidade, situacao=Situacao.EXPORTADA)
    kept = kept.filter(tipo=f.tipo) if f.tipo else kept
    counts = kept.values_list("competencia").annotate(s=Sum("n")).order_by("competencia")
    months = [month for month, n in counts if n]
    if key is not None and key[0]:
        month = key[0].replace("-", "")[:6]
        months = [m for m in months if (m >= month if ascending else m <= month)]
    found: list[Ficha] = []
    for month in months if ascending else reversed(months):
        one = replace(f, competencia=month)
        found += _rows(
            entidade, one, key=key, ascending=ascending, by_date=True, limit=limit - len(found), cnes=None
        )
        if len(found) >= limit:
            break
    return found


#: what is counted at most to say "all the N" of a list
COUNTED = 10_000


def counted(entidade: Entidade, f: Filtro, *, cnes: Areas = None) -> int:
    """How many the list has, at most COUNTED + 1; 0 where counting would read more than that (a list of all)."""
    if not is_short(f):
        return 0
    return filtered(entidade, f, cnes=cnes)[: COUNTED + 1].count()


def _counted_none(entidade: Entidade, f: Filtro, cnes: Areas) -> bool:
    """The kept counts say that it has nothing, which a filter without an index would read the whole month to find."""
    if f.situacao not in (Situacao.PROCESSADA, Situacao.EXPORTADA) or not f.competencia or _whole(f, cnes):
        return False
    asked = {"entidade": entidade, "competencia": f.competencia, "situacao": f.situacao}
    asked |= {"tipo": f.tipo} if f.tipo else {}
    rows = in_areas(ContagemDaArea.objects.filter(**asked), cnes)
    rows = rows.filter(cnes=f.cnes) if f.cnes else rows
    return not (rows.aggregate(s=Sum("n"))["s"] or 0)


def is_short(f: Filtro) -> bool:
    """A list that may be sorted, being short whatever the size of the database."""
    return shows_undated(f) or bool(f.cliente_id or f.codigo or f.causa or f.ids or f.nao_identificados)


def _whole(f: Filtro, cnes: Areas) -> bool:
    """Nothing narrows the list but its competência, kind and situação: no index of another field helps."""
    return cnes is None and not (
        f.cnes or f.ine or f.profissional_cns or f.exclusao or is_short(f) or f.tipo in RARE
    )


RARE_SHARE, FEW = 20, 5_000


def _exported(entidade: Entidade, f: Filtro, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    """Exportadas of a month: few among many, by the items of the exports; else by date, as most of what is met."""

    kept = Contagem.objects.filter(entidade=entidade, competencia=f.competencia)
    counts = dict(kept.values_list("situacao").annotate(s=Sum("n")).order_by())
    exported = counts.get(Situacao.EXPORTADA, 0)
    if exported > FEW or exported * RARE_SHARE > counts.get(Situacao.PROCESSADA, 0):
        return fichas
    items = ItemExportacao.objects.filter(
        exportacao__entidade=entidade,
        exportacao__inicio__lte=last_day(f.competencia),
        exportacao__fim__gte=first_day(f.competencia),
    )
    ids = list(items.values_list("ficha_id", flat=True)[: FEW + 1])
    return fichas.filter(pk__in=ids) if len(ids) <= FEW else fichas


def _dated(f: Filtro, fichas: QuerySet[Ficha], own: str = "") -> QuerySet[Ficha]:
    """The days of the competência follow from it; said, they let the index on the date be used."""
    if f.competencia == SEM_DATA:
        return fichas
    if not f.competencia:
        return fichas.filter(**{f"{own}data__isnull": False})
    return fichas.filter(
        **{f"{own}data__gte": first_day(f.competencia), f"{own}data__lte": last_day(f.competencia)}
    )


def shows_undated(f: Filtro) -> bool:
    """Fichas without a readable date are inconsistentes: there the list goes by id, and shows them."""
    return f.situacao in (Situacao.INCONSISTENTE, Situacao.PENDENTE)


def _parse_cursor(cursor: str) -> tuple[bool, tuple[str, int] | None]:
    if not cursor:
        return False, None
    try:
        way, day, pk = cursor.split("_")
        return way == "a", (date.fromisoformat(day).isoformat() if day else "", int(pk))
    except ValueError:
        return False, None


def _after(by_date: bool, key: tuple[str, int], *, ascending: bool, own: str = "") -> Q:
    day, pk = key
    op = "gt" if ascending else "lt"
    after = Q(**{f"{own}ficha__{op}" if own else f"id__{op}": pk})
    if not by_date or not day:
        return after
    # the first condition lets the index start at the right place; the second is exact
    return Q(**{f"{own}data__{op}e": day}) & (Q(**{f"{own}data__{op}": day}) | after)


def _page(rows: list[Ficha], more: bool, back: bool, has_cursor: bool) -> Pagina:
    def cursor(way: str, ficha: Ficha) -> str:
        return f"{way}_{ficha.data.isoformat() if ficha.data else ''}_{ficha.pk}"

    page = Pagina(rows)
    if rows and (more if not back else has_cursor):
        page.proxima = cursor("p", rows[-1])
    if rows and (has_cursor if not back else more):
        page.anterior = cursor("a", rows[0])
    return page
