"""Reads about fichas: the panel, the totals, the list, the search. All scoped by entidade.

Nothing here counts or sorts a whole competência: counts are kept (`Contagem`), lists go by keyset. `cnes`
narrows any of them to the áreas of a limited user.
"""

import calendar
from collections.abc import Iterable, Set
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Sum, Value, When

from saude.cadastros.models import Entidade, Estabelecimento
from saude.fichas.exportaveis import excluded, exclusions
from saude.fichas.models import RARE, Atendido, Contagem, Evento, Ficha, Tipo
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia

MIN_SEARCH = 8
PAGE = 50


@dataclass(slots=True)
class LinhaPainel:
    """One competência of the panel. The four counts are disjoint and add up to `total`."""

    competencia: str
    processadas: int = 0
    inconsistentes: int = 0
    pendentes: int = 0
    exportadas: int = 0
    nao_exportaveis: int = 0  # of the processadas: left out by configuration

    @property
    def total(self) -> int:
        return self.processadas + self.inconsistentes + self.pendentes + self.exportadas

    @property
    def a_exportar(self) -> int:
        return self.processadas - self.nao_exportaveis

    @property
    def inicio(self) -> date:
        return first_day(self.competencia)

    @property
    def fim(self) -> date:
        return last_day(self.competencia)

    @property
    def prazo_bloqueado_por(self) -> int:
        """Fichas that still have to be mended, reprocessed or exported before the deadline."""
        return self.a_exportar + self.inconsistentes + self.pendentes


COUNTED = {
    Situacao.PROCESSADA: "processadas",
    Situacao.INCONSISTENTE: "inconsistentes",
    Situacao.PENDENTE: "pendentes",
    Situacao.EXPORTADA: "exportadas",
}


def first_day(competencia: str) -> date:
    return date(int(competencia[:4]), int(competencia[4:]), 1)


def last_day(competencia: str) -> date:
    year, month = int(competencia[:4]), int(competencia[4:])
    return date(year, month, calendar.monthrange(year, month)[1])


#: CNES a reader is limited to; None: the whole entidade
Areas = Set[str] | None


def in_areas(rows: QuerySet[Any], cnes: Areas, column: str = "cnes") -> QuerySet[Any]:
    """Only what is of these áreas; `column` leads to the CNES of the ficha."""
    return rows if cnes is None else rows.filter(**{f"{column}__in": sorted(cnes)})


def _counted(entidade: Entidade, cnes: Areas) -> tuple[QuerySet[Any], Any]:
    """What is counted and how: the kept counts, or for some áreas the fichas themselves (index `ficha_cnes_data`)."""
    if cnes is None:
        return Contagem.objects.filter(entidade=entidade), Sum("n")
    return in_areas(Ficha.objects.filter(entidade=entidade), cnes), Count("pk")


def panel(
    entidade: Entidade, competencias: Iterable[str] | None = None, *, cnes: Areas = None
) -> list[LinhaPainel]:
    """Every competência with production, newest first."""
    rows, count = _counted(entidade, cnes)
    if competencias is not None:
        rows = rows.filter(competencia__in=list(competencias))
    left_out = Case(When(excluded(entidade), then=Value(True)), default=Value(False))
    lines: dict[str, LinhaPainel] = {}
    counts = rows.annotate(fora=left_out).values_list("competencia", "situacao", "fora").annotate(s=count)
    for competencia, situacao, fora, n in counts.order_by():
        line = lines.setdefault(competencia, LinhaPainel(competencia))
        name = COUNTED[situacao]
        setattr(line, name, getattr(line, name) + n)
        if fora and situacao == Situacao.PROCESSADA:
            line.nao_exportaveis += n
    return sorted((x for x in lines.values() if x.total), key=lambda x: x.competencia, reverse=True)


def totals(
    entidade: Entidade, competencia: str, situacao: str | None = None, *, cnes: Areas = None
) -> dict[str, int]:
    """Fichas per tipo of a competência (Totalizadores): the 12 always, FCC when there is any."""
    rows, count = _counted(entidade, cnes)
    rows = rows.filter(competencia=competencia)
    if situacao:
        rows = rows.filter(situacao=situacao)
    found = dict(rows.values_list("tipo").annotate(s=count).order_by())
    return {t: found.get(t, 0) for t in Tipo.values if t != Tipo.FCC or found.get(t)}


def not_exportable(entidade: Entidade, competencia: str, *, cnes: Areas = None) -> dict[str, int]:
    """Processadas left out by configuration, per reason."""
    rows, count = _counted(entidade, cnes)
    rows = rows.filter(competencia=competencia, situacao=Situacao.PROCESSADA)
    return {
        str(reason): n
        for reason, condition in exclusions(entidade)
        if (n := rows.filter(condition).aggregate(s=count)["s"] or 0)
    }


@dataclass(frozen=True, slots=True)
class Filtro:
    """What the list of fichas can be narrowed by; empty fields do not narrow."""

    competencia: str = ""
    situacao: str = ""
    tipo: str = ""
    cnes: str = ""
    ine: str = ""
    profissional_cns: str = ""
    cliente_id: int | None = None
    inicio: str = ""  # AAAA-MM-DD
    fim: str = ""
    codigo: str = ""  # code of a rule with an open finding
    causa: str = ""
    origem: str = ""
    exclusao: str = ""  # reason it is not exportable
    nao_identificados: bool = False
    ids: tuple[int, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Filtro":
        known = {f.name for f in fields(cls)}
        values = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
        return cls(**values)


def filtered(entidade: Entidade, f: Filtro, *, cnes: Areas = None) -> QuerySet[Ficha]:
    fichas = in_areas(Ficha.objects.filter(entidade=entidade), cnes)
    for name in ("competencia", "tipo", "cnes", "ine", "profissional_cns", "origem"):
        if value := getattr(f, name):
            fichas = fichas.filter(**{name: value})
    if f.situacao:
        fichas = in_situation(fichas, f.situacao)
    if f.inicio:
        fichas = fichas.filter(data__gte=f.inicio)
    if f.fim:
        fichas = fichas.filter(data__lte=f.fim)
    if f.ids:
        fichas = fichas.filter(pk__in=f.ids)
    if f.nao_identificados:
        fichas = fichas.filter(
            pk__in=Atendido.objects.filter(entidade=entidade, identificado=False).values("ficha")
        )
    if f.cliente_id:
        fichas = fichas.filter(pk__in=Atendido.objects.filter(cliente=f.cliente_id).values("ficha"))
    if f.exclusao:
        fichas = fichas.filter(dict(exclusions(entidade)).get(f.exclusao, Q(pk__in=[])))
    return _by_finding(entidade, f, fichas)


def in_situation(fichas: QuerySet[Ficha], situacao: str) -> QuerySet[Ficha]:
    """Only these. No index names `situacao`: what has one, and follows from it, is said too."""
    fichas = fichas.filter(situacao=situacao)
    if situacao == Situacao.PENDENTE:
        return fichas.filter(~Q(motivo_pendencia=""))
    return fichas.filter(parada=True) if situacao == Situacao.INCONSISTENTE else fichas


def _by_finding(entidade: Entidade, f: Filtro, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    if not (f.codigo or f.causa):
        return fichas
    rows = Inconsistencia.objects.filter(entidade=entidade, encerrada_em=None)
    if f.codigo:
        rows = rows.filter(codigo=f.codigo)
    if f.causa:
        rows = rows.filter(causa=f.causa)
    if f.competencia:
        rows = rows.filter(competencia=f.competencia)
    return fichas.filter(pk__in=rows.values("ficha"))


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
    by_date = not (_is_short(f) and name == "recebida") and not _shows_undated(f)
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
    if by_date and _whole(f, cnes):
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


def _is_short(f: Filtro) -> bool:
    """A list that may be sorted, being short whatever the size of the database."""
    return _shows_undated(f) or bool(f.cliente_id or f.codigo or f.causa or f.ids or f.nao_identificados)


def _whole(f: Filtro, cnes: Areas) -> bool:
    """Nothing narrows the list but its competência, kind and situação: no index of another field helps."""
    return cnes is None and not (
        f.cnes or f.ine or f.profissional_cns or f.exclusao or _is_short(f) or f.tipo in RARE
    )


RARE_SHARE, FEW = 20, 5_000


def _exported(entidade: Entidade, f: Filtro, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    """Exportadas of a month: few among many, by the items of the exports; else by date, as most of what is met."""
    from saude.exportacao.models import ItemExportacao

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
    if not f.competencia:
        return fichas.filter(**{f"{own}data__isnull": False})
    return fichas.filter(
        **{f"{own}data__gte": first_day(f.competencia), f"{own}data__lte": last_day(f.competencia)}
    )


def _shows_undated(f: Filtro) -> bool:
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


def search_uuid(entidade: Entidade, text: str, *, limit: int = 20, cnes: Areas = None) -> list[Ficha]:
    """Fichas whose uuid starts with the text, with or without the CNES in front; 8 characters or more."""
    text = text.strip()
    if len(text) < MIN_SEARCH or len(text) > 44 or not text.isascii() or not text.isprintable():
        return []
    starts = {text, text.lower()} | {f"{c}-{text.lower()}" for c in _cnes_in_uuids(entidade)}
    found: dict[int, Ficha] = {}
    for start in starts:
        rows = in_areas(Ficha.objects.filter(entidade=entidade, uuid__startswith=start), cnes)
        for ficha in rows.order_by("uuid")[:limit]:
            found[ficha.pk] = ficha
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


MAX_CNES = 300


def _cnes_in_uuids(entidade: Entidade) -> set[str]:
    """Every CNES that stands in front of a uuid, registered here or not: one probe of the index for each."""
    found = set(Estabelecimento.objects.filter(entidade=entidade).values_list("cnes", flat=True))
    fichas, start = (
        Ficha.objects.filter(entidade=entidade).order_by("uuid").values_list("uuid", flat=True),
        "",
    )
    for _ in range(MAX_CNES):
        uuid = fichas.filter(uuid__gte=start).first()
        if uuid is None:
            break
        if uuid[7:8] == "-" and uuid[:7].isdecimal():
            found.add(uuid[:7])
        start = uuid[:8] + "~"  # after every uuid that begins alike
    return found


def by_uuid(entidade: Entidade, uuid: str, *, cnes: Areas = None) -> Ficha | None:
    fichas = in_areas(Ficha.objects.filter(entidade=entidade, uuid=uuid), cnes)
    return fichas.select_related("conteudo").first()


def with_reason(entidade: Entidade, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    """Adds `nao_exportavel`: the reason by configuration, or ""."""
    whens = [When(condition, then=Value(str(reason))) for reason, condition in exclusions(entidade)]
    return fichas.annotate(nao_exportavel=Case(*whens, default=Value(""), output_field=CharField()))


@dataclass(frozen=True, slots=True)
class Fato:
    """One line of the timeline of a ficha."""

    em: Any
    texto: str
    por: str = ""
    detalhe: dict[str, Any] = field(default_factory=dict)


def timeline(ficha: Ficha, *, cnes: Areas = None) -> list[Fato]:
    """Received, processed, corrected by whom, exported in which file; oldest first.

    An export that took other áreas too is told, not linked.
    """
    from saude.exportacao.queries import exports_of, takes_only

    facts = [Fato(ficha.recebida_em, f"Recebida ({ficha.get_origem_display()})")]
    if ficha.processada_em:
        facts.append(
            Fato(ficha.processada_em, "Processada pela última vez", detalhe={"regras": ficha.regras})
        )
    for event in Evento.objects.filter(ficha=ficha).select_related("usuario"):
        who = event.usuario.get_full_name() if event.usuario else ""
        text = f"{event.get_fato_display()}: {event.get_situacao_display().lower()}"
        facts.append(Fato(event.em, text, who, event.detalhe))
    for item in exports_of(ficha):
        export = item.exportacao
        who = export.por.get_full_name() if export.por else ""
        link = {"id": export.pk} if takes_only(export, cnes) else {}
        facts.append(Fato(export.concluida_em, f"Exportada no arquivo {export.arquivo}", who, link))
    return sorted(facts, key=lambda x: x.em)


def pending_by_origin(
    entidade: Entidade, competencia: str | None = None, *, cnes: Areas = None
) -> list[dict[str, Any]]:
    """Pendências per origin and professional (the ACS), with the last arrival, and why they wait."""
    rows = in_areas(in_situation(Ficha.objects.filter(entidade=entidade), Situacao.PENDENTE), cnes)
    if competencia:
        rows = rows.filter(competencia=competencia)
    return list(
        rows.values("origem", "profissional_cns", "motivo_pendencia")
        .annotate(n=Count("pk"), ultima=Max("recebida_em"))
        .order_by("origem", "-n")
    )


def with_open_findings(entidade: Entidade, fichas: QuerySet[Ficha]) -> QuerySet[Ficha]:
    rows = Inconsistencia.objects.filter(entidade=entidade, encerrada_em=None, ficha=OuterRef("pk"))
    return fichas.filter(Exists(rows))
