"""A refused ficha goes again with its uuid, where the installation says so."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.contas.request import UserRequest
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import TransitionRefused
from saude.processamento import actions


@requires("corrigir")
@require_POST
def reabrir(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    try:
        again = actions.reopen_refused(ficha=ficha, by=request.user)
    except TransitionRefused as refused:
        messages.error(request, str(refused))
        return redirect("fichas:detalhe", uuid=ficha.chave)
    messages.success(
        request,
        f"Reaberta com o mesmo UUID: está {again.get_situacao_display().lower()}. Corrija o que o PEC recusou; ela vai "
        "na próxima exportação.",
    )
    return redirect(f"{reverse('fichas:corrigir', args=[again.chave])}?campos=todos")
