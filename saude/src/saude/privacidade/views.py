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
from saude.privacidade.anonimizar import MudouAntes, anonymise, preview
from saude.privacidade.forms import AnonimizarForm, EncarregadoForm, GuardaForm, PartilhaForm
from saude.privacidade.models import Encarregado, Guarda
from saude.privacidade.queries import held_on, noted, shared, terms

SHOWN = 200
WHOLE = "O que é do titular é de quem administra a entidade inteira."


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
    return _page(request, form, PartilhaForm(entidade=request.entidade))


def _page(request: UserRequest, form: EncarregadoForm, partilha: PartilhaForm) -> HttpResponse:
    context = {
        "form": form,
        "partilha_form": partilha,
        "partilhas": shared(request.entidade),
        "anotadas": noted(request.entidade)[:SHOWN],
        "guardas": [(Guarda(kind).label, days) for kind, days in terms().items()],
    }
    return render(request, "privacidade/privacidade.html", context)


@requires("administrar")
@require_POST
def anotar(request: UserRequest) -> HttpResponse:
    form = PartilhaForm(request.POST, entidade=request.entidade)
    if not form.is_valid():
        person = Encarregado.objects.filter(entidade=request.entidade).first()
        return _page(request, EncarregadoForm(instance=person), form)
    actions.note_sharing(by=request.user, entidade=request.entidade, partilha=form.save(commit=False))
    messages.success(request, "Partilha anotada.")
    return redirect("privacidade")


@requires("administrar")
@require_POST
def retirar(request: UserRequest, pk: int) -> HttpResponse:
    partilha = get_object_or_404(noted(request.entidade), pk=pk)
    actions.withdraw_sharing(by=request.user, partilha=partilha)
    messages.success(request, "Anotação retirada da lista. A trilha diz que houve.")
    return redirect("privacidade")


@requires("administrar")
def anonimizar(request: UserRequest, pk: int) -> HttpResponse:
    """What would go and what the law keeps; then, confirmed, it goes."""
    if limit_of(request, "administrar") is not None:
        return HttpResponse(WHOLE, status=403)
    cliente = get_object_or_404(Cliente, pk=pk, entidade=request.entidade, mesclado_em=None)
    form = AnonimizarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("revisao", "fichas")}
        try:
            done = anonymise(by=request.user, cliente=cliente, **told)
        except MudouAntes:
            messages.error(request, "O cadastro mudou depois da prévia: confira outra vez. Nada foi apagado.")
            return redirect("anonimizar", pk=cliente.pk)
        messages.success(
            request, "Cadastro anonimizado." if done.inteiro else "O que a lei não guarda foi apagado."
        )
        return redirect("clientes:detalhe", cliente.pk)
    seen = preview(cliente)
    if request.method != "POST":
        form = AnonimizarForm(initial={"revisao": cliente.revisao, "fichas": seen.fichas})
    return render(request, "privacidade/anonimizar.html", {"cliente": cliente, "previa": seen, "form": form})


@requires("administrar")
@require_POST
def titular(request: UserRequest, pk: int) -> HttpResponseBase:
    """The copy that the citizen asked for. It is of the whole entidade: who sees some áreas only does not make it."""
    if limit_of(request, "administrar") is not None:
        return HttpResponse(WHOLE, status=403)
    cliente = get_object_or_404(Cliente, pk=pk, entidade=request.entidade)
    record_event(by=request.user, entidade=request.entidade, tipo="titular.copia", alvo=cliente)
    response = StreamingHttpResponse(held_on(cliente), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="titular_{cliente.pk}.json"'
    return response
