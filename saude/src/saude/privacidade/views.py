"""Privacidade: who is in charge, with whom data were shared, the citizen's copy, how long copies are kept."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import limit_of, requires
from saude.acesso.permissoes import INSTALACAO
from saude.auditoria.actions import record_event
from saude.clientes.models import Cliente
from saude.contas.request import UserRequest
from saude.privacidade import actions
from saude.privacidade.forms import EncarregadoForm, GuardaForm
from saude.privacidade.models import Encarregado, Guarda
from saude.privacidade.queries import held_on, shared, terms


@requires(INSTALACAO)
def guarda(request: UserRequest) -> HttpResponse:
    form = GuardaForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_terms(by=request.user, dias=form.cleaned_data)
        messages.success(request, "Prazos guardados. O que passou deles é apagado na próxima noite.")
        return redirect("guarda")
    return render(request, "privacidade/guarda.html", {"form": form})


@requires("administrar")
def privacidade(request: UserRequest) -> HttpResponse:
    person = Encarregado.objects.filter(entidade=request.entidade).first()
    form = EncarregadoForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        actions.set_person_in_charge(by=request.user, entidade=request.entidade, **form.cleaned_data)
        messages.success(request, "Encarregado guardado.")
        return redirect("privacidade")
    kept = [(Guarda(kind).label, days) for kind, days in terms().items()]
    context = {"form": form, "partilhas": shared(request.entidade), "guardas": kept}
    return render(request, "privacidade/privacidade.html", context)


@requires("administrar")
@require_POST
def titular(request: UserRequest, pk: int) -> HttpResponseBase:
    """The copy that the citizen asked for. It is of the whole entidade: who sees some áreas only does not make it."""
    if limit_of(request, "administrar") is not None:
        return HttpResponse("A cópia do titular é de quem administra a entidade inteira.", status=403)
    cliente = get_object_or_404(Cliente, pk=pk, entidade=request.entidade)
    record_event(by=request.user, entidade=request.entidade, tipo="titular.copia", alvo=cliente)
    response = StreamingHttpResponse(held_on(cliente), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="titular_{cliente.pk}.json"'
    return response
