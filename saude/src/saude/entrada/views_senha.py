"""A forgotten password: asked for by e-mail, chosen with the token of the message."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import public
from saude.contas.forms import NovaSenhaForm
from saude.correio.queries import configured
from saude.entrada import esquecida
from saude.entrada.forms import EsquecidaForm

TOKEN = "senha_nova"  # in the session: the token does not stay in the address of the page


@body(16 * KB)
@public
def esqueci(request: HttpRequest) -> HttpResponse:
    form = EsquecidaForm(request.POST or None)
    asked = False
    if request.method == "POST" and form.is_valid() and configured():
        esquecida.ask(
            email=form.cleaned_data["email"],
            base=f"{request.scheme}://{request.get_host()}",
            address=request.META.get("REMOTE_ADDR", ""),
        )
        asked = True
    return render(request, "entrada/esqueci.html", {"form": form, "pedido": asked, "correio": configured()})


@public
def com_token(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the address uses nothing up: programs that read mail open it too."""
    request.session[TOKEN] = token
    return redirect("senha_escolher")


@body(16 * KB)
@never_cache
@public
def escolher(request: HttpRequest) -> HttpResponse:
    token = request.session.get(TOKEN, "")
    row = esquecida.of(token)
    if row is None:
        return render(request, "entrada/senha_nova.html", {"form": None}, status=410)
    form = NovaSenhaForm(row.usuario, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            esquecida.choose(token=token, senha=form.cleaned_data["new_password1"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            request.session.flush()
            messages.success(request, "Senha trocada. Entre com ela.")
            return redirect("entrar")
    return render(request, "entrada/senha_nova.html", {"form": form})
