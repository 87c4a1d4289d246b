"""Answers to the widgets: options of a search box, one more block of a list."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render

from ledi.errors import PathError
from ledi.layouts import TIPOS, VERSIONS, layout
from saude.acesso.guarda import requires
from saude.comum.texto import number
from saude.contas.request import UserRequest
from saude.formularios import fontes, ler
from saude.formularios import opcoes as oferta
from saude.formularios.construtor import Construtor
from saude.formularios.ler import MAX_BLOCKS


@requires("corrigir")
def opcoes(request: UserRequest, fonte: str) -> HttpResponse:
    """<li role="option"> rows of a search box: only what the record would take, as it is typed so far.

    The address says the field (`tipo`, `versao`, `caminho`); what is typed comes in the body, never in the address.
    """
    if not fontes.is_source(fonte):
        raise Http404
    asked = request.POST if request.method == "POST" else request.GET
    text = asked.get("q", "").replace("\x00", "")[:80]
    found = fontes.search(request.entidade, fonte, text, **_offered(request, fonte))
    context = {"opcoes": found, "base": asked.get("id", "opcao")[:200]}
    return render(request, "formularios/opcoes.html", context)


def _offered(request: UserRequest, fonte: str) -> dict[str, Any]:
    """What limits the search: the list of the field in this version, and what the record takes."""
    tipo, versao, path = (request.GET.get(name, "") for name in ("tipo", "versao", "caminho"))
    if not tipo:
        return {}
    if tipo not in TIPOS or versao not in VERSIONS or not oferta.has(tipo, versao, path):
        raise Http404
    takes = oferta.judge(request.entidade, tipo, versao, path, _typed(request, tipo, versao))
    whole = oferta.labels(tipo, versao, path) if fonte.startswith("dominio.") else None
    return {"takes": takes, "lista": whole}


def _typed(request: UserRequest, tipo: str, versao: str) -> dict[str, Any]:
    """The ficha as far as it was sent: what the form has, over what the record had."""
    try:
        known = json.loads(request.POST.get("ficha") or "{}")
    except (ValueError, RecursionError):
        known = {}
    known = known if isinstance(known, dict) else {}
    zone = ZoneInfo(request.entidade.fuso)
    try:
        sent = ler.values(request.POST, layout(versao).fichas[tipo], atual=known, zona=zone)
        return ler.assembled(known, sent)
    except (PathError, RecursionError):
        raise Http404 from None


@requires("corrigir")
def bloco(request: UserRequest, tipo: str, versao: str) -> HttpResponse:
    """An empty block for the list at `caminho`, with the number `indice`."""
    path, index = request.GET.get("caminho", ""), number(request.GET.get("indice", ""), MAX_BLOCKS)
    if tipo not in TIPOS or versao not in VERSIONS or index >= MAX_BLOCKS:
        raise Http404
    field = layout(versao).fichas[tipo].root.field_at(path)
    struct = field.type.item.struct if field and field.type.item else None
    if struct is None:
        raise Http404
    made = Construtor(
        tipo,
        versao,
        ZoneInfo(request.entidade.fuso),
        mostrar=lambda *_: True,
        com_condicoes=True,
        com_primeiro=True,
    )
    block = made.bloco(struct, {}, path, index)
    return render(
        request, "formularios/bloco.html", {"grupo": block, "nivel": 3, "tipo": tipo, "versao": versao}
    )
