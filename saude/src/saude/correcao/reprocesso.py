"""Reprocessing one ficha, and the first step of reprocessing many."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from saude.acesso.guarda import of_the_area, requires
from saude.acesso.lote import em_lote
from saude.contas.request import UserRequest
from saude.correcao.volta import back, back_query
from saude.fichas.models import Ficha
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import Situacao, open_situations
from saude.painel import filtros
from saude.processamento import actions, lotes


@requires("reprocessar")
@require_POST
def reprocessar_uma(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    if ficha.situacao not in open_situations("reprocessar"):
        messages.error(request, "Uma ficha exportada ou descartada não é reprocessada.")
    else:
        actions.reprocess(entidade=request.entidade, ids=[ficha.pk], by=request.user)
        after = Ficha.objects.get(pk=ficha.pk)
        text = f"Ficha reprocessada: está {after.get_situacao_display().lower()}."
        (messages.success if after.situacao == Situacao.PROCESSADA else messages.warning)(request, text)
    return redirect(back(request, ficha))


@em_lote()
@of_the_area
@requires("reprocessar")
@require_POST
def reprocessar(request: UserRequest) -> HttpResponse:
    """Preview of reprocessing all that the filter selects, or the chosen ones."""
    some = request.POST.get("quais") == "escolhidas" and request.POST.get("todas") != "1"
    wanted = filtros.marked(request.POST) if some else filtros.posted(request.POST)
    if wanted is None:
        messages.error(request, "Marque ao menos uma ficha para reprocessar.")
        return redirect(back(request, None))
    try:
        job = lotes.preview_reprocess(
            entidade=request.entidade, filtro=wanted, by=request.user, cnes=request.cnes_permitidos
        )
    except lotes.LoteRefused:
        messages.info(request, "Não há ficha a reprocessar nesta seleção.")
        return redirect(back(request, None))
    return redirect(f"{reverse('mudancas:previa', args=[job.pk])}?{back_query(request)}")
