"""Lists to hand out: what each unit and each professional has to mend, on paper and as a sheet."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from saude.acesso.guarda import requires
from saude.auditoria.actions import record_event
from saude.comum.competencia import SEM_DATA, in_files, readable
from saude.contas.request import UserRequest
from saude.fichas import contagens
from saude.fichas.filtro import Filtro, filtered
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.fila import queries
from saude.fila.como import how
from saude.inconsistencias.models import Inconsistencia, Severidade
from saude.painel import filtros
from saude.painel.apresenta import Nomes, field_label, people
from saude.painel.planilha import xlsx_response

ON_PAPER, CHUNK = 1_000, 1_000
HEADER = (
    "Unidade",
    "Profissional",
    "Cliente",
    "Ficha",
    "Data",
    "Campo",
    "O que está errado",
    "Como corrigir",
    "UUID",
)


@requires("ver")
@require_GET
def entregar(request: UserRequest) -> HttpResponseBase:
    months = _months(request)
    competencia = readable(request.GET.get("competencia", "")) or (months[0] if months else "")
    found = filtros.read(request.GET, competencia=competencia, situacao=Situacao.INCONSISTENTE)
    wanted = Filtro(
        competencia=competencia, situacao=Situacao.INCONSISTENTE, cnes=found.valores["cnes"],
        profissional_cns=found.valores["profissional"],
    )  # fmt: skip
    names = Nomes.of(request.entidade)
    fichas = filtered(request.entidade, wanted, cnes=request.cnes_permitidos)
    fichas = fichas.order_by("cnes", "profissional_cns", "data", "pk")
    if request.GET.get("baixar") == "xlsx" and competencia:
        return _sheet(request, fichas, names, competencia)
    context: dict[str, Any] = {"competencias": months, "competencia": competencia, "filtros": found}
    chosen = wanted.cnes or wanted.profissional_cns
    if competencia and chosen:
        lines = list(islice(_lines(fichas[: ON_PAPER + 1], names), ON_PAPER + 1))
        context |= {"folhas": _sheets(lines[:ON_PAPER]), "cortada": len(lines) > ON_PAPER, "papel": ON_PAPER}
        record_event(
            by=request.user, entidade=request.entidade, tipo="lista.vista", lista="entregar",
            mostrados=min(len(lines), ON_PAPER),
        )  # fmt: skip
    elif competencia:
        context["grupos"] = _groups(request, competencia, names)
    return render(request, "fila/entregar.html", context)


def _months(request: UserRequest) -> list[str]:
    """Competências with something to mend, newest first."""
    lines = contagens.panel(request.entidade, cnes=request.cnes_permitidos)
    found = [line.competencia for line in lines if line.inconsistentes]
    return [c for c in found if c != SEM_DATA] + [c for c in found if c == SEM_DATA]


def _groups(request: UserRequest, competencia: str, names: Nomes) -> list[tuple[Any, ...]]:
    """(CNES, unit, how many, its professionals), the unit with most first."""
    counted = queries.to_hand_out(request.entidade, competencia, request.cnes_permitidos)
    found = []
    for cnes, some in groupby(counted, key=lambda row: row["cnes"]):
        people = [
            {
                **row,
                "nome": names.profissionais.get(row["profissional_cns"], "") or "sem profissional conhecido",
            }
            for row in some
        ]
        name = names.estabelecimentos.get(cnes, "") or cnes or "sem unidade"
        found.append((cnes, name, sum(p["n"] for p in people), people))
    return sorted(found, key=lambda g: (-g[2], g[1]))


def _sheets(lines: list[list[Any]]) -> list[tuple[str, str, list[list[Any]]]]:
    """One sheet of paper per unit and professional."""
    return [(unit, who, list(some)) for (unit, who), some in groupby(lines, key=lambda x: (x[0], x[1]))]


def _lines(fichas: QuerySet[Ficha], names: Nomes) -> Iterator[list[Any]]:
    """A line per error, as `HEADER`."""
    every = fichas.iterator(chunk_size=CHUNK)
    while some := list(islice(every, CHUNK)):
        everybody = people(some)
        errors = Inconsistencia.objects.filter(
            ficha__in=[f.pk for f in some], encerrada_em=None, severidade=Severidade.ERRO
        )
        of: dict[int, list[Inconsistencia]] = {}
        for row in errors.order_by("ficha_id", "pk"):
            of.setdefault(row.ficha_id, []).append(row)
        for f in some:
            there = everybody.get(f.pk, {})
            first = next(iter(there.values()), None)
            for row in of.get(f.pk, []):
                who = there.get(row.posicao) if row.posicao is not None else first
                yield [
                    names.estabelecimentos.get(f.cnes, "") or f.cnes,
                    names.profissionais.get(f.profissional_cns, "") or f.profissional_cns,
                    str(who) if who else "", f.get_tipo_display(), f.data or "", field_label(f.tipo, row.campo),
                    row.mensagem, how(f.tipo, row.codigo), f.uuid,
                ]  # fmt: skip


def _sheet(request: UserRequest, fichas: QuerySet[Ficha], names: Nomes, competencia: str) -> HttpResponseBase:
    name = f"a_corrigir_{in_files(competencia, 'sem_data')}"
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.baixada", formato="xlsx", lista=name, nomes=True
    )  # fmt: skip
    return xlsx_response(f"{name}.xlsx", HEADER, _lines(fichas, names))
