"""Log-out, own password, and the choice of entidade and área."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import public, requires
from saude.comum.texto import number
from saude.contas import entradas
from saude.contas.actions import change_own_password
from saude.contas.forms import TrocarSenhaForm
from saude.contas.queries import work_context
from saude.contas.request import UserRequest
from saude.web.volta import ours

SMALL = 16 * KB


@body(SMALL)
@require_POST
@public
def sair(request: UserRequest) -> HttpResponse:
    """The page has taken away what it kept of the person (guardado.js); the browser's cache goes too.

    Not its storage: on this address the agents' app keeps visits that were not sent.
    """
    logout(request)
    response = redirect("entrar")
    response["Clear-Site-Data"] = '"cache"'
    return response


@requires()
def trocar_senha(request: UserRequest) -> HttpResponse:
    form = TrocarSenhaForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_own_password(
            by=request.user, senha=form.cleaned_data["new_password1"], entidade=request.entidade
        )
        update_session_auth_hash(request, request.user)
        entradas.moved(request)
        messages.success(request, "Senha trocada.")
        return redirect("inicio")
    names = f"{request.user.username} {request.user.nome}"
    return render(request, "contas/trocar_senha.html", {"form": form, "de_quem": names})


@require_POST
@requires()
def trocar_contexto(request: UserRequest) -> HttpResponse:
    """Choose entidade and área; what the user may not choose is ignored."""
    wanted = number(request.POST.get("entidade", "")), number(request.POST.get("area", ""))
    context = work_context(request.user, *wanted)
    if wanted[1] and (context.area is None or context.area.pk != wanted[1]):
        messages.warning(
            request, f"A área escolhida não existe mais ou não é sua. Agora você vê: {context.nome_da_area}."
        )
    if context.entidade:
        request.session["entidade"] = context.entidade.pk
        request.session["area"] = context.area.pk if context.area else None
    changed = context.entidade != request.entidade
    # a record of the other entidade would be a 404
    return redirect((not changed and ours(request.POST.get("voltar", ""))) or "inicio")
