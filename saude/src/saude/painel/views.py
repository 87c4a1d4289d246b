"""Exportação > e-SUS: the panel, and the detail of a competência by situação."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from saude.acesso.guarda import allowed_at, requires
from saude.ajuda.passeio import steps_for
from saude.auditoria.actions import record_event
from saude.cadastros.tempo import local_today
from saude.comum.competencia import SEM_DATA, in_files, unlikely
from saude.contas.request import UserRequest
from saude.fichas import contagens, filtro
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias import queries as findings
from saude.painel import apresenta, causas, filtros, listas, ordenacao, salvos
from saude.painel.avisos import notices
from saude.painel.converters import SITUACOES
from saude.painel.figura import PARTS, figure
from saude.painel.planilha import xlsx_response
from saude.painel.prazos import of_lines
from saude.processamento.em_massa import jobs
from saude.registro.tipos import Tipo
from saude.web.planilha import csv_response

TITLES = {
    "processados": "Processados",
    "inconsistencias": "Inconsistências",
    "pendencias": "Pendências",
    "exportados": "Exportados",
}
TABS = {"totalizadores": "Totalizadores", "fichas": "Fichas"}
MORE_TABS = {"clientes": "Clientes", "causas": "Causas"}
PER_PAGE = 50
#: what the column says that the page does not: all of a list are in one situação
STATES: dict[str, str] = {
    Situacao.INCONSISTENTE: "O que está errado",
    Situacao.PENDENTE: "Por que espera",
    Situacao.PROCESSADA: "Observação",
    Situacao.EXPORTADA: "Observação",
}
#: a tab of the detail of a situação
Tab = Callable[[UserRequest, dict[str, Any]], HttpResponseBase]


@requires("ver")
def painel(request: UserRequest) -> HttpResponse:
    lines = contagens.panel(request.entidade, cnes=request.cnes_permitidos)
    dated = [line for line in lines if not line.sem_data]
    due = of_lines(request.entidade, lines, local_today(request.entidade))
    elsewhere = contagens.others(
        request.entidade, shown=request.cnes_permitidos, access=request.cnes_do_acesso
    )
    context = {
        "linhas": [(line, due[line.competencia], elsewhere.get(line.competencia, 0)) for line in dated],
        "sem_data": next((line for line in lines if line.sem_data), None),
        "sem_data_fora": elsewhere.get(SEM_DATA, 0),
        "outras": elsewhere,
        "outras_total": sum(elsewhere.values()),
        "figura": figure(dated),
        "legenda": PARTS,
        "passeio": steps_for(request.user),
        "andamento": running(request),
        "avisos": notices(
            request.entidade,
            dated,
            local_today(request.entidade),
            administra="administrar" in request.permissoes,
        ),
    }
    return render(request, "painel/painel.html", context)


def running(request: UserRequest) -> QuerySet[Reprocessamento]:
    """The mass reprocessings of the user's áreas that are not over."""
    found = jobs(request.entidade, cnes=request.cnes_do_acesso, by=request.user)
    found = found.exclude(filtro__has_key="regeneracao")  # told by itself
    return found.filter(estado__in=["espera", "rodando"]).order_by("-pk")[:3]


@requires("ver")
def detalhe(request: UserRequest, competencia: str, situacao: str) -> HttpResponseBase:
    tabs = dict(TABS) | (MORE_TABS if situacao == "inconsistencias" else {})
    tab = request.GET.get("guia", "totalizadores")
    if tab not in tabs:
        return redirect(reverse("painel:detalhe", args=[competencia, situacao]))
    lines = contagens.panel(request.entidade, [competencia], cnes=request.cnes_permitidos)
    line = next(iter(lines), contagens.LinhaPainel(competencia))
    context = {
        "competencia": competencia,
        "linha": line,
        "situacao_url": situacao,
        "situacao": SITUACOES[situacao],
        "titulo": TITLES[situacao],
        "titulos": TITLES,
        "guias": tabs,
        "guia": tab,
        "prazo": of_lines(request.entidade, [line], local_today(request.entidade)).get(competencia),
        "improvavel": unlikely(competencia, local_today(request.entidade)) if line.total else "",
    }
    return VIEWS[tab](request, context)


def _totals(request: UserRequest, context: dict[str, Any]) -> HttpResponse:
    competencia, situacao = context["competencia"], context["situacao"]
    areas = request.cnes_permitidos
    totals = contagens.totals(request.entidade, competencia, situacao, cnes=areas)
    context["totais"] = [(tipo, Tipo(tipo).label, n) for tipo, n in totals.items()]
    context["maior"] = max(totals.values(), default=0) or 1
    context["soma"] = sum(totals.values())
    if situacao == Situacao.PENDENTE:
        context["suporte"] = request.entidade.instalacao.suporte_contato
    if situacao == Situacao.PROCESSADA:
        context["nao_exportaveis"] = contagens.not_exportable(request.entidade, competencia, cnes=areas)
    return render(request, "painel/totalizadores.html", context)


def _list(request: UserRequest, context: dict[str, Any]) -> HttpResponseBase:
    asked = filtros.read(request.GET, competencia=context["competencia"], situacao=context["situacao"])
    download = request.GET.get("baixar", "")
    if download in ("csv", "xlsx"):
        month = in_files(context["competencia"], "sem_data")
        return _download(request, asked.filtro, download, f"fichas_{month}_{context['situacao_url']}")
    context |= listing(request, asked)
    return render(request, "painel/fichas.html", context)


def listing(request: UserRequest, asked: filtros.Filtros) -> dict[str, Any]:
    """A page of the list with its filters: shared by the detail of a competência and by Pendências."""
    columns = (
        ordenacao.COLUMNS
        if ordenacao.sortable(request.entidade, asked.filtro, cnes=request.cnes_permitidos)
        else ()
    )
    order = _order(request, asked.filtro, columns)
    reader = ordenacao if order.lstrip("-") in columns else listas
    page = reader.page(
        request.entidade, asked.filtro, cursor=request.GET.get("cursor", "")[:60], ordem=order, size=PER_PAGE,
        cnes=request.cnes_permitidos,
    )  # fmt: skip
    _shown(request, asked.filtro.situacao or "fichas", len(page.fichas))
    n = listas.counted(request.entidade, asked.filtro, cnes=request.cnes_permitidos)
    ids = [f.pk for f in page.fichas]
    with_reason = filtro.with_reason(request.entidade, Ficha.objects.filter(pk__in=ids).only("pk"))
    names = apresenta.Nomes.of(request.entidade)
    reasons = {ficha.pk: ficha.nao_exportavel for ficha in with_reason}
    for ficha in page.fichas:
        ficha.nao_exportavel = reasons.get(ficha.pk, "")
        ficha.pode = allowed_at(request, ficha.cnes)
    return {
        "linhas": apresenta.rows(request.entidade, page.fichas, names),
        "proxima": filtros.query(request, cursor=page.proxima) if page.proxima else "",
        "anterior": filtros.query(request, cursor=page.anterior) if page.anterior else "",
        "ordem": order,
        "por_data": not listas.shows_undated(asked.filtro),
        "ordenaveis": columns,
        "longa_demais": listas.shows_undated(asked.filtro) and not columns,
        "limite_ordem": ordenacao.BOUND,
        "por_chegada": listas.is_short(asked.filtro),
        "contadas": min(n, listas.COUNTED) if n > len(page.fichas) else 0,
        "contadas_mais": n > listas.COUNTED,
        "titulo_estado": STATES.get(asked.filtro.situacao, "Situação"),
        "filtros": asked,
        **filtros.choices(request.entidade, names, cnes=request.cnes_permitidos),
        **salvos.context(request, asked),
    }


def _shown(request: UserRequest, name: str, n: int) -> None:
    """A list with citizens was read: one line per page of it."""
    record_event(by=request.user, entidade=request.entidade, tipo="lista.vista", lista=name, mostrados=n)


def _order(request: UserRequest, f: filtro.Filtro, columns: tuple[str, ...]) -> str:
    """What is asked for among what this list can be sorted by: long lists by date, short ones by arrival too."""
    asked = request.GET.get("ordem", "")
    if asked.removeprefix("-") in columns:
        return asked
    if listas.shows_undated(f):
        return asked if asked in ("recebida", "-recebida") else "-recebida"
    if asked in ("recebida", "-recebida") and listas.is_short(f):
        return asked
    return "data" if asked == "data" else "-data"


def _download(request: UserRequest, f: filtro.Filtro, kind: str, name: str) -> HttpResponseBase:
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.baixada", formato=kind, lista=name, nomes=True
    )
    fichas = filtro.filtered(request.entidade, f, cnes=request.cnes_permitidos)
    fichas = filtro.with_reason(request.entidade, fichas).order_by("id")
    rows = apresenta.sheet(request.entidade, fichas)
    make = csv_response if kind == "csv" else xlsx_response
    return make(f"{name}.{kind}", apresenta.HEADER, rows)


def _clients(request: UserRequest, context: dict[str, Any]) -> HttpResponse:
    areas = request.cnes_permitidos
    rows = findings.clients(request.entidade, context["competencia"], cnes=areas)
    context["page_obj"] = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    _shown(request, "clientes com inconsistência", len(context["page_obj"].object_list))
    context["especies"] = _kinds(
        request, context["competencia"], [r["cliente_id"] for r in context["page_obj"]]
    )
    unknown = filtro.unidentified(request.entidade, context["competencia"], cnes=areas)
    context["nao_identificados"] = unknown.count()
    return render(request, "painel/clientes.html", context)


def _kinds(request: UserRequest, competencia: str, ids: list[int]) -> dict[int, list[str]]:
    """client -> labels of the fields with an error."""
    rows = findings.open_rows(request.entidade, competencia, cnes=request.cnes_permitidos)
    rows = rows.filter(cliente__in=ids, severidade="erro")
    found: dict[int, list[str]] = {}
    for client, tipo, campo in rows.order_by("id").values_list("cliente_id", "ficha__tipo", "campo"):
        label = apresenta.field_label(tipo, campo)
        if label not in found.setdefault(client, []):
            found[client].append(label)
    return found


def _causes(request: UserRequest, context: dict[str, Any]) -> HttpResponse:
    causes = findings.causes(request.entidade, context["competencia"], cnes=request.cnes_permitidos)
    errors = [c for c in causes if c.severidade == "erro"]
    context["erros"] = causas.by_rule(c for c in errors if not causas.of_cnes(c.codigo))
    context["do_cnes"] = causas.by_rule(c for c in errors if causas.of_cnes(c.codigo))
    context["avisos"] = causas.by_rule(c for c in causes if c.severidade != "erro")
    return render(request, "painel/causas.html", context)


VIEWS: dict[str, Tab] = {
    "totalizadores": _totals,
    "fichas": _list,
    "clientes": _clients,
    "causas": _causes,
}


@requires("ver")
def busca(request: UserRequest) -> HttpResponse:
    """Search by uuid, whole or its first 8 characters; a single hit opens the ficha."""
    text = request.GET.get("uuid", "").strip()[:60]
    found = filtro.search_uuid(request.entidade, text, cnes=request.cnes_permitidos)
    if not found and request.cnes_permitidos != request.cnes_do_acesso:
        elsewhere = len(filtro.search_uuid(request.entidade, text, cnes=request.cnes_do_acesso))
    else:
        elsewhere = 0
    if len(found) == 1 and found[0].uuid.lower() == text.lower():
        return redirect("fichas:detalhe", uuid=found[0].chave)
    if text:
        record_event(by=request.user, entidade=request.entidade, tipo="ficha.buscada", achados=len(found))
    for ficha in found:
        ficha.pode = allowed_at(request, ficha.cnes)
    context = {
        "busca_uuid": text,
        "linhas": apresenta.rows(request.entidade, found),
        "curto": bool(text) and len(text) < filtro.MIN_SEARCH,
        "minimo": filtro.MIN_SEARCH,
        "outras": elsewhere,
    }
    return render(request, "busca/busca.html", context)
