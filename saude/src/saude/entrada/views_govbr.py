"""Log-in by gov.br, and its settings for who administers the installation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from saude.acesso.corpo import KB, body
from saude.acesso.guarda import public, requires
from saude.acesso.permissoes import INSTALACAO
from saude.auditoria.actions import record_event
from saude.contas.request import UserRequest
from saude.entrada import actions, govbr, meio
from saude.entrada.forms import GovBrForm
from saude.entrada.models import GovBr
from saude.entrada.queries import has_factor
from saude.entrada.views import inside
from saude.web.volta import ours

NEXT = "govbr_next"


@public
def entrar(request: HttpRequest) -> HttpResponse:
    """To gov.br. A link, because a form may not lead to another host (Content-Security-Policy)."""
    row = _offered()
    if request.user.is_authenticated:
        return redirect("inicio")
    request.session[NEXT] = request.GET.get("next", "")[:500]
    try:
        return govbr.start(request, row)
    except govbr.Recusado as refused:
        return _refused(request, refused)


@public
def volta(request: HttpRequest) -> HttpResponse:
    """Back from gov.br."""
    row = _offered()
    address = request.session.pop(NEXT, "")
    try:
        found = govbr.finish(request, row)
    except govbr.Recusado as refused:
        return _refused(request, refused)
    user, how = found.usuario, f"gov.br {found.nivel.label.lower()}"
    if has_factor(user):
        meio.begin(request, user, next_page=address, como=how)
        return redirect("segundo_fator")
    request.session.flush()
    user.entrou_por = how  # type: ignore[attr-defined]  # read by the receivers of the log-in
    login(request, user, meio.BACKEND)
    return inside(request, redirect(ours(address) or "inicio"), user)


def _offered() -> GovBr:
    row = govbr.settings_now()
    if row is None or not row.ativo:
        raise Http404
    return row


def _refused(request: HttpRequest, refused: govbr.Recusado) -> HttpResponse:
    record_event(by="desconhecido", entidade=None, tipo="govbr.recusado", motivo=str(refused))
    return render(request, "entrada/govbr_recusado.html", {"motivo": str(refused)}, status=403)


@body(16 * KB)
@requires("administrar")
def configurar(request: UserRequest) -> HttpResponse:
    if INSTALACAO not in request.permissoes:
        raise PermissionDenied
    row = govbr.settings_now() or GovBr()
    form = GovBrForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = dict(form.cleaned_data)
        actions.save_govbr(by=request.user, segredo=data.pop("segredo_novo", ""), **data)
        messages.success(request, "Configuração do gov.br salva.")
        return redirect("govbr_configurar")
    return render(request, "entrada/govbr.html", {"form": form, "volta": govbr.callback(request)})
