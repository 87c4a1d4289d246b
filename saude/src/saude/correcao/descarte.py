"""Discarding a ficha (what it is, why, confirm), the list of the discarded ones, and the way back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.areas import in_areas
from saude.acesso.guarda import allowed_at, requires
from saude.auditoria.actions import record_event
from saude.comum.texto import number
from saude.contas.request import UserRequest
from saude.correcao.ficha import people
from saude.fichas.models import Descarte, Ficha
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import Situacao, TransitionRefused, open_situations
from saude.painel.apresenta import Nomes
from saude.processamento import descarte

PER_PAGE = 50


@requires("corrigir")
def descartar(request: UserRequest, uuid: str) -> HttpResponse:
    """GET shows what would go; POST, with a reason, takes it out."""
    ficha = ficha_of(request, uuid)
    if ficha.situacao not in open_situations("descartar"):
        messages.error(request, "Uma ficha exportada ou já descartada não pode ser descartada.")
        return redirect("fichas:detalhe", uuid=ficha.chave)
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=ficha)
    typed = {"motivo": request.POST.get("motivo", ""), "observacao": request.POST.get("observacao", "")[:200]}
    error = ""
    if request.method == "POST":
        revision = number(request.POST.get("revisao", ""), -1)
        try:
            descarte.discard(ficha=ficha, **typed, revisao=revision, by=request.user)
        except TransitionRefused as refused:
            error = str(refused)
        else:
            messages.success(
                request, "Ficha descartada: saiu das contagens e não será exportada. Está em Descartadas."
            )
            return redirect("fichas:descartadas")
    context = {
        "ficha": ficha, "motivos": Descarte.Motivo.choices, "erro": error, **typed,
        "clientes": [a for a in people(ficha).values() if a.cliente], **_names(request, ficha),
    }  # fmt: skip
    return render(request, "fichas/descartar.html", context, status=422 if error else 200)


def _names(request: UserRequest, ficha: Ficha) -> dict[str, str]:
    names = Nomes.of(request.entidade)
    return {
        "profissional": names.profissionais.get(ficha.profissional_cns, ficha.profissional_cns),
        "estabelecimento": names.estabelecimentos.get(ficha.cnes, ficha.cnes),
    }


@requires("corrigir")
@require_POST
def restaurar(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    try:
        after = descarte.restore(ficha=ficha, by=request.user)
    except TransitionRefused as refused:
        known = ficha.situacao == Situacao.DESCARTADA
        messages.error(request, str(refused) if known else "Esta ficha não está descartada.")
        return redirect("fichas:detalhe", uuid=ficha.chave)
    text = f"Ficha trazida de volta: está {after.get_situacao_display().lower()}."
    (messages.success if after.situacao == Situacao.PROCESSADA else messages.warning)(request, text)
    return redirect("fichas:detalhe", uuid=after.chave)


@requires("ver")
@require_GET
def descartadas(request: UserRequest) -> HttpResponse:
    rows = _discarded(request)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", lista="descartadas",
        mostrados=len(page.object_list),
    )  # fmt: skip
    names = Nomes.of(request.entidade)
    for row in page:
        row.profissional = names.profissionais.get(row.ficha.profissional_cns, row.ficha.profissional_cns)
        row.estabelecimento = names.estabelecimentos.get(row.ficha.cnes, row.ficha.cnes)
        row.pode = allowed_at(request, row.ficha.cnes)
    return render(request, "fichas/descartadas.html", {"page_obj": page})


def _discarded(request: UserRequest) -> QuerySet[Descarte]:
    rows = Descarte.objects.filter(entidade=request.entidade).select_related("ficha", "usuario")
    return in_areas(rows, request.cnes_permitidos, "ficha__cnes").order_by("-em", "-pk")
