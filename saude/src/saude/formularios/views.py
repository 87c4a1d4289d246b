"""Answers to the widgets: options of a search box, one more block of a list."""

from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ledi.layouts import TIPOS, VERSIONS, layout
from saude.acesso.guarda import requires
from saude.formularios import fontes
from saude.formularios.arvore import Construtor
from saude.formularios.ler import MAX_BLOCKS


@requires("corrigir")
def opcoes(request: HttpRequest, fonte: str) -> HttpResponse:
    """<li role="option"> rows of a search box."""
    if not fontes.known(fonte):
        raise Http404
    found = fontes.search(request.entidade, fonte, request.GET.get("q", "")[:80])
    context = {"opcoes": found, "base": request.GET.get("id", "opcao")[:200]}
    return render(request, "formularios/opcoes.html", context)


@requires("corrigir")
def bloco(request: HttpRequest, tipo: str, versao: str) -> HttpResponse:
    """An empty block for the list at `caminho`, with the number `indice`."""
    path, index = request.GET.get("caminho", ""), request.GET.get("indice", "")
    if tipo not in TIPOS or versao not in VERSIONS or not index.isdecimal() or int(index) >= MAX_BLOCKS:
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
    block = made.bloco(struct, {}, path, int(index))
    return render(request, "formularios/bloco.html", {"grupo": block, "nivel": 3})
