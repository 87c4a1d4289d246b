"""Executando > Sistema > Conciliação: what was exported beside what the Ministry counted."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from saude.acesso.guarda import requires
from saude.auditoria.actions import record_event
from saude.contas.request import UserRequest
from saude.fichas.contagens import panel
from saude.painel.apresenta import Nomes
from saude.painel.planilha import xlsx_response
from saude.retorno import conciliacao, planilhas
from saude.retorno.models import Relatorio

SHOWN = 200


@requires("ver")
@require_GET
def inicio(request: UserRequest) -> HttpResponse:
    """The newest competência that SISAB was asked about; else the newest with production."""
    newest = _compared(request).first()
    if newest is None:
        told = sorted(conciliacao.months_of_teams(request.entidade))
        newest = next(iter([*reversed(told), *_months(request)]), None)
    if newest is None:
        return render(request, "retorno/conciliacao.html", {"competencias": []})
    return redirect("retorno:conciliacao", newest)


def _compared(request: UserRequest) -> Any:
    rows = Relatorio.objects.filter(
        entidade=request.entidade, formato=Relatorio.Formato.SISAB, estado=Relatorio.Estado.VALE
    )
    return (
        rows.exclude(competencia="").order_by("-competencia").values_list("competencia", flat=True).distinct()
    )


def _months(request: UserRequest) -> list[str]:
    lines = panel(request.entidade, cnes=request.cnes_permitidos)
    found = {line.competencia for line in lines if not line.sem_data} | set(_compared(request))
    found |= conciliacao.months_of_teams(request.entidade)
    return sorted(found, reverse=True)


@requires("ver")
@require_GET
def competencia(request: UserRequest, competencia: str) -> HttpResponseBase:
    cnes = request.cnes_permitidos
    reports = conciliacao.reports_of(request.entidade, competencia)
    lines = conciliacao.reconciled(request.entidade, competencia, reports, cnes=cnes)
    names = Nomes.of(request.entidade)
    teams = conciliacao.teams(request.entidade, competencia, cnes=cnes)
    if (asked := request.GET.get("baixar")) in ("xlsx", "siaps"):
        record_event(
            by=request.user, entidade=request.entidade, tipo="lista.baixada", formato="xlsx", lista="conciliação"
        )  # fmt: skip
        whole = request.build_absolute_uri
        if asked == "siaps":
            return xlsx_response(f"siaps_{competencia}.xlsx", *planilhas.teams(teams, names, whole))
        sheet = planilhas.reconciled(competencia, lines, names, whole)
        return xlsx_response(f"conciliacao_{competencia}.xlsx", *sheet)
    context = {
        "competencia": competencia,
        "competencias": _months(request),
        "relatorios": reports,
        "linhas": lines[:SHOWN],
        "escondidas": max(0, len(lines) - SHOWN),
        "totais": conciliacao.totals(lines),
        "figura": conciliacao.picture(lines),
        "legenda": conciliacao.PARTS,
        "equipes_siaps": teams,
        "estabelecimentos": names.estabelecimentos,
        "equipes": names.equipes,
    }
    return render(request, "retorno/conciliacao.html", context)
