"""Which fichas an export takes, and which it leaves and why."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, QuerySet, Value, When

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.exportacao.models import Exportacao
from saude.fichas.exportaveis import Exclusao, excluded, exclusions
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao

INCONSISTENT, PENDING, EXPORTED = "inconsistente", "pendente", "exportada"


@dataclass(frozen=True, slots=True)
class Previa:
    """What an export asked for now would do."""

    vao: int
    por_tipo: dict[str, int] = field(default_factory=dict)
    nao_vao: dict[str, int] = field(default_factory=dict)  # reason -> fichas
    repetidas: int = 0  # of those that go, already exported once: the PEC counts them as repeated


def in_period(
    entidade: Entidade, *, inicio: date, fim: date, tipo: str = "", cnes: Areas = None
) -> QuerySet[Ficha]:
    mine = in_areas(Ficha.objects.filter(entidade=entidade), cnes).exclude(situacao=Situacao.DESCARTADA)
    fichas = mine.filter(
        competencia__gte=f"{inicio:%Y%m}",  # follows from the date; lets the index be used
        competencia__lte=f"{fim:%Y%m}",
        data__gte=inicio,
        data__lte=fim,
    )
    return fichas.filter(tipo=tipo) if tipo else fichas


def selected(exportacao: Exportacao) -> QuerySet[Ficha]:
    """The fichas that go. Never one that is pendente or inconsistente, nor what configuration leaves out."""
    e = exportacao
    areas = None if e.areas is None else frozenset(e.areas)
    fichas = in_period(e.entidade, inicio=e.inicio, fim=e.fim, tipo=e.tipo, cnes=areas)
    if e.escopo == Exportacao.Escopo.TODOS:
        fichas = fichas.filter(situacao__in=[Situacao.PROCESSADA, Situacao.EXPORTADA])
    else:
        fichas = fichas.filter(
            situacao=Situacao.PROCESSADA,
            a_exportar__entidade=e.entidade,
            a_exportar__data__gte=e.inicio,
            a_exportar__data__lte=e.fim,
        )
    return fichas.exclude(excluded(e.entidade))


def preview(
    *, entidade: Entidade, escopo: str, inicio: date, fim: date, tipo: str = "", cnes: Areas = None
) -> Previa:
    rows = (
        in_period(entidade, inicio=inicio, fim=fim, tipo=tipo, cnes=cnes)
        .annotate(destino=_destination(entidade, escopo))
        .values_list("tipo", "situacao", "destino")
        .annotate(n=Count("pk"))
        .order_by()
    )
    kinds: dict[str, int] = {}
    left: dict[str, int] = {}
    go = repeated = 0
    for kind, situacao, destination, n in rows:
        if destination:
            left[destination] = left.get(destination, 0) + n
            continue
        go += n
        kinds[kind] = kinds.get(kind, 0) + n
        repeated += n if situacao == Situacao.EXPORTADA else 0
    return Previa(go, dict(sorted(kinds.items())), left, repeated)


def _destination(entidade: Entidade, escopo: str) -> Case:
    """ "" for what goes, else the reason it does not."""
    whens: list[Any] = [
        When(situacao=Situacao.INCONSISTENTE, then=Value(INCONSISTENT)),
        When(situacao=Situacao.PENDENTE, then=Value(PENDING)),
    ]
    whens += [When(condition, then=Value(str(reason))) for reason, condition in exclusions(entidade)]
    if escopo == Exportacao.Escopo.NAO_EXPORTADOS:
        whens.append(When(situacao=Situacao.EXPORTADA, then=Value(EXPORTED)))
    return Case(*whens, default=Value(""), output_field=CharField())


#: reason -> label, for the preview and the history
LABELS = {
    INCONSISTENT: "Inconsistentes",
    PENDING: "Pendentes",
    EXPORTED: "Já exportadas",
    **{str(e.value): str(e.label) for e in Exclusao},
}
