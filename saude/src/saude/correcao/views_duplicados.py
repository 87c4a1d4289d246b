"""Search of clients for forms, and the possible duplicates: list, side by side, decision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledi.tables import closed
from saude.acesso.guarda import requires
from saude.acesso.lote import em_lote
from saude.auditoria.actions import record_event
from saude.banco.fila import enqueue_once
from saude.clientes import duplicados as pairs
from saude.clientes.models import Cliente, MarcoDuplicados, ParPossivel
from saude.comum.texto import counted, number
from saude.contas.request import UserRequest
from saude.correcao import cliente as actions
from saude.correcao import clientes, fichas_do_par
from saude.correcao import mesclar as merging
from saude.correcao.cliente import column
from saude.correcao.forms import DOCUMENTS
from saude.fichas.atendidos import attended_in, visible
from saude.fichas.models import Atendido
from saude.fichas.situacoes import Situacao
from saude.web.templatetags.saude import mascara_cns, mascara_cpf

PER_PAGE = 50
FOUND = 20
SHORTEST = 2
TABS = {"abertos": "aberto", "diferentes": "diferentes", "mesclados": "mesclado"}


@requires("ver")
@require_http_methods(["GET", "POST"])
def buscar(request: UserRequest) -> HttpResponse:
    """Clients as JSON, the best first; documents whole only for who may correct."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("q", "").strip()[:100]
    if len(text) < SHORTEST:
        return JsonResponse({"clientes": []})
    found = clientes.search(request.entidade, text, FOUND, cnes=request.cnes_do_acesso)
    clientes.searched(request, text, len(found))
    whole = "corrigir" in request.permissoes
    response = JsonResponse({"clientes": [_json(c, whole) for c in found]})
    response["Cache-Control"] = "no-store"
    return response


def _json(cliente: Cliente, whole: bool) -> dict[str, Any]:
    return {
        "id": cliente.pk,
        "nome": cliente.nome,
        "nome_social": cliente.nome_social,
        "nascimento": cliente.nascimento.isoformat() if cliente.nascimento else "",
        "detalhe": clientes.told_apart(cliente),
        "sexo": cliente.sexo,
        "cpf": cliente.cpf if whole else mascara_cpf(cliente.cpf),
        "cns": cliente.cns if whole else mascara_cns(cliente.cns),
        "url": reverse("clientes:detalhe", args=[cliente.pk]),
    }


@requires("ver")
@require_GET
def duplicados(request: UserRequest) -> HttpResponse:
    tab = request.GET.get("guia", "abertos")
    tab = tab if tab in TABS else "abertos"
    found = _both_visible(request, pairs.open_pairs(request.entidade, TABS[tab]))
    here = request.cnes_permitidos
    if here is not None and here != request.cnes_do_acesso:  # one of the two was attended in the área chosen
        found = found.filter(attended_in(here, "a") | attended_in(here, "b"))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("pagina"))
    record_event(
        by=request.user, entidade=request.entidade, tipo="cliente.listado", lista="duplicados",
        mostrados=2 * len(page.object_list),
    )  # fmt: skip
    context = {
        "page_obj": page,
        "guia": tab,
        "marco": MarcoDuplicados.objects.filter(entidade=request.entidade).first(),
    }
    return render(request, "clientes/duplicados.html", context)


@requires("corrigir")
@require_POST
def procurar(request: UserRequest) -> HttpResponse:
    """Compare what changed, now, in the background."""
    enqueue_once("clientes.procurar_duplicados")
    messages.success(request, "A procura começou. Atualize esta página em alguns instantes.")
    return redirect("clientes:duplicados")


def _both_visible(request: UserRequest, rows: QuerySet[ParPossivel]) -> QuerySet[ParPossivel]:
    areas = request.cnes_do_acesso
    return visible(visible(rows, areas, "a"), areas, "b")


def _pair(request: UserRequest, pk: int) -> ParPossivel:
    rows = ParPossivel.objects.filter(entidade=request.entidade).select_related("a", "b", "decidido_por")
    par = _both_visible(request, rows.filter(pk=pk)).first() if pk < 10**18 else None
    if par is None:
        raise Http404
    return par


@requires("ver")
@require_GET
def comparar(request: UserRequest, pk: int) -> HttpResponse:
    par = _pair(request, pk)
    for cliente in (par.a, par.b):
        record_event(by=request.user, entidade=request.entidade, tipo="cliente.visto", alvo=cliente)
    return render(request, "clientes/comparar.html", _context(request, par))


def _context(request: UserRequest, par: ParPossivel) -> dict[str, Any]:
    whole = "corrigir" in request.permissoes
    sides = {c.pk: _side(c) for c in (par.a, par.b)}
    best = _suggested(par, sides)
    sides[best.pk]["fica"] = True
    rows = fichas_do_par.open_fichas(par, request.cnes_do_acesso)
    listed = fichas_do_par.shown(rows, whole=whole)
    return {
        "par": par,
        "fichas": listed,
        "alem": len({r.ficha_id for r in rows}) - len(listed),
        "linhas": [_row(par, name, best, whole) for name in actions.EDITABLE],
        "lados": list(sides.values()),
        "decidido": par.decisao != ParPossivel.Decisao.ABERTO,
    }


def _suggested(par: ParPossivel, sides: dict[int, dict[str, Any]]) -> Cliente:
    """Who has more fichas, then more valid documents, then a newer registration, then the older code."""
    return max(
        (par.a, par.b),
        key=lambda c: (
            sides[c.pk]["fichas"],
            sum(bool(getattr(c, d)) and valid(d, getattr(c, d)) for d in DOCUMENTS),
            c.cadastro_em.toordinal() if c.cadastro_em else 0,
            -c.pk,
        ),
    )


def valid(name: str, value: Any) -> bool:
    """A CPF or CNS that is a number nobody can have is not; whatever else is."""
    return name not in DOCUMENTS or value in ("", None) or DOCUMENTS[name][0].is_valid(str(value))


def _side(cliente: Cliente) -> dict[str, Any]:
    seen = Atendido.objects.filter(cliente=cliente)
    return {
        "cliente": cliente,
        "fica": False,
        "fichas": seen.values("ficha").distinct().count(),
        "exportadas": seen.filter(ficha__situacao=Situacao.EXPORTADA).values("ficha").distinct().count(),
    }


def _row(par: ParPossivel, name: str, best: Cliente, whole: bool) -> dict[str, Any]:
    label = str(column(name).verbose_name)
    chosen = _default(par, name, best)
    values = {c.pk: getattr(c, name) for c in (par.a, par.b)}
    return {
        "nome": name,
        "rotulo": label[:1].upper() + label[1:],
        "iguais": values[par.a_id] == values[par.b_id] and valid(name, values[par.a_id]),
        "opcoes": [
            {
                "cliente": c,
                "texto": _shown(c, name, whole),
                "vazio": values[c.pk] in ("", None),
                "invalido": not valid(name, values[c.pk]),
                "marcada": chosen is not None and c.pk == chosen.pk,
            }
            for c in (par.a, par.b)
        ],
    }


def _default(par: ParPossivel, name: str, best: Cliente) -> Cliente | None:
    """Whose value is proposed: a filled one before an empty one, an invalid document never; None: nobody's."""
    order = sorted((best, _other(par, best)), key=lambda c: getattr(c, name) in ("", None))
    return next((c for c in order if valid(name, getattr(c, name))), None)


def _other(par: ParPossivel, cliente: Cliente) -> Cliente:
    return par.b if cliente.pk == par.a_id else par.a


def _shown(cliente: Cliente, name: str, whole: bool) -> str:
    value = getattr(cliente, name)
    if value in ("", None):
        return "não informado"
    if name in ("cpf", "cns") and not whole:
        return (mascara_cpf if name == "cpf" else mascara_cns)(value)
    if name == "sexo":
        return cliente.get_sexo_display()
    if name == "raca_cor":
        return closed.labels("RacaCor").get(value, str(value))
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


@em_lote(previa="clientes:comparar", confirma="clientes:mesclar", desfaz="clientes:desfazer")
@requires("corrigir")
@require_POST
def mesclar(request: UserRequest, pk: int) -> HttpResponse:
    par = _pair(request, pk)
    ids = {str(par.a_id): par.a_id, str(par.b_id): par.b_id}
    stays = ids.get(request.POST.get("fica", ""))
    if stays is None:
        messages.error(request, "Escolha qual cadastro fica.")
        return redirect("clientes:comparar", pk=pk)
    choices = {f: ids[v] for f in actions.EDITABLE if (v := request.POST.get(f"campo-{f}", "")) in ids}
    if without := _choose_documents(choices, par, stays):
        messages.error(request, f"Nada foi mesclado: nenhum {without.upper()} confere. Escolha qual fica.")
        return redirect("clientes:comparar", pk=pk)
    revisions = {i: number(request.POST.get(f"revisao-{i}", ""), -1) for i in ids.values()}
    try:
        touched = merging.merge_pair(
            par=par,
            fica=stays,
            escolhas=choices,
            revisoes=revisions,
            by=request.user,
            cnes=request.cnes_do_acesso,
            exceto=fichas_do_par.unticked(request.POST),
        )
    except actions.StaleClient:
        messages.error(
            request,
            "Um dos cadastros foi alterado depois que esta página foi aberta. Nada foi mesclado: confira de novo.",
        )
        return redirect("clientes:comparar", pk=pk)
    except merging.PairSettled as settled:
        messages.error(request, str(settled))
        return redirect("clientes:duplicados")
    except ValidationError as invalid:
        messages.error(request, "Nada foi mesclado: " + " ".join(invalid.messages))
        return redirect("clientes:comparar", pk=pk)
    n = len(touched)
    told = counted(
        n, "ficha ainda não exportada foi reprocessada", "fichas ainda não exportadas foram reprocessadas"
    )
    messages.success(request, f"Cadastros mesclados. {told}." if n else "Cadastros mesclados.")
    return redirect("clientes:detalhe", pk=stays)


def _choose_documents(choices: dict[str, int], par: ParPossivel, stays: int) -> str:
    """Where nobody chose and the one that stays has an invalid number, the other's; the document that neither has."""
    for name in DOCUMENTS:
        proposed = _default(par, name, _kept(par, stays))
        if name not in choices and proposed is None:
            return name
        if name not in choices and proposed is not None and not valid(name, getattr(_kept(par, stays), name)):
            choices[name] = proposed.pk
    return ""


def _kept(par: ParPossivel, stays: int) -> Cliente:
    return par.a if stays == par.a_id else par.b


@requires("corrigir")
@require_POST
def diferentes(request: UserRequest, pk: int) -> HttpResponse:
    try:
        merging.keep_apart(par=_pair(request, pk), by=request.user)
        messages.success(request, "Anotado: não são a mesma pessoa. Este par não será mais proposto.")
    except merging.PairSettled as settled:
        messages.error(request, str(settled))
    return redirect("clientes:duplicados")


@em_lote(previa="clientes:comparar", confirma="clientes:desfazer", desfaz="clientes:mesclar")
@requires("corrigir")
@require_POST
def desfazer(request: UserRequest, pk: int) -> HttpResponse:
    try:
        merging.undo(par=_pair(request, pk), by=request.user, cnes=request.cnes_do_acesso)
        messages.success(request, "Decisão desfeita: o par está de novo a decidir.")
    except merging.PairSettled as settled:
        messages.error(request, str(settled))
    return redirect("clientes:comparar", pk=pk)
