"""Executando > Sistema > Conciliação: what was exported beside what the Ministry counted."""

from collections.abc import Iterator
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
from saude.retorno import conciliacao
from saude.retorno.conciliacao import LinhaConciliada
from saude.retorno.models import Relatorio

SHOWN = 200
HEADER = (
    "Ficha", "CNES", "Estabelecimento", "INE", "Equipe", "Exportadas", "Aceitas pelo PEC", "Recusadas pelo PEC",
    "Aprovado", "Duplicado", "Data inválida", "Reprovado", "Outra situação", "Motivos", "Diferença",
)  # fmt: skip


@requires("ver")
@require_GET
def inicio(request: UserRequest) -> HttpResponse:
    """The newest competência that SISAB was asked about; else the newest with production."""
    newest = _compared(request).first()
    if newest is None:
        known = _months(request)
        newest = known[0] if known else None
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
    return sorted(found, reverse=True)


@requires("ver")
@require_GET
def competencia(request: UserRequest, competencia: str) -> HttpResponseBase:
    cnes = request.cnes_permitidos
    reports = conciliacao.reports_of(request.entidade, competencia)
    lines = conciliacao.reconciled(request.entidade, competencia, reports, cnes=cnes)
    names = Nomes.of(request.entidade)
    if request.GET.get("baixar") == "xlsx":
        record_event(
            by=request.user,
            entidade=request.entidade,
            tipo="lista.baixada",
            formato="xlsx",
            lista="conciliação",
        )
        return xlsx_response(f"conciliacao_{competencia}.xlsx", HEADER, _sheet(lines, names))
    context = {
        "competencia": competencia,
        "competencias": _months(request),
        "relatorios": reports,
        "linhas": lines[:SHOWN],
        "escondidas": max(0, len(lines) - SHOWN),
        "totais": conciliacao.totals(lines),
        "figura": conciliacao.picture(lines),
        "legenda": conciliacao.PARTS,
        "equipes_siaps": conciliacao.teams(request.entidade, competencia, cnes=cnes),
        "estabelecimentos": names.estabelecimentos,
        "equipes": names.equipes,
    }
    return render(request, "retorno/conciliacao.html", context)


def _sheet(lines: list[LinhaConciliada], names: Nomes) -> Iterator[list[Any]]:
    for x in lines:
        reasons = "; ".join(f"{text}: {n}" for text, n in sorted(x.motivos.items()))
        yield [
            x.ficha, x.cnes, names.estabelecimentos.get(x.cnes, ""), x.ine, names.equipes.get(x.ine, ""),
            x.exportadas, x.aceitas, x.recusadas, x.aprovado, x.duplicado, x.data_invalida, x.reprovado, x.outra,
            reasons, x.diferenca,
        ]  # fmt: skip
