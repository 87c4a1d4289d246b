"""Executando > Sistema > Retorno do PEC: reports sent in, seen, confirmed and taken back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.corpo import MULTIPART, body
from saude.acesso.guarda import limit_of, requires, whole_entidade
from saude.acesso.lote import em_lote
from saude.auditoria.actions import record_event
from saude.comum.texto import grouped, number
from saude.contas.request import UserRequest
from saude.painel.apresenta import Nomes
from saude.painel.planilha import xlsx_response
from saude.retorno import actions, planilhas, queries
from saude.retorno.leitura import Recusado
from saude.retorno.models import Desfecho, Relatorio

PER_PAGE = 50
UNDER_WAY = (Relatorio.Estado.LENDO, Relatorio.Estado.APLICANDO)
GROUPS = {
    "recusadas": "Recusadas",
    "repetidas": "Repetidas",
    "sem_motivo": "Sem motivo dito",
    "nao_enviadas": "Daqui, mas nunca exportadas",
    "alheias": "Não são daqui",
}
COUNTS = {
    "recusadas": "nossas_recusadas",
    "repetidas": "nossas_repetidas",
    "sem_motivo": "sem_motivo",
    "nao_enviadas": "nao_enviadas",
    "alheias": "alheias",
}


def _may_send(request: UserRequest) -> bool:
    return "exportar" in request.permissoes and limit_of(request, "exportar") is None


@requires("ver", "exportar")
@require_GET
def inicio(request: UserRequest) -> HttpResponse:
    return render(request, "retorno/inicio.html", _start(request))


def _start(request: UserRequest, erro: str = "") -> dict[str, Any]:
    page = Paginator(queries.reports(request.entidade), 25).get_page(request.GET.get("pagina"))
    return {
        "page_obj": page, "erro": erro, "limite": actions.LIMIT // 1024**2, "pode_enviar": _may_send(request),
    }  # fmt: skip


@body(actions.LIMIT + MULTIPART)
@requires("exportar")
@whole_entidade
@require_POST
def enviar(request: UserRequest) -> HttpResponse:
    file = request.FILES.get("arquivo")
    try:
        if getattr(request, "arquivo_grande_demais", False):
            raise Recusado(actions.TOO_BIG)
        if file is None:
            raise Recusado("Escolha um arquivo.")
        row, known = actions.upload(
            entidade=request.entidade, file=file, name=file.name or "", by=request.user
        )
    except Recusado as refused:
        return render(request, "retorno/inicio.html", _start(request, str(refused)), status=422)
    if known:
        messages.info(request, "Este arquivo já foi enviado: aqui está o que ele trouxe. Nada mudou.")
    return redirect("retorno:relatorio", row.pk)


def report_of(request: UserRequest, pk: int) -> Relatorio:
    return get_object_or_404(
        Relatorio.objects.select_related("por", "token", "exportacao"), entidade=request.entidade, pk=pk
    )


@requires("ver", "exportar")
@require_GET
def relatorio(request: UserRequest, pk: int) -> HttpResponseBase:
    row = report_of(request, pk)
    read = row.estado not in (*UNDER_WAY, Relatorio.Estado.DEIXADO, Relatorio.Estado.RECUSADO)
    has_rows = read and not row.marca
    if has_rows and request.GET.get("baixar") == "xlsx":
        return _sheet(request, row)
    context = {
        "tem_linhas": has_rows,
        "r": row,
        "acabou": row.estado not in UNDER_WAY,
        "pode_enviar": _may_send(request),
    }
    context |= actions.waits(row)
    if row.do_pec and read:
        context |= _lines(request, row)
    if row.estado == Relatorio.Estado.PREVIA:
        context["numero"] = actions.to_record(row)
    if row.marca:
        told = Desfecho.objects.filter(relatorio=row, vale=True).values_list("resultado", flat=True)
        context["fichas"], context["resultado"] = told.count(), told.first()
    return render(request, "retorno/relatorio.html", context)


def _sheet(request: UserRequest, row: Relatorio) -> HttpResponseBase:
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.baixada", alvo=row, formato="xlsx",
        lista="relatório de retorno",
    )  # fmt: skip
    names, cnes = Nomes.of(request.entidade), request.cnes_do_acesso
    groups = GROUPS if cnes is None else {k: v for k, v in GROUPS.items() if k != "alheias"}
    sheet = planilhas.report(row, names, request.build_absolute_uri, cnes=cnes, grupos=groups)
    return xlsx_response(f"retorno_{row.pk}.xlsx", *sheet)


def _lines(request: UserRequest, row: Relatorio) -> dict[str, Any]:
    """The lines of one group, of the áreas of whoever looks."""
    cnes = request.cnes_do_acesso
    counts = row.totais if cnes is None else queries.counted(row, cnes=cnes)
    shown = {name: int(counts.get(key, 0)) for name, key in COUNTS.items()}
    asked = request.GET.get("grupo", "")
    group = asked if asked in GROUPS else next((name for name, n in shown.items() if n), "recusadas")
    page = Paginator(queries.lines(row, group, cnes=cnes), PER_PAGE).get_page(request.GET.get("pagina"))
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", alvo=row,
        lista="relatório de retorno", mostrados=len(page.object_list),
    )  # fmt: skip
    names = Nomes.of(request.entidade).estabelecimentos
    return {
        "grupos": [(name, label, shown[name]) for name, label in GROUPS.items() if shown[name]],
        "grupo": group,
        "page_obj": page,
        "estabelecimentos": names,
        "nenhuma": not any(shown[name] for name in ("recusadas", "repetidas", "sem_motivo", "nao_enviadas")),
    }


@requires("ver", "exportar")
@require_GET
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    row = report_of(request, pk)
    response = render(request, "retorno/andamento.html", {"r": row} | actions.waits(row))
    if row.estado not in UNDER_WAY:
        response["HX-Refresh"] = "true"
    return response


@em_lote(previa="retorno:relatorio", confirma="retorno:confirmar", desfaz="retorno:desfazer")
@requires("exportar")
@whole_entidade
@require_POST
def confirmar(request: UserRequest, pk: int) -> HttpResponse:
    row = report_of(request, pk)
    typed = number(request.POST.get("numero", ""), -1)
    try:
        actions.confirm(relatorio=row, numero=typed, by=request.user)
    except actions.RetornoRefused as refused:
        messages.error(request, str(refused))
    return redirect("retorno:relatorio", row.pk)


@requires("exportar")
@whole_entidade
@require_POST
def deixar(request: UserRequest, pk: int) -> HttpResponse:
    if actions.drop(relatorio=report_of(request, pk), by=request.user):
        messages.info(request, "Nada foi registrado: o relatório foi deixado de lado.")
        return redirect("retorno:inicio")
    return redirect("retorno:relatorio", pk)


@em_lote(previa="retorno:desfazer", confirma="retorno:desfazer", desfaz="retorno:desfazer")
@requires("exportar")
@whole_entidade
def desfazer(request: UserRequest, pk: int) -> HttpResponse:
    """GET says what would count no more; POST, with that number, does it."""
    row = report_of(request, pk)
    told = Desfecho.objects.filter(relatorio=row, vale=True)
    number = told.count()
    error = ""
    if request.method == "POST" and row.estado == Relatorio.Estado.VALE:
        if request.POST.get("numero") == str(number):
            actions.undo(relatorio=row, by=request.user)
            messages.success(request, "Desfeito: o que este relatório disse já não conta.")
            return redirect("retorno:relatorio", row.pk)
        error = actions.CHANGED.format(grouped(number))
    if row.estado != Relatorio.Estado.VALE:
        return redirect("retorno:relatorio", row.pk)
    mended = queries.acted_upon(row)
    context = {"r": row, "numero": number, "refeitas": mended, "erro": error}
    return render(request, "retorno/desfazer.html", context, status=409 if error else 200)
