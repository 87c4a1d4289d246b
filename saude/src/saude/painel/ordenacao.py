"""The lists of inconsistentes and pendentes by any column, where the kept counts say that they are short.

What is longer goes by arrival only, by index (queries.page): nothing here sorts more than BOUND rows.
"""

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade, Estabelecimento, Profissional
from saude.comum.texto import number
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.models import Contagem, ContagemDaArea, Ficha
from saude.painel.listas import PAGE, Pagina, shows_undated
from saude.registro.tipos import Tipo

BOUND = 10_000


def _name(
    entidade: Entidade, model: type[Profissional] | type[Estabelecimento], key: str, column: str, name: str
) -> Combinable:
    mine = model.objects.filter(entidade=entidade, **{key: OuterRef(column)}).order_by("pk").values(name)[:1]
    return Coalesce(Subquery(mine, output_field=CharField()), F(column), output_field=CharField())


def _key(entidade: Entidade, column: str) -> Combinable:
    if column == "profissional":
        return _name(entidade, Profissional, "cns", "profissional_cns", "nome_busca")
    if column == "unidade":
        return _name(entidade, Estabelecimento, "cnes", "cnes", "nome")
    if column == "ficha":
        return Case(*[When(tipo=t, then=Value(str(label))) for t, label in Tipo.choices], default=F("tipo"))
    return F("data")


COLUMNS = ("data", "ficha", "profissional", "unidade")


def sortable(entidade: Entidade, f: Filtro, *, cnes: Areas = None) -> bool:
    """True where at most BOUND fichas of these áreas are listed, by the kept counts: no row is read to know it."""
    if not shows_undated(f):
        return False
    asked = {"entidade": entidade, "situacao": f.situacao}
    asked |= {name: value for name in ("competencia", "tipo") if (value := getattr(f, name))}
    if cnes is None:
        kept = Contagem.objects.filter(**asked).aggregate(s=Sum("n"))
    else:
        kept = in_areas(ContagemDaArea.objects.filter(**asked), cnes).aggregate(s=Sum("n"))
    return (kept["s"] or 0) <= BOUND


def page(
    entidade: Entidade, f: Filtro, *, ordem: str, cursor: str = "", size: int = PAGE, cnes: Areas = None
) -> Pagina:
    """A page of a `sortable` list in the order of a column; `cursor` is a number of rows to pass over."""
    start = min(number(cursor, 0), BOUND)
    rows = list(_ordered(entidade, filtered(entidade, f, cnes=cnes), ordem)[start : start + size + 1])
    made = Pagina(rows[:size])
    if len(rows) > size:
        made.proxima = str(start + size)
    if start:
        made.anterior = str(max(0, start - size))
    return made


def ids(entidade: Entidade, f: Filtro, *, ordem: str, cnes: Areas = None) -> QuerySet[Ficha, int]:
    """The whole of a `sortable` list in the order of a column: the ids alone."""
    rows = _ordered(entidade, filtered(entidade, f, cnes=cnes), ordem)
    return rows.values_list("pk", flat=True)[:BOUND]


def _ordered(entidade: Entidade, fichas: QuerySet[Ficha], ordem: str) -> QuerySet[Ficha]:
    descending, column = ordem.startswith("-"), ordem.lstrip("-")
    if column not in COLUMNS:
        raise ValueError(f"unknown order: {ordem}")
    fichas = fichas.annotate(ordenada_por=_key(entidade, column))
    key = F("ordenada_por").desc(nulls_last=True) if descending else F("ordenada_por").asc(nulls_last=True)
    return fichas.order_by(key, "-id")
