"""Executando > Sistema > Importar planilha: upload, columns, preview, take in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledi.paths import pattern
from saude.acesso.corpo import MULTIPART, body
from saude.acesso.guarda import requires, whole_entidade
from saude.acesso.lote import em_lote
from saude.arquivos import celulas, colunas, importacao, sheet_templates
from saude.arquivos.guardados import KEEP_DAYS, FileRefused
from saude.arquivos.models import Planilha
from saude.arquivos.planilhas import MAX_ROWS
from saude.arquivos.views import undo_reception
from saude.auditoria.actions import record_event
from saude.comum.texto import counted, grouped
from saude.contas.request import UserRequest
from saude.formularios import opcoes
from saude.registrar.actions import version_for
from saude.registro.tipos import Tipo
from saude.web.planilha import csv_response

SAMPLES = 3


@body(importacao.LIMIT + MULTIPART)
@requires("corrigir")
@whole_entidade
def planilha(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _upload(request)
    return render(request, "arquivos/planilha.html", _start(request))


def _start(request: UserRequest, erro: str = "") -> dict[str, Any]:
    return {
        "tipos": [(t, Tipo(t).label) for t in colunas.TIPOS],
        "tipo": request.POST.get("tipo", ""),
        "erro": erro,
        "limite": importacao.LIMIT // 1024**2,
        "dias": KEEP_DAYS,
        "linhas": MAX_ROWS,
        "planilhas": Planilha.objects.filter(entidade=request.entidade)
        .select_related("usuario", "lote")
        .order_by("-criada_em")[:20],
    }


def _upload(request: UserRequest) -> HttpResponse:
    file = request.FILES.get("arquivo")
    try:
        if file is None:
            raise FileRefused("Escolha um arquivo .csv ou .xlsx.")
        row = importacao.upload(
            entidade=request.entidade, by=request.user, file=file, name=file.name or "",
            tipo=request.POST.get("tipo", ""),
        )  # fmt: skip
    except FileRefused as refused:
        return render(request, "arquivos/planilha.html", _start(request, str(refused)), status=422)
    return redirect("arquivos:mapear", row.uuid)


def _gone(request: UserRequest, why: FileRefused) -> HttpResponse:
    messages.error(request, str(why))
    return redirect("arquivos:planilha")


def _planilha_of(request: UserRequest, uuid: UUID) -> Planilha:
    return get_object_or_404(
        Planilha.objects.select_related("entidade", "lote"), entidade=request.entidade, uuid=uuid
    )


@requires("corrigir")
@whole_entidade
def mapear(request: UserRequest, uuid: UUID) -> HttpResponse:
    """Which field each column is."""
    row = _planilha_of(request, uuid)
    if row.lote_id:
        return redirect("arquivos:previa", row.uuid)
    error = ""
    if request.method == "POST":
        sent = {n: request.POST.get(f"coluna-{n}", "") for n in map(str, range(len(row.colunas)))}
        try:
            importacao.set_map(planilha=row, mapa={n: path for n, path in sent.items() if path})
            return redirect("arquivos:previa", row.uuid)
        except FileRefused as refused:
            error, row.mapa = str(refused), sent
    try:
        table = importacao.table_for(row, SAMPLES)
    except FileRefused as gone:
        return _gone(request, gone)
    record_event(by=request.user, entidade=request.entidade, tipo="arquivo.visto", alvo=row)
    targets = colunas.targets(row.tipo, version_for(request.entidade))
    rows = [
        {
            "n": n,
            "titulo": title or f"Coluna {n + 1}",
            "caminho": row.mapa.get(str(n), ""),
            "amostras": [
                shown for _, cells in table.linhas if n < len(cells) and (shown := celulas.shown(cells[n]))
            ],
        }
        for n, title in enumerate(row.colunas)
    ]
    needed = [t for t in targets if t.campo is not None and t.campo.required == "sim"]
    missing = [
        t.rotulo for t in needed if t.caminho not in row.mapa.values() and "Municipio" not in t.caminho
    ]
    context = {
        "p": row, "colunas": rows, "alvos": _grouped(targets), "erro": error, "faltam": missing,
        "nome": Tipo(row.tipo).label, "total": row.linhas,
    }  # fmt: skip
    return render(request, "arquivos/mapear.html", context, status=422 if error else 200)


def _grouped(targets: list[colunas.Alvo]) -> list[tuple[str, list[colunas.Alvo]]]:
    found: dict[str, list[colunas.Alvo]] = {}
    for t in targets:
        where = (
            "Cabeçalho" if t.caminho.startswith("header") else "Cidadão" if "[0]" in t.caminho else "Ficha"
        )
        found.setdefault(where, []).append(t)
    return list(found.items())


@requires("corrigir")
@whole_entidade
@require_GET
def previa(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _planilha_of(request, uuid)
    if not row.mapa:
        return redirect("arquivos:mapear", row.uuid)
    try:
        found = importacao.preview(row)
    except FileRefused as gone:
        return _gone(request, gone)
    record_event(by=request.user, entidade=request.entidade, tipo="arquivo.visto", alvo=row)
    context = {"p": row, "previa": found, "nome": Tipo(row.tipo).label, "mostradas": importacao.SHOWN}
    return render(request, "arquivos/previa.html", context)


@em_lote(previa="arquivos:previa", confirma="arquivos:receber_planilha", desfaz="arquivos:desfazer_planilha")
@requires("corrigir")
@whole_entidade
@require_POST
def receber(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _planilha_of(request, uuid)
    try:
        lote = importacao.take_sheet_in(
            planilha=row, by=request.user, so_boas=request.POST.get("so") == "boas"
        )
    except FileRefused as refused:
        messages.error(request, str(refused))
        return redirect("arquivos:previa", row.uuid)
    old = f"{grouped(lote.iguais)} já recebidas, {grouped(lote.substituidos)} substituídas"
    old += f", {grouped(lote.recusados)} recusadas"
    row.refresh_from_db(fields=["de_fora"])
    left = f" {grouped(row.de_fora)} com inconsistência ficaram de fora." if row.de_fora else ""
    told = f"{counted(lote.novos, 'ficha nova', 'fichas novas')}, {old}.{left}"
    (messages.warning if lote.recusados else messages.success)(request, f"Planilha recebida: {told}")
    return redirect("painel:painel")


@em_lote()
@requires("corrigir")
@whole_entidade
@require_POST
def desfazer(request: UserRequest, uuid: UUID) -> HttpResponse:
    """The preview of taking back what the sheet brought."""
    return undo_reception(request, _planilha_of(request, uuid).lote, reverse("arquivos:planilha"))


@requires("corrigir")
@whole_entidade
@require_POST
def descartar(request: UserRequest, uuid: UUID) -> HttpResponse:
    importacao.forget(planilha=_planilha_of(request, uuid), by=request.user)
    messages.success(request, "A planilha foi apagada daqui.")
    return redirect("arquivos:planilha")


@requires("corrigir")
@whole_entidade
@require_GET
def modelo(request: UserRequest, tipo: str, formato: str) -> HttpResponseBase:
    """An empty sheet whose titles are recognised by themselves."""
    if tipo not in colunas.TIPOS or formato not in ("csv", "xlsx"):
        raise Http404
    versao = version_for(request.entidade)
    targets = colunas.targets(tipo, versao)
    name = f"modelo-{tipo.lower()}.{formato}"
    if formato == "csv":
        return csv_response(name, [t.rotulo for t in targets], [])
    book = sheet_templates.workbook(Tipo(tipo).label, targets, _lists(tipo, versao, targets))
    return FileResponse(book, as_attachment=True, filename=name, content_type=sheet_templates.XLSX)


def _lists(tipo: str, versao: str, targets: list[colunas.Alvo]) -> dict[str, Mapping[str, str]]:
    """Path -> what the ficha takes there, in this version."""
    listed = [t.caminho for t in targets if t.campo and t.campo.domain]
    return {path: opcoes.labels(tipo, versao, pattern(path)) for path in listed}
