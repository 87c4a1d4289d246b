"""Avisos: what there is to know, and what one wants to know of, and how."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.avisos import actions
from saude.avisos.models import Especie
from saude.avisos.queries import shown_to, told_to, wanted
from saude.cadastros.tempo import local_today
from saude.comum.texto import numbers
from saude.contas.request import UserRequest
from saude.correio.queries import configured


@requires()
def lista(request: UserRequest) -> HttpResponse:
    here = request.contexto.entidade
    today = local_today(here) if here else timezone.localdate()
    rows = [(row, row.dito(today)) for row in shown_to(request)]
    new = [row.pk for row, _ in rows if row.lido_em is None and row.encerrado_em is None]
    return render(request, "avisos/lista.html", {"avisos": rows, "novos": new})


@body(64 * KB)
@require_POST
@requires()
def lidos(request: UserRequest) -> HttpResponse:
    """Those that the page showed: what came meanwhile stays new."""
    ids = numbers(request.POST.getlist("aviso"))
    actions.mark_read(by=request.user, ids=ids)
    return redirect("avisos:lista")


@body(16 * KB)
@requires()
def preferencias(request: UserRequest) -> HttpResponse:
    kinds = told_to(Especie.values, request.limites)
    if request.method == "POST":
        pages, mails = set(request.POST.getlist("pagina")), set(request.POST.getlist("email"))
        chosen = {kind: (kind in pages, kind in mails) for kind in kinds}
        actions.save_preferences(by=request.user, wanted=chosen)
        messages.success(request, "Preferências de aviso salvas.")
        return redirect("avisos:preferencias")
    pages, mails = wanted(request.user, "na_pagina"), wanted(request.user, "por_email")
    context = {
        "especies": [(kind, Especie(kind).label, kind in pages, kind in mails) for kind in kinds],
        "tem_correio": configured(),
        "email": request.user.email,
    }
    return render(request, "avisos/preferencias.html", context)
