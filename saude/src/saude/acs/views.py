"""The page Sincronizações: what each agent's phones sent, and what became of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acs import dispositivos, queries
from saude.acs.models import Aparelho
from saude.acs.versoes import ATUAL, old_app
from saude.contas.access import requires


@requires("ver")
def sincronizacoes(request: HttpRequest) -> HttpResponse:
    rows = queries.agents(request.entidade, request.area, cnes=request.cnes_permitidos)
    return render(request, "acs/sincronizacoes.html", {"agentes": rows})


@requires("ver")
def agente(request: HttpRequest, pk: int) -> HttpResponse:
    return _agent_page(request, pk)


@require_POST
@requires("configurar")
def criar_codigo(request: HttpRequest, pk: int) -> HttpResponse:
    lotacao = get_object_or_404(queries.lotacoes(request.entidade, request.area), pk=pk)
    try:
        code, text = dispositivos.create_code(by=request.user, lotacao=lotacao)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("acs:agente", pk)
    return _agent_page(request, pk, codigo=text, vale_ate=code.expira_em)


@require_POST
@requires("configurar")
def revogar(request: HttpRequest, pk: int) -> HttpResponse:
    device = get_object_or_404(Aparelho, pk=pk, entidade=request.entidade)
    lotacao = (
        queries.lotacoes(request.entidade, request.area).filter(profissional=device.profissional_id).first()
    )
    if request.area and lotacao is None:
        return redirect("acs:sincronizacoes")
    dispositivos.revoke(by=request.user, aparelho=device)
    messages.success(request, f"Acesso de {device} revogado.")
    return redirect("acs:agente", lotacao.pk) if lotacao else redirect("acs:sincronizacoes")


def _agent_page(request: HttpRequest, pk: int, **more: object) -> HttpResponse:
    areas = request.cnes_permitidos
    lotacao = get_object_or_404(queries.lotacoes(request.entidade, request.area, cnes=areas), pk=pk)
    (found,) = queries.agents(request.entidade, request.area, only=lotacao.pk, cnes=areas)
    for device in found.aparelhos:
        device.antigo = bool(device.versao_app) and old_app(device.versao_app)
    context = {
        "a": found,
        "recusas": queries.refusals(lotacao.profissional_id),
        "envios": queries.pushes(lotacao.profissional_id),
        "versao_atual": ATUAL,
    }
    return render(request, "acs/agente.html", context | more)
