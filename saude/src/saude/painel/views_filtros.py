"""What the filters of a list are made with: causes by their words, filters kept under a name."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.comum.competencia import readable
from saude.comum.texto import fichas, fold
from saude.contas.request import UserRequest
from saude.fichas.situacoes import Situacao
from saude.inconsistencias import queries as findings
from saude.inconsistencias.models import Severidade
from saude.painel import actions, causas, filtros, salvos
from saude.painel.templatetags.painel import valor_da_causa
from saude.web.opaco import hide
from saude.web.volta import asked_back

OFFERED = 40


@requires("ver")
@require_POST
def causas_da_lista(request: UserRequest) -> HttpResponse:
    """Causes that the fichas of a list have, by words of theirs: what is typed may be of somebody, so no address."""
    competencia, situacao = readable(request.POST.get("competencia", "")), request.POST.get("situacao", "")
    severity = Severidade.ERRO if situacao == Situacao.INCONSISTENTE else Severidade.AVISO
    found = findings.causes(
        request.entidade, competencia or None, severidade=severity, cnes=request.cnes_permitidos,
        situacao=situacao if situacao in Situacao.values else "",
    )  # fmt: skip
    wanted = fold(request.POST.get("q", "")[:80].replace("\x00", "")).split()
    offered: list[dict[str, Any]] = []
    for rule in causas.by_rule(found):
        every = [_option("causa", hide(c.causa), c.mensagem, c.causa, c.fichas) for c in rule.causas]
        if len(every) > 1:
            n = sum(c.fichas for c in rule.causas)
            every.insert(0, _option("codigo", rule.codigo, f"{rule.mensagem} (qualquer valor)", "", n))
        offered += [o for o in every if all(w in fold(f"{o['texto']} {rule.codigo}") for w in wanted)]
    return JsonResponse({"opcoes": offered[:OFFERED]})


def _option(field: str, value: str, message: str, cause: str, n: int) -> dict[str, Any]:
    text = salvos.said(message, f"|{valor_da_causa(cause)}")
    return {"campo": field, "valor": value, "texto": text, "detalhe": fichas(n)}


@requires("ver")
@require_POST
def salvar(request: UserRequest) -> HttpResponse:
    """The filter of the list that the button stood on, under the name given."""
    situacao = request.POST.get("situacao", "")
    asked = filtros.read(QueryDict(request.POST.get("filtro", "").lstrip("?")[:2000]), situacao=situacao)
    try:
        saved = actions.save_filter(
            entidade=request.entidade, situacao=situacao, nome=request.POST.get("nome", ""), asked=asked,
            cnes=request.cnes_do_acesso, by=request.user,
        )  # fmt: skip
        messages.success(
            request, f"Filtro “{saved.nome}” salvo: ele fica acima da lista, em toda competência."
        )
    except actions.FiltroRefused as refused:
        messages.error(request, str(refused))
    return redirect(_back(request))


@requires("ver")
@require_POST
def apagar(request: UserRequest, pk: int) -> HttpResponse:
    gone = actions.delete_filter(entidade=request.entidade, pk=pk, by=request.user)
    messages.success(request, "Filtro apagado." if gone else "Este filtro já não existe.")
    return redirect(_back(request))


def _back(request: UserRequest) -> str:
    return asked_back(request) or reverse("painel:painel")
