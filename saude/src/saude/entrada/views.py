"""Log-in: the password, then what the person has besides it."""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import public
from saude.auditoria.actions import record_event
from saude.contas.forms import EntrarForm
from saude.contas.models import Usuario
from saude.contas.ritmo import ritmo
from saude.contas.tentativas import Tentativa, remember_device
from saude.correio.queries import configured
from saude.entrada import chave, meio, reserva, totp
from saude.entrada.forms import CodigoForm
from saude.entrada.govbr import offered
from saude.entrada.models import Fator
from saude.entrada.queries import demonstration, has_factor
from saude.entrada.totp import Recusa
from saude.web.volta import ours

SMALL = 16 * KB  # a name and a password, from anybody
ASKED = "chave_pedida"  # in the session: the question a passkey has to answer, once


class _Entrar(LoginView):
    form_class = EntrarForm
    template_name = "contas/entrar.html"
    redirect_authenticated_user = True
    right = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        with ritmo.attempt(address) as wait:
            response = self._too_often(wait) if wait else super().post(request, *args, **kwargs)
        if self.right:
            ritmo.give_back(address)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        user, self.right = form.get_user(), True
        if has_factor(user):
            meio.begin(self.request, user, next_page=self.get_redirect_url(), como="senha")
            return redirect("segundo_fator")
        return inside(self.request, super().form_valid(form), user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            demonstracao=demonstration(), correio=configured(), govbr=offered(), **kwargs
        )

    def _too_often(self, wait: int) -> HttpResponse:
        context = self.get_context_data(form=self.form_class(self.request), espere=wait)
        response = self.render_to_response(context, status=429)
        response["Retry-After"] = str(wait)
        return response


entrar = body(SMALL)(public(_Entrar.as_view()))


def inside(request: HttpRequest, response: HttpResponse, user: Usuario) -> HttpResponse:
    """After a log-in, whatever the way."""
    remember_device(request, response, user)
    if refused := getattr(user, "recusadas", 0):
        told = "uma senha foi recusada" if refused == 1 else f"{refused} senhas foram recusadas"
        messages.warning(
            request,
            f"Desde a sua última entrada, {told} para o seu usuário. Se não foi você, avise quem administra o sistema.",
        )
    return response


@body(SMALL)
@public
def segundo_fator(request: HttpRequest) -> HttpResponse:
    """The code of the app, or one on paper; the page also asks the browser for a passkey."""
    found = meio.who(request)
    if found is None:
        return _again(request)
    user, told = found
    form = CodigoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        result = _tried(request, user, lambda: _code(user, form.cleaned_data["codigo"]))
        if not isinstance(result, Recusa):
            return _done(request, user, told, result)
        form.add_error("codigo", result.texto)
    context = {"form": form, "meios": user.fatores.all(), "opcoes": _question(request, user)}
    return render(request, "entrada/segundo_fator.html", context)


@body(64 * KB)
@require_POST
@public
def segundo_fator_chave(request: HttpRequest) -> HttpResponse:
    """What the passkey answered. The question is asked once: an answer sent again is to none."""
    found, asked = meio.who(request), request.session.pop(ASKED, None)
    if found is None or asked is None:
        return JsonResponse({"erro": "O tempo passou. Informe a senha de novo."}, status=403)
    user, told = found
    result = _tried(request, user, lambda: _key(request, user, asked))
    if isinstance(result, Recusa):
        return JsonResponse({"erro": result.texto, "opcoes": _question(request, user)}, status=403)
    response = _done(request, user, told, result)
    response.headers["X-Ir-Para"] = response["Location"]
    del response["Location"]
    response.status_code = 204
    return response


def _code(user: Usuario, code: str) -> str | Recusa:
    if reserva.looks_like(code):
        return (
            "código de reserva"
            if reserva.use(user, code)
            else Recusa("Este código de reserva não existe ou já foi usado.")
        )
    result = totp.use(user, code)
    return result if isinstance(result, Recusa) else "aplicativo"


def _key(request: HttpRequest, user: Usuario, asked: dict[str, Any]) -> str | Recusa:
    try:
        answer = json.loads(request.body)
    except ValueError:
        return Recusa("A resposta da chave de acesso não pôde ser lida.")
    result = chave.use(request, user, asked, answer)
    return result if isinstance(result, Recusa) else "chave de acesso"


def _tried(request: HttpRequest, user: Usuario, look: Any) -> Any:
    """One try, counted before it is looked at, given back when it is good."""
    attempt: Tentativa = meio.attempt(request, user)
    if not attempt.taken():
        return Recusa("Muitos códigos recusados. Espere 15 minutos ou fale com quem administra o sistema.")
    result = look()
    if isinstance(result, Recusa):
        record_event(by=user, entidade=user.entidade_id, tipo="fator.recusado", alvo=user)
    else:
        attempt.entered()
    return result


def _done(request: HttpRequest, user: Usuario, told: dict[str, Any], how: str) -> HttpResponse:
    if how == "código de reserva":
        left = user.codigos_reserva.count()
        record_event(by=user, entidade=user.entidade_id, tipo="fator.reserva_usada", alvo=user, restam=left)
        messages.warning(
            request, f"Você usou um código de reserva. Restam {left}: gere outros em Segundo fator."
        )
    meio.end(request, user, f"{told['como']} e {how}")
    return inside(request, redirect(ours(told["next"]) or "inicio"), user)


def _question(request: HttpRequest, user: Usuario) -> dict[str, Any] | None:
    if not chave.possible(request) or not user.fatores.filter(tipo=Fator.Tipo.CHAVE).exists():
        return None
    options, request.session[ASKED] = chave.ask_to_use(request, user)
    return options


def _again(request: HttpRequest) -> HttpResponse:
    messages.info(request, "Informe o usuário e a senha.")
    return redirect("entrar")
