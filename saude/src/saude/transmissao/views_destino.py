"""Administrando > Instalação > PEC de destino: where the entidade sends to, and whether it is let in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO
from saude.contas.request import UserRequest
from saude.transmissao import actions
from saude.transmissao.forms import DestinoForm
from saude.transmissao.models import Destino


@body(128 * KB)
@requires("administrar")
def destino(request: UserRequest) -> HttpResponse:
    kept = Destino.objects.filter(entidade=request.entidade).first()
    form = DestinoForm(
        request.POST or None,
        instance=kept or Destino(entidade=request.entidade),
        simulador=INSTALACAO in request.permissoes,
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        actions.save_destino(
            entidade=request.entidade, by=request.user, senha=data.pop("senha_nova", ""), **data
        )
        messages.success(request, "PEC de destino salvo. Teste a conexão.")
        return redirect("transmissao:destino")
    status = 422 if form.errors else 200
    return render(request, "transmissao/destino.html", {"form": form, "guardado": kept}, status=status)


@requires("administrar")
@require_POST
def testar(request: UserRequest) -> HttpResponse:
    kept = Destino.objects.filter(entidade=request.entidade).first()
    if kept is None:
        messages.error(request, "Salve o endereço e a credencial antes de testar.")
    else:
        row = actions.test_destino(destino=kept, by=request.user)
        tell = messages.success if row.teste_certo else messages.error
        tell(request, row.teste)
    return redirect("transmissao:destino")
