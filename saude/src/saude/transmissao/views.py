"""An export transmitted: what it would do, its progress, each of its fichas."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.guarda import limit_of, requires
from saude.auditoria.actions import record_event
from saude.comum.texto import counted
from saude.contas.request import UserRequest
from saude.exportacao.models import Exportacao
from saude.exportacao.queries import exports, takes_only
from saude.painel.apresenta import Nomes
from saude.transmissao import actions, queries
from saude.transmissao.models import Destino, Transmissao
from saude.transmissao.previa import preview

PER_PAGE = 50
LISTED = 25


@requires("ver")
@require_GET
def transmissoes(request: UserRequest) -> HttpResponse:
    """Every transmission, newest first: how it stands, and of how many fichas what became."""
    area = request.area.cnes if request.area else None
    found = queries.visible(request.entidade, cnes=request.cnes_do_acesso, area=area)
    page = Paginator(found, LISTED).get_page(request.GET.get("pagina"))
    told = queries.situations(list(page))
    main = ("aceita", "recusada")
    rows = [
        (t, {name: n for name, _, n in told[t.pk]}, [x for x in told[t.pk] if x[0] not in main]) for t in page
    ]
    has_pec = Destino.objects.filter(entidade=request.entidade).exists()
    return render(
        request, "transmissao/transmissoes.html", {"page_obj": page, "linhas": rows, "tem_pec": has_pec}
    )


@requires("exportar")
def transmitir(request: UserRequest, pk: int) -> HttpResponse:
    """GET says what would go and what to mind; POST, with that shown, begins."""
    row = get_object_or_404(exports(request.entidade, cnes=request.cnes_do_acesso), pk=pk)
    if not takes_only(row, request.cnes_do_acesso):
        raise PermissionDenied
    if (known := queries.of_export(row)) is not None:
        return redirect("transmissao:transmissao", known.pk)
    error = ""
    if request.method == "POST":
        try:
            made = actions.create_transmissao(
                exportacao=row, confere=request.POST.get("confere", ""), by=request.user
            )
            return redirect("transmissao:transmissao", made.pk)
        except actions.TransmissaoRefused as refused:
            error = str(refused)
    context = {"exportacao": row, "previa": preview(row), "erro": error, "pode": _may(request, row)}
    return render(request, "transmissao/transmitir.html", context, status=409 if error else 200)


def _may(request: UserRequest, export: Exportacao) -> dict[str, bool]:
    may_export = takes_only(export, limit_of(request, "exportar")) and "exportar" in request.permissoes
    return {p: True for p in request.permissoes if p != "exportar" or may_export}


def _transmissao_of(request: UserRequest, pk: int) -> Transmissao:
    found = queries.visible(request.entidade, cnes=request.cnes_do_acesso)
    return get_object_or_404(found, pk=pk)


@requires("ver")
@require_GET
def transmissao(request: UserRequest, pk: int) -> HttpResponse:
    row = _transmissao_of(request, pk)
    contas = queries.counted(row)
    context = {
        "t": row,
        "contas": contas,
        "exportacao": row.exportacao,
        "pode": _may(request, row.exportacao),
        **_listed(request, row, contas),
        **queries.waits(row),
    }
    return render(request, "transmissao/transmissao.html", context)


@requires("ver")
@require_GET
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    """The part that changes while it runs; once it stops, the whole page is asked for."""
    row = _transmissao_of(request, pk)
    context = {"t": row, "contas": queries.counted(row)} | queries.waits(row)
    response = render(request, "transmissao/andamento.html", context)
    if not row.viva:
        response["HX-Refresh"] = "true"
    return response


def _listed(request: UserRequest, row: Transmissao, contas: queries.Contas) -> dict[str, Any]:
    """The fichas of one situação: first of all what somebody has to act upon."""
    shown = [name for name, _, _ in contas.guias]
    first = next(
        (s for s in ("recusada", "parada", "falhou", "desconhecida", *shown) if s in shown), "a enviar"
    )
    asked = request.GET.get("situacao", "")
    situacao = asked if asked in queries.LABELS else first
    page = Paginator(queries.envios(row, situacao), PER_PAGE).get_page(request.GET.get("pagina"))
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", alvo=row, lista="fichas da transmissão",
        mostrados=len(page.object_list),
    )  # fmt: skip
    return {
        "situacao": situacao,
        "page_obj": page,
        "estabelecimentos": Nomes.of(request.entidade).estabelecimentos,
    }


def _acting(request: UserRequest, pk: int) -> Transmissao:
    row = _transmissao_of(request, pk)
    if not takes_only(row.exportacao, request.cnes_do_acesso):
        raise PermissionDenied
    return row


@requires("exportar")
@require_POST
def pausar(request: UserRequest, pk: int) -> HttpResponse:
    row = _acting(request, pk)
    if actions.pause(transmissao=row, by=request.user):
        messages.success(request, "Pausada: o que já estava a caminho ainda volta com a sua resposta.")
    else:
        messages.info(request, "A transmissão já não estava em curso.")
    return redirect("transmissao:transmissao", row.pk)


@requires("exportar")
@require_POST
def retomar(request: UserRequest, pk: int) -> HttpResponse:
    row = _acting(request, pk)
    if actions.resume(transmissao=row, by=request.user):
        messages.success(request, "A transmissão continua de onde estava.")
    else:
        messages.info(request, "A transmissão não estava pausada.")
    return redirect("transmissao:transmissao", row.pk)


@requires("exportar")
@require_POST
def repetir(request: UserRequest, pk: int) -> HttpResponse:
    row = _acting(request, pk)
    n = actions.ask_again(transmissao=row, by=request.user)
    if n:
        messages.success(request, f"{counted(n, 'ficha vai', 'fichas vão')} de novo.")
    else:
        messages.info(request, "Não há ficha a pedir de novo.")
    return redirect("transmissao:transmissao", row.pk)
