"""The mail settings, for who administers the installation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO
from saude.acesso.request import GuardedRequest
from saude.correio import actions
from saude.correio.forms import ServidorForm, TesteForm
from saude.correio.models import Servidor
from saude.correio.queries import server


@body(16 * KB)
@requires("administrar")
def correio(request: GuardedRequest) -> HttpResponse:
    _of_the_installation(request)
    kept = server()
    form = ServidorForm(request.POST or None, instance=kept or Servidor())
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        actions.save_server(
            by=request.user,
            senha=data.pop("senha_nova", ""),
            apagar_senha=data.pop("apagar_senha", False),
            **data,
        )
        messages.success(request, "Correio salvo. Envie um teste.")
        return redirect("correio")
    teste = TesteForm(initial={"para": getattr(request.user, "email", "")}, auto_id="teste_%s")
    return render(request, "correio/correio.html", {"form": form, "guardado": kept, "teste": teste})


@body(16 * KB)
@require_POST
@requires("administrar")
def testar(request: GuardedRequest) -> HttpResponse:
    _of_the_installation(request)
    form = TesteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Informe um e-mail para receber o teste.")
    elif failed := actions.try_server(by=request.user, para=form.cleaned_data["para"]):
        messages.error(request, f"O teste não foi enviado. {failed.texto}")
    else:
        messages.success(request, "O servidor aceitou a mensagem de teste. Confira se ela chegou.")
    return redirect("correio")


def _of_the_installation(request: GuardedRequest) -> None:
    if INSTALACAO not in request.permissoes:
        raise PermissionDenied
