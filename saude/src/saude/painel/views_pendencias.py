"""The Pendências: what waits, and for whom."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from saude.acesso.guarda import requires
from saude.comum.competencia import readable
from saude.contas.request import UserRequest
from saude.fichas import contagens
from saude.fichas.situacoes import Motivo, Situacao
from saude.painel import filtros
from saude.painel.apresenta import Nomes
from saude.painel.recebimentos import failed_lots
from saude.painel.sincronia import last_syncs
from saude.painel.views import listing
from saude.registro.tipos import Origem


@requires("ver")
def pendencias(request: UserRequest) -> HttpResponse:
    """What waits, per ACS or origin, and the list of it."""
    competencia = request.GET.get("competencia", "")
    competencia = readable(competencia)
    asked = filtros.read(request.GET, competencia=competencia, situacao=Situacao.PENDENTE)
    context = listing(request, asked) | {
        "origens": _by_origin(request, competencia),
        "competencia": competencia,
        "suporte": request.entidade.instalacao.suporte_contato,
        "lotes_falhos": failed_lots(request),
        "na_chegada": request.entidade.instalacao.processar_app_na_chegada,
    }
    return render(request, "pendencias/pendencias.html", context)


def _by_origin(request: UserRequest, competencia: str) -> list[dict[str, Any]]:
    names = Nomes.of(request.entidade).profissionais
    synced = last_syncs(request.entidade)
    found = contagens.pending_by_origin(request.entidade, competencia or None, cnes=request.cnes_permitidos)
    for row in found:
        row["sincronizada"] = synced.get(row["profissional_cns"]) if row["origem"] == Origem.APP else None
        row["origem_nome"] = Origem(row["origem"]).label
        row["motivo"] = Motivo(row["motivo_pendencia"]).label
        row["nome"] = names.get(row["profissional_cns"], "") or row["profissional_cns"] or "sem profissional"
        row["do_sistema"] = row["motivo_pendencia"] not in (Motivo.APLICATIVO, Motivo.DESFEITO)
    return found
