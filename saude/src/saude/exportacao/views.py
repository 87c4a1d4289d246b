"""Exportações: the history, a new one, its progress, its file and its manifest."""

import uuid
from re import fullmatch
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import limit_of, of_the_area, requires
from saude.auditoria.actions import record_event
from saude.banco.espera import waits
from saude.cadastros.tempo import local_today
from saude.cofre.erros import CofreError
from saude.comum.competencia import Competencia
from saude.contas.request import UserRequest
from saude.exportacao import actions
from saude.exportacao.files import path_of, pieces_of
from saude.exportacao.fim import OVER
from saude.exportacao.forms import ExportacaoForm, month_of
from saude.exportacao.models import Exportacao
from saude.exportacao.queries import exports, manifest, names_of, takes_only
from saude.exportacao.selection import LABELS, Previa, preview
from saude.fichas.contagens import panel, undated

PER_PAGE = 25


@requires("ver")
def exportacoes(request: UserRequest) -> HttpResponse:
    area = request.area.cnes if request.area else None
    found = exports(request.entidade, cnes=request.cnes_do_acesso, area=area)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("pagina"))
    for row in page:
        row.baixavel = takes_only(row, limit_of(request, "exportar"))
        row.nomes = names_of(request.entidade, row.areas)
    return render(request, "exportacao/exportacoes.html", {"page_obj": page})


@of_the_area
@requires("exportar")
def nova(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _ask(request)
    initial = _initial(request)
    form = ExportacaoForm(initial=initial)
    return render(request, "exportacao/nova.html", {"form": form, **_preview(request, initial)})


def _initial(request: UserRequest) -> dict[str, Any]:
    """The competência asked for, else the newest one with something to send."""
    competencia = request.GET.get("competencia", "")
    if not fullmatch(Competencia.regex, competencia):
        lines = [x for x in panel(request.entidade, cnes=request.cnes_permitidos) if not x.sem_data]
        ready = [line.competencia for line in lines if line.a_exportar] or [
            line.competencia for line in lines
        ]
        competencia = ready[0] if ready else f"{local_today(request.entidade):%Y%m}"
    start, end = month_of(competencia)
    return {
        "escopo": Exportacao.Escopo.NAO_EXPORTADOS, "tipo": "", "inicio": start, "fim": end,
        "chave": uuid.uuid4().hex,
    }  # fmt: skip


def _preview(request: UserRequest, choice: dict[str, Any]) -> dict[str, Any]:
    wanted = {k: choice[k] for k in ("escopo", "tipo", "inicio", "fim")}
    found = preview(entidade=request.entidade, cnes=request.cnes_permitidos, **wanted)
    left = [(LABELS.get(reason, reason), reason, n) for reason, n in sorted(found.nao_vao.items())]
    undated_here = undated(request.entidade, wanted["tipo"], cnes=request.cnes_permitidos)
    return {
        "previa": found,
        "nao_vao": left,
        "sem_data": undated_here,
        "escolha": wanted,
        **_areas(request, found, wanted),
    }


def _areas(request: UserRequest, found: Previa, wanted: dict[str, Any]) -> dict[str, Any]:
    """Of which áreas it is, and how many fichas of the others the same choice would take."""
    shown, access = request.cnes_permitidos, request.cnes_do_acesso
    context = {"areas": names_of(request.entidade, shown), "sem_area": shown == frozenset()}
    if shown != access:
        whole = preview(entidade=request.entidade, cnes=access, **wanted)
        context["de_outras"] = whole.vao - found.vao
    return context


@requires("exportar")
def previa(request: UserRequest) -> HttpResponse:
    """How many would go and how many not, for the choice as it stands."""
    form = ExportacaoForm(request.GET)
    if not form.is_valid():
        return render(request, "exportacao/previa.html", {"form_invalido": form})
    return render(request, "exportacao/previa.html", _preview(request, form.choice()))


def _ask(request: UserRequest) -> HttpResponse:
    form = ExportacaoForm(request.POST)
    if not form.is_valid():
        return render(request, "exportacao/nova.html", {"form": form}, status=422)
    try:
        made = actions.create_export(
            entidade=request.entidade,
            by=request.user,
            chave=form.cleaned_data["chave"] or None,
            cnes=request.cnes_permitidos,
            **form.choice(),
        )
    except ValidationError as nothing:
        form.add_error(None, nothing.messages[0])
        context = {"form": form, **_preview(request, form.choice())}
        return render(request, "exportacao/nova.html", context, status=422)
    return redirect("exportacao:exportacao", pk=made.pk)


def _exportacao_of(request: UserRequest, pk: int) -> Exportacao:
    return get_object_or_404(exports(request.entidade, cnes=request.cnes_do_acesso), pk=pk)


@requires("ver")
def exportacao(request: UserRequest, pk: int) -> HttpResponse:
    row = _exportacao_of(request, pk)
    may_export = takes_only(row, limit_of(request, "exportar"))
    pode = {p: True for p in request.permissoes if p != "exportar" or may_export}
    return render(request, "exportacao/exportacao.html", {**_context(row), "pode": pode})


@requires("ver")
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    """The part that changes while it runs; once over, the whole page is asked for."""
    row = _exportacao_of(request, pk)
    response = render(request, "exportacao/andamento.html", _context(row))
    if row.estado in OVER:
        response["HX-Refresh"] = "true"
    return response


def _context(row: Exportacao) -> dict[str, Any]:
    return {
        "exportacao": row,
        "areas": names_of(row.entidade, row.areas),
        "acabou": row.estado in OVER,
        **waits(
            "exportacao.gerar", "exportacao_id", [] if row.estado in OVER else [row.pk], asked=row.criada_em
        ),
        "tem_arquivo": path_of(row) is not None,
        "nao_foram": [(LABELS.get(reason, reason), n) for reason, n in sorted(row.excluidas.items())],
    }


@requires("exportar")
def baixar(request: UserRequest, pk: int) -> HttpResponseBase:
    row = _exportacao_of(request, pk)
    if row.transmitida_em and row.arquivo and request.GET.get("ciente") != "1":
        return render(request, "exportacao/transmitida.html", {"exportacao": row}, status=409)
    try:
        pieces = pieces_of(row)
    except CofreError as error:
        context = {"exportacao": row, "motivo": str(error)}
        return render(request, "exportacao/sem_arquivo.html", context, status=410)
    if pieces is None and row.arquivo:
        return render(request, "exportacao/sem_arquivo.html", {"exportacao": row}, status=410)
    if pieces is None:
        raise Http404
    actions.note_download(exportacao=row, by=request.user)
    response = StreamingHttpResponse(pieces, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{row.arquivo}"'
    response["Content-Length"] = str(row.tamanho)  # a body cut short by damage is not taken for the whole
    return response


@requires("exportar")
def manifesto(request: UserRequest, pk: int) -> StreamingHttpResponse:
    row = _exportacao_of(request, pk)
    if row.estado != Exportacao.Estado.CONCLUIDA:
        raise Http404
    record_event(by=request.user, entidade=request.entidade, tipo="exportacao.manifesto", alvo=row)
    response = StreamingHttpResponse(manifest(row), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.arquivo.removesuffix(".zip")}.json"'
    return response


@requires("exportar")
@require_POST
def repetir(request: UserRequest, pk: int) -> HttpResponse:
    row = _exportacao_of(request, pk)
    actions.retry_export(exportacao=row, by=request.user)
    messages.success(request, "A exportação voltou para a fila.")
    return redirect("exportacao:exportacao", pk=row.pk)
