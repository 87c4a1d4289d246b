"""The sign of life of a correction that is open, and what it answers: who else is mending the same ficha."""

import re

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.comum.texto import number
from saude.contas.request import UserRequest
from saude.fichas import presenca
from saude.fichas.pedida import ficha_of

TAB = re.compile(r"[0-9a-f]{8,32}")


@requires("corrigir")
@require_POST
def bater(request: UserRequest, uuid: str) -> HttpResponse:
    """It is the page that asks, not the person: the session is not made longer by it."""
    ficha = ficha_of(request, uuid)
    tab = request.POST.get("aba", "")
    request.session.passiva = True
    if TAB.fullmatch(tab) is None:
        return HttpResponse(status=400)
    if request.POST.get("sai") == "1":
        presenca.leave(ficha.pk, request.user, tab)
        return HttpResponse(status=204)
    presenca.beat(ficha.pk, request.user, tab)
    seen = number(request.POST.get("revisao", ""))
    context = {
        "outros": presenca.others(ficha.pk, request.user, tab),
        "mudou": seen is not None and seen != ficha.revisao,
    }
    return render(request, "fichas/presenca.html", context)
