"""One's own sessions, and the screen that locks and keeps what was typed."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.contas import entradas
from saude.contas.request import UserRequest
from saude.contas.ritmo import ritmo
from saude.web.volta import ours

SMALL = 16 * KB


@requires()
def sessoes(request: UserRequest) -> HttpResponse:
    return _page(request)


def _page(request: UserRequest, erro: str = "") -> HttpResponse:
    context = {
        "erro": erro,
        "sessoes": entradas.living(request.user),
        "esta": request.session.get(entradas.ROW),
        "ultimas": request.user.sessoes.all()[:10],
        "horas": entradas.hours(),
    }
    return render(request, "contas/sessoes.html", context, status=403 if erro else 200)


@body(SMALL)
@require_POST
@requires()
def encerrar(request: UserRequest) -> HttpResponse:
    """One of them, or all but this one; the password is asked again: a browser left open throws nobody out."""
    user, which = request.user, request.POST.get("sessao", "")
    others = [row for row in entradas.living(user) if row.pk != request.session.get(entradas.ROW)]
    try:
        chosen = others if which == "outras" else entradas.one_of(user, which)
    except ValidationError as error:
        messages.info(request, " ".join(error.messages))
        return redirect("sessoes")
    if chosen and (erro := _paced(request, entradas.confirm)):
        return _page(request, erro)
    ended = entradas.end(by=user, sessoes=chosen, usuario=user, entidade=request.contexto.entidade)
    messages.success(request, "Sessão encerrada." if ended == 1 else f"{ended} sessões encerradas.")
    return redirect("sessoes")


@body(SMALL)
@require_POST
@requires()
def bloquear(request: UserRequest) -> HttpResponse:
    entradas.lock(request)
    return JsonResponse({"bloqueada": True}) if _by_script(request) else redirect("tela_bloqueada")


@requires()
def tela_bloqueada(request: UserRequest) -> HttpResponse:
    address = ours(request.GET.get("next", "")) or "/"
    if entradas.LOCKED not in request.session:
        return redirect(address)
    return render(request, "contas/tela_bloqueada.html", {"next": address})


@body(SMALL)
@require_POST
@requires()
def desbloquear(request: UserRequest) -> HttpResponse:
    address = ours(request.POST.get("next", "")) or "/"
    error = _paced(request, entradas.unlock)
    if _by_script(request):
        return JsonResponse({"erro": error}, status=403 if error else 200)
    if error:
        return render(request, "contas/tela_bloqueada.html", {"next": address, "erro": error}, status=403)
    return redirect(address)


def _paced(request: UserRequest, check: Callable[[HttpRequest, str], str]) -> str:
    """What is wrong with the password that was sent, in words; "" when nothing is."""
    with ritmo.attempt(request.META.get("REMOTE_ADDR", "")) as wait:
        if wait:
            return f"Há muitas tentativas a partir deste endereço. Espere {wait} segundos."
        error = check(request, request.POST.get("password", ""))
    if not error:
        ritmo.give_back(request.META.get("REMOTE_ADDR", ""))
    return error


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
