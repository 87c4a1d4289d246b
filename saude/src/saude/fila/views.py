"""Minha fila, giving fichas to somebody, and what is said about one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.guarda import allowed_at, limit_of, of_the_area, requires
from saude.auditoria.actions import record_event
from saude.contas.request import UserRequest
from saude.fichas import filtro
from saude.fichas.models import Ficha
from saude.fichas.pedida import ficha_of
from saude.fila import actions, queries
from saude.fila.models import Encargo
from saude.painel import filtros
from saude.painel.apresenta import rows
from saude.web.volta import asked_back

PER_PAGE = 50
#: ids that one mending after the other goes through
WALKED = 2_000


def asked(request: UserRequest, whose: str, state: str) -> Any:
    """The rows that an address of the queue asks for, in the áreas the user sees now."""
    found = queries.visible(request.entidade, request.cnes_permitidos)
    if whose == "sem":
        found = queries.orphans(found, request.entidade)
    elif whose != "todas":
        limit = limit_of(request, "corrigir")
        mine = request.cnes_permitidos if request.area or limit is not None else None
        found = queries.of_user(found, request.user, request.entidade, mine)
    return queries.listed(queries.in_state(found, state))


def chosen(asked_for: Any) -> tuple[str, str]:
    whose, state = asked_for.get("quem", "minha"), asked_for.get("estado", "abertas")
    return (
        whose if whose in queries.WHOSE else "minha",
        state if state in queries.STATES else "abertas",
    )


@requires("ver")
@require_GET
def minha(request: UserRequest) -> HttpResponse:
    whose, state = chosen(request.GET)
    page = Paginator(asked(request, whose, state), PER_PAGE).get_page(request.GET.get("pagina"))
    found = list(page.object_list)
    queries.mark_orphans(found, request.entidade)
    lines = rows(request.entidade, [e.ficha for e in found])
    for e in found:
        e.pode = e.ficha.pode = allowed_at(request, e.ficha.cnes)
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", lista="fila", mostrados=len(found)
    )
    context = {
        "linhas": list(zip(found, lines, strict=True)),
        "page_obj": page,
        "quem": whose,
        "estado": state,
        "de_quem": queries.WHOSE,
        "estados": queries.STATES,
    }
    return render(request, "fila/minha.html", context)


@of_the_area
@requires("corrigir")
@require_POST
def atribuir(request: UserRequest) -> HttpResponse:
    """Marked fichas, or all of the list the button stood on, to somebody."""
    who = queries.assignee(request.entidade, request.POST.get("para", ""))
    if who is None:
        messages.error(request, "Escolha na lista quem vai corrigir.")
        return redirect(_back(request))
    ids = _ids(request)
    if not ids:
        messages.error(request, "Marque ao menos uma ficha para atribuir.")
        return redirect(_back(request))
    try:
        done = actions.assign(entidade=request.entidade, ids=ids, who=who, by=request.user)
    except actions.FilaRefused as refused:
        messages.error(request, str(refused))
        return redirect(_back(request))
    name = getattr(who, "nome", "") or str(who)
    text = f"{done.feitas} {'ficha atribuída' if done.feitas == 1 else 'fichas atribuídas'} a {name}."
    if done.fora:
        text += f" {done.fora} não: já não há o que corrigir, ou são de uma área em que não trabalha."
    (messages.warning if done.fora else messages.success)(request, text)
    return redirect(_back(request))


def _ids(request: UserRequest) -> list[int]:
    whole = request.POST.get("todas") == "1"
    wanted = filtros.posted(request.POST) if whole else filtros.marked(request.POST)
    if wanted is None:
        return []
    found = filtro.filtered(request.entidade, wanted, cnes=request.cnes_permitidos)
    return list(found.values_list("pk", flat=True)[: actions.MOST + 1])


@requires("corrigir")
@require_POST
def da_ficha(request: UserRequest, uuid: str) -> HttpResponse:
    """One ficha: given to somebody, taken from them, or in which state it is."""
    ficha = ficha_of(request, uuid)
    mine = Encargo.objects.filter(ficha=ficha).select_related("ficha").first()
    try:
        _change(request, ficha, mine)
    except actions.FilaRefused as refused:
        messages.error(request, str(refused))
    return redirect("fichas:detalhe", uuid=ficha.chave)


def _change(request: UserRequest, ficha: Ficha, mine: Encargo | None) -> None:
    post = request.POST
    if "retirar" in post and mine is not None:
        actions.release(encargo=mine, by=request.user)
        messages.success(request, "A ficha não está mais na fila de ninguém.")
    elif "estado" in post and mine is not None:
        actions.set_state(encargo=mine, estado=post["estado"], by=request.user)
        messages.success(request, "Estado gravado.")
    elif who := queries.assignee(request.entidade, post.get("para", "")):
        done = actions.assign(entidade=request.entidade, ids=[ficha.pk], who=who, by=request.user)
        if not done.feitas:
            raise actions.FilaRefused(
                "Não foi atribuída: não há o que corrigir, ou quem você escolheu não trabalha na área desta ficha."
            )
        messages.success(request, f"Ficha atribuída a {getattr(who, 'nome', '') or who}.")
    else:
        raise actions.FilaRefused("Escolha na lista quem vai corrigir.")


@requires("corrigir")
@require_POST
def anotar(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    post = request.POST
    try:
        actions.annotate(
            ficha=ficha, texto=post.get("texto", ""), meio=post.get("meio", ""), com=post.get("com", ""),
            by=request.user,
        )  # fmt: skip
        messages.success(request, "Anotação gravada.")
    except actions.FilaRefused as refused:
        messages.error(request, str(refused))
    return redirect("fichas:detalhe", uuid=ficha.chave)


def _back(request: UserRequest) -> str:
    return asked_back(request) or reverse("fila:minha")
