"""Log-in, log-out, own password, and the choice of entidade and área."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import public, requires
from saude.contas import entradas
from saude.contas.actions import change_own_password
from saude.contas.forms import EntrarForm, TrocarSenhaForm
from saude.contas.queries import work_context
from saude.contas.request import UserRequest
from saude.contas.ritmo import ritmo
from saude.contas.tentativas import remember_device

SMALL = 16 * KB  # a name and a password, from anybody


class _Entrar(LoginView):
    form_class = EntrarForm
    template_name = "contas/entrar.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        with ritmo.attempt(address) as wait:
            response = self._too_often(wait) if wait else super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            ritmo.give_back(address)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        remember_device(self.request, response, form.get_user())
        if refused := getattr(form.get_user(), "recusadas", 0):
            messages.warning(self.request, _refused(refused))
        return response

    def _too_often(self, wait: int) -> HttpResponse:
        context = self.get_context_data(form=self.form_class(self.request), espere=wait)
        response = self.render_to_response(context, status=429)
        response["Retry-After"] = str(wait)
        return response


def _refused(times: int) -> str:
    told = "uma senha foi recusada" if times == 1 else f"{times} senhas foram recusadas"
    return f"Desde a sua última entrada, {told} para o seu usuário. Se não foi você, avise quem administra o sistema."


entrar = body(SMALL)(public(_Entrar.as_view()))


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
    return render(request, "contas/trocar_senha.html", {"form": form})


@require_POST
@requires()
def trocar_contexto(request: UserRequest) -> HttpResponse:
    """Choose entidade and área; what the user may not choose is ignored."""
    wanted = _number(request.POST.get("entidade")), _number(request.POST.get("area"))
    context = work_context(request.user, *wanted)
    if wanted[1] and (context.area is None or context.area.pk != wanted[1]):
        messages.warning(
            request, f"A área escolhida não existe mais ou não é sua. Agora você vê: {context.nome_da_area}."
        )
    if context.entidade:
        request.session["entidade"] = context.entidade.pk
        request.session["area"] = context.area.pk if context.area else None
    changed = context.entidade != request.entidade
    address = request.POST.get("voltar", "")
    if changed or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return redirect("inicio")  # a record of the other entidade would be a 404
    return redirect(address)


def _number(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() and len(text) < 19 else None
