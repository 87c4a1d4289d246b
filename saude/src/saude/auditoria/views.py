"""The trail on a page and as CSV; looking at it is itself recorded."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO
from saude.acesso.request import GuardedRequest
from saude.auditoria.actions import record_event
from saude.auditoria.conferencia import last_check
from saude.auditoria.forms import FiltrosForm
from saude.auditoria.models import Evento
from saude.auditoria.nomes import names_of
from saude.auditoria.queries import Filters, events
from saude.auditoria.rotulos import detail_label, label
from saude.comum.texto import number
from saude.web.planilha import csv_response

PER_PAGE = 50


@requires("administrar")
def auditoria(request: GuardedRequest) -> HttpResponse:
    form = FiltrosForm(request.GET or None)
    filters = FiltrosForm(request.GET).filters()
    rows = _events(request, filters)
    if (before := number(request.GET.get("antes", ""))) is not None:
        rows = rows.filter(id__lt=before)
    page = list(rows[: PER_PAGE + 1])
    has_next, page = len(page) > PER_PAGE, page[:PER_PAGE]
    _record_view(request, filters)
    names = names_of(page)
    context = {
        "form": form if request.GET else FiltrosForm(),
        "eventos": [present(e) | {"nome": names.get((e.alvo_tipo, e.alvo_id), "")} for e in page],
        "primeira": _query(request, antes=None) if before else "",
        "proxima": _query(request, antes=page[-1].pk) if has_next else "",
        "exportar": _query(request, antes=None),
        "conferida": last_check(),
    }
    return render(request, "auditoria/auditoria.html", context)


@requires("administrar")
def auditoria_csv(request: GuardedRequest) -> HttpResponseBase:
    filters = FiltrosForm(request.GET).filters()
    record_event(
        by=request.user, entidade=request.entidade, tipo="auditoria.exportada", **filters.as_detail()
    )
    header = ["Momento", "Usuário", "O que fez", "Alvo", "Identificação", "Detalhe", "Endereço IP"]
    return csv_response("auditoria.csv", header, _rows(_events(request, filters).iterator(chunk_size=2000)))


def _record_view(request: GuardedRequest, filters: Filters) -> None:
    """One row per search, not one per page turned."""
    if "antes" not in request.GET:
        record_event(
            by=request.user, entidade=request.entidade, tipo="auditoria.vista", **filters.as_detail()
        )


def _events(request: GuardedRequest, filters: Filters) -> QuerySet[Evento]:
    return events(
        entidade_id=request.entidade.pk, filters=filters, with_global=INSTALACAO in request.permissoes
    )


def _rows(rows: Iterator[Evento]) -> Iterator[list[str]]:
    for e in rows:
        moment = timezone.localtime(e.momento).strftime("%d/%m/%Y %H:%M:%S")
        shown = present(e)
        yield [moment, e.usuario_nome, shown["tipo"], e.alvo_tipo, e.alvo_id, shown["detalhe"], e.ip or ""]


def present(evento: Evento) -> dict[str, Any]:
    """An event as a person reads it."""
    shown = {name: value for name, value in evento.detalhe.items() if value != ""}
    detail = "; ".join(f"{detail_label(name)}: {_text(value)}" for name, value in shown.items())
    return {"evento": evento, "tipo": label(evento.tipo), "detalhe": detail}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value)


def _query(request: GuardedRequest, *, antes: int | None) -> str:
    query: QueryDict = request.GET.copy()
    query.pop("antes", None)
    if antes is not None:
        query["antes"] = str(antes)
    return f"?{query.urlencode()}"
