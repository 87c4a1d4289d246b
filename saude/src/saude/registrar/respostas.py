"""Answers to the form of a new ficha: who is looked for, and where the professional works."""

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from ledi.layouts import TIPOS, VERSIONS
from saude.acesso.guarda import requires
from saude.cadastros.tempo import local_today
from saude.clientes.models import Cliente
from saude.contas.request import UserRequest
from saude.correcao import clientes as clients
from saude.formularios import opcoes
from saude.registrar import lotacoes as posts

FOUND = 20
SHORTEST = 3


@requires("corrigir")
@require_http_methods(["GET", "POST"])
def clientes(request: UserRequest) -> HttpResponse:
    """Citizens by name, CPF or CNS, with what fills the identification of a ficha."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("q", "").replace("\x00", "").strip()[:80]
    if len(text) < SHORTEST:
        return JsonResponse({"clientes": []})
    found = clients.search(request.entidade, text, FOUND, cnes=request.cnes_do_acesso)
    clients.searched(request, text, len(found))
    return JsonResponse({"clientes": [_client(c) for c in found]})


def _client(c: Cliente) -> dict[str, Any]:
    birth = c.nascimento.isoformat() if c.nascimento else ""
    return {  # by the roles of the fields they fill
        "nome": c.nome, "detalhe": clients.told_apart(c), "nome_social": c.nome_social, "cpf": c.cpf, "cns": c.cns,
        "nascimento": birth, "sexo": "" if c.sexo is None else str(c.sexo), "nome_mae": c.nome_mae,
        "raca_cor": "" if c.raca_cor is None else str(c.raca_cor), "telefone": c.telefone,
        "microarea": c.microarea,
    }  # fmt: skip


@requires("corrigir")
@require_POST
def lotacoes(request: UserRequest) -> HttpResponse:
    """Where the professional works on the day of the ficha; `fora`: how many have a CBO that it does not take."""
    tipo, versao, path = (request.POST.get(name, "") for name in ("tipo", "versao", "caminho"))
    if tipo not in TIPOS or versao not in VERSIONS or not opcoes.has(tipo, versao, path):
        raise Http404
    try:
        day = date.fromisoformat(request.POST.get("data", ""))
    except ValueError:
        day = local_today(request.entidade)
    cns = request.POST.get("profissional", "").strip()[:15]
    every = posts.lotacoes_of(request.entidade, cns, day, request.cnes_do_acesso)
    good = posts.taken(request.entidade, every, tipo, versao, path)
    answer = JsonResponse({"lotacoes": [posts.as_json(row) for row in good], "fora": len(every) - len(good)})
    answer["Cache-Control"] = "no-store"
    return answer
