"""How many fichas: the panel, the totals, the pendências. From the kept counts; all scoped by entidade.

`cnes` narrows any of them to some áreas: the one chosen in the header, or those of a limited user.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Aggregate, Case, Count, Max, QuerySet, Sum, Value, When

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.comum.competencia import SEM_DATA, first_day, last_day
from saude.fichas.exportaveis import excluded, exclusions
from saude.fichas.filtro import in_situation
from saude.fichas.models import Contagem, ContagemDaArea, Ficha
from saude.fichas.retornos import Retornos, outcomes
from saude.fichas.situacoes import Situacao
from saude.registro.tipos import Tipo


@dataclass(slots=True)
class LinhaPainel:
    """One competência of the panel. The four counts are disjoint and add up to `total`."""

    competencia: str
    processadas: int = 0
    inconsistentes: int = 0
    pendentes: int = 0
    exportadas: int = 0
    nao_exportaveis: int = 0  # of the processadas: left out by configuration
    retorno: Retornos = field(default_factory=Retornos)  # of the exportadas: what was answered

    @property
    def total(self) -> int:
        return self.processadas + self.inconsistentes + self.pendentes + self.exportadas

    @property
    def a_exportar(self) -> int:
        return self.processadas - self.nao_exportaveis

    @property
    def sem_data(self) -> bool:
        return self.competencia == SEM_DATA

    @property
    def inicio(self) -> date | None:
        return None if self.sem_data else first_day(self.competencia)

    @property
    def fim(self) -> date | None:
        return None if self.sem_data else last_day(self.competencia)

    @property
    def prazo_bloqueado_por(self) -> int:
        """Fichas that still have to be mended, reprocessed, exported or (refused) sent anew before the deadline."""
        return self.a_exportar + self.inconsistentes + self.pendentes + self.retorno.a_corrigir

    @property
    def sem_resposta(self) -> int:
        return max(0, self.exportadas - self.retorno.respondidas)


COUNTED = {
    Situacao.PROCESSADA: "processadas",
    Situacao.INCONSISTENTE: "inconsistentes",
    Situacao.PENDENTE: "pendentes",
    Situacao.EXPORTADA: "exportadas",
}


def _counted(entidade: Entidade, cnes: Areas) -> QuerySet[Any]:
    """The kept counts: of the entidade, or of some áreas."""
    kept = Contagem.objects if cnes is None else in_areas(ContagemDaArea.objects.all(), cnes)
    return kept.filter(entidade=entidade)


def panel(
    entidade: Entidade, competencias: Iterable[str] | None = None, *, cnes: Areas = None
) -> list[LinhaPainel]:
    """Every competência with production, newest first; last, as SEM_DATA, the fichas that belong to none."""
    rows = _counted(entidade, cnes)
    if competencias is not None:
        competencias = list(competencias)
        rows = rows.filter(competencia__in=competencias)
    lines = lines_by(entidade, rows, "competencia", Sum("n"))
    for competencia, answered in outcomes(entidade, competencias, cnes=cnes).items():
        if competencia in lines:
            lines[competencia].retorno = answered
    return sorted((x for x in lines.values() if x.total), key=lambda x: x.competencia, reverse=True)


def lines_by(
    entidade: Entidade, rows: QuerySet[Any], column: str, n: Aggregate, *, competencia: str = ""
) -> dict[str, LinhaPainel]:
    """Value of a column -> its line, of kept counts or of the fichas themselves; `n`: how the rows are counted."""
    left_out = Case(When(excluded(entidade), then=Value(True)), default=Value(False))
    counts = rows.annotate(fora=left_out).values_list(column, "situacao", "fora").annotate(quantas=n)
    lines: dict[str, LinhaPainel] = {}
    for key, situacao, fora, some in counts.order_by():
        if situacao not in COUNTED:  # descartadas are in no count
            continue
        line = lines.setdefault(key, LinhaPainel(competencia or key))
        name = COUNTED[situacao]
        setattr(line, name, getattr(line, name) + some)
        if fora and situacao == Situacao.PROCESSADA:
            line.nao_exportaveis += some
    return lines


def others(entidade: Entidade, *, shown: Areas, access: Areas) -> dict[str, int]:
    """Per competência, what the áreas of `access` that are not `shown` still hold: not exported, and it should be."""
    if shown == access:
        return {}
    here = {line.competencia: line.prazo_bloqueado_por for line in panel(entidade, cnes=shown)}
    everywhere = panel(entidade, cnes=access)
    held = {line.competencia: line.prazo_bloqueado_por - here.get(line.competencia, 0) for line in everywhere}
    return {competencia: n for competencia, n in held.items() if n}


def totals(
    entidade: Entidade, competencia: str, situacao: str | None = None, *, cnes: Areas = None
) -> dict[str, int]:
    """Fichas per tipo of a competência (Totalizadores): the 12 always, FCC when there is any."""
    rows = _counted(entidade, cnes)
    rows = rows.filter(competencia=competencia)
    rows = rows.filter(situacao=situacao) if situacao else rows.exclude(situacao=Situacao.DESCARTADA)
    found = dict(rows.values_list("tipo").annotate(s=Sum("n")).order_by())
    return {t: found.get(t, 0) for t in Tipo.values if t != Tipo.FCC or found.get(t)}


def pending(entidade: Entidade, *, cnes: Areas = None) -> int:
    """Every pendência, of any competência or none: beside its name in the menu."""
    rows = _counted(entidade, cnes).filter(situacao=Situacao.PENDENTE)
    return rows.aggregate(s=Sum("n"))["s"] or 0


def undated(entidade: Entidade, tipo: str = "", *, cnes: Areas = None) -> int:
    """Fichas without a readable date: of no competência, so in no period of an export."""
    rows = _counted(entidade, cnes).filter(competencia=SEM_DATA).exclude(situacao=Situacao.DESCARTADA)
    rows = rows.filter(tipo=tipo) if tipo else rows
    return rows.aggregate(s=Sum("n"))["s"] or 0


def not_exportable(entidade: Entidade, competencia: str, *, cnes: Areas = None) -> dict[str, int]:
    """Processadas left out by configuration, per reason."""
    rows = _counted(entidade, cnes)
    rows = rows.filter(competencia=competencia, situacao=Situacao.PROCESSADA)
    return {
        str(reason): n
        for reason, condition in exclusions(entidade)
        if (n := rows.filter(condition).aggregate(s=Sum("n"))["s"] or 0)
    }


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


def by_municipality() -> list[tuple[str, str, int]]:
    """(IBGE code, situação, fichas) of every entidade, from the kept counts: for the metrics."""
    rows = Contagem.objects.values_list("entidade__ibge", "situacao").annotate(s=Sum("n"))
    return list(rows.order_by("entidade__ibge", "situacao"))
