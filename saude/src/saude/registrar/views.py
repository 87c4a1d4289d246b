"""Registrar > Nova ficha: one page for all fichas, made from the layout."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from ledi.errors import PathError
from ledi.layouts import TIPOS, VERSIONS, layout
from ledi.paths import owner
from saude.acesso.corpo import FORM, body
from saude.acesso.guarda import covers, requires
from saude.auditoria.actions import record_event
from saude.cadastros.models import Especialidade
from saude.contas.request import UserRequest
from saude.fichas import filtro as fichas
from saude.fichas.exportaveis import WITH_ESPECIALIDADE
from saude.formularios import ler, questionario, verificacao
from saude.formularios.arvore import Campo, Grupo, by_path
from saude.formularios.construtor import Construtor
from saude.inconsistencias.achados import Achado
from saude.painel.apresenta import Nomes
from saude.processamento.julgar import check
from saude.registrar import actions, rascunhos
from saude.registrar.models import Rascunho
from saude.registro.tipos import Tipo, UmAchado

UUID = re.compile(r"[0-9A-Za-z-]{36,44}", re.ASCII)
DRAFTS = 100


@requires("corrigir")
@require_GET
def inicio(request: UserRequest) -> HttpResponse:
    """The fichas one can type, and what is under way."""
    mine = Rascunho.objects.filter(entidade=request.entidade, usuario=request.user)[:DRAFTS]
    drafts = rascunhos.lines(request.entidade, list(mine), request.cnes_do_acesso)
    if drafts:
        record_event(
            by=request.user, entidade=request.entidade, tipo="lista.vista", lista="rascunhos",
            mostrados=len(drafts),
        )  # fmt: skip
    kinds = [t for t in Tipo.choices if t[0] != "FCC"] + [("FCC", Tipo.FCC.label)]
    return render(request, "registrar/inicio.html", {"tipos": kinds, "rascunhos": drafts})


@body(FORM)
@requires("corrigir")
def ficha(request: UserRequest, tipo: str) -> HttpResponse:
    tipo = _tipo(tipo)
    if request.method == "POST":
        return _finish(request, tipo)
    found: list[Achado] = []
    told = request.GET.get("conferir") == "1"  # Finalizar was refused
    if wanted := request.GET.get("rascunho"):
        mine = {"entidade": request.entidade, "usuario": request.user, "tipo": tipo}
        draft = get_object_or_404(Rascunho, uuid=wanted[:44], **mine)
        record_event(by=request.user, entidade=request.entidade, tipo="rascunho.visto", alvo=draft)
        record = json.loads(draft.registro)
        found = check(request.entidade, record) if told else []
    else:
        record = actions.blank(entidade=request.entidade, area=request.area, by=request.user, tipo=tipo)
    page = _page(request, record, found) | {"no_servidor": told}
    return render(request, "registrar/ficha.html", page)


def _finish(request: UserRequest, tipo: str) -> HttpResponse:
    record = _read(request, tipo)
    if request.POST.get("acao") == "rascunho":
        return _kept(request, record)
    found = check(request.entidade, record)
    errors = sum(a.severidade == "erro" for a in found)
    outside = not _of_my_areas(request, record)
    if outside:
        messages.error(
            request, "O CNES desta ficha não é de uma área em que você trabalha. Confira o cabeçalho."
        )
    if outside or (errors and request.POST.get("acao") != "guardar"):
        return _refused(request, record, found)
    typed = record["uuid"]  # what the browser knows it by; the name may change with the CNES
    record = actions.named(record)
    answer = actions.finish(entidade=request.entidade, by=request.user, record=record)
    link = format_html(
        '<a href="{}" data-guardada="{}">{}</a>',
        reverse("fichas:detalhe", args=[record["uuid"].lower()]), typed, Tipo(tipo).label,
    )  # fmt: skip
    if answer.status == "recusado":
        messages.error(request, answer.mensagem)
    elif answer.situacao == "processada":
        messages.success(request, format_html("Ficha {} processada. Pode digitar a próxima.", link))
    else:
        messages.warning(request, format_html("Ficha {} guardada: está {}.", link, answer.situacao))
    if request.POST.get("acao") == "ver" and answer.status != "recusado":
        return redirect("fichas:detalhe", uuid=record["uuid"].lower())
    return redirect("registrar:ficha", tipo)


def _kept(request: UserRequest, record: dict[str, Any]) -> HttpResponse:
    """The draft by hand, where the script that keeps it has not come."""
    try:
        draft = actions.save_draft(entidade=request.entidade, by=request.user, record=record)
    except actions.DraftRefused as refused:
        messages.error(request, str(refused))
        return render(request, "registrar/ficha.html", _page(request, record, []), status=422)
    messages.success(request, "Rascunho guardado.")
    return redirect(
        f"{reverse('registrar:ficha', args=[record['tipo']])}?{urlencode({'rascunho': draft.uuid})}"
    )


def _refused(request: UserRequest, record: dict[str, Any], found: Sequence[Achado]) -> HttpResponse:
    """What is wrong is shown by an address of its own: going back or reloading sends nothing again."""
    try:
        draft = actions.save_draft(entidade=request.entidade, by=request.user, record=record)
    except actions.DraftRefused as refused:  # it stands in this page alone
        messages.error(request, str(refused))
        return render(request, "registrar/ficha.html", _page(request, record, found), status=422)
    where = reverse("registrar:ficha", args=[record["tipo"]])
    return redirect(f"{where}?{urlencode({'rascunho': draft.uuid, 'conferir': 1})}")


def _of_my_areas(request: UserRequest, record: dict[str, Any]) -> bool:
    """Who is limited to some áreas types fichas of these only, and none over a ficha of another."""
    areas = request.cnes_do_acesso
    stored = fichas.by_key(request.entidade, record["uuid"])
    if stored and not covers(areas, stored.cnes):
        raise Http404
    return covers(areas, record.get("cnes") or "")


def _page(request: UserRequest, record: dict[str, Any], found: Sequence[Achado]) -> dict[str, Any]:
    tipo, versao = record["tipo"], record["versao"]
    made = layout(versao).fichas[tipo]
    context = record.get("contexto") or {}
    attends = tipo in WITH_ESPECIALIDADE  # what an especialidade or urgência keeps out of the export
    known = list(Especialidade.objects.filter(entidade=request.entidade)) if attends else []
    tree = _tree(request, record, found)
    return {
        "tipo": tipo,
        "versao": versao,
        "nome": Tipo(tipo).label,
        "uuid": record["uuid"],
        "sem_cnes": record["uuid"].startswith(f"{actions.NO_CNES}-"),
        "arvore": tree,
        "conteudo": "{}",
        "achados": found,
        "erros": sum(a.severidade == "erro" for a in found),
        "lista": _listed(tree, found),
        "pode_remover": True,
        "raiz_cidadao": made.citizen.path == "",
        "campo_cnes": made.twins["cnes"],
        "atendimento": attends,
        "especialidades": known,
        "especialidade": context.get("especialidade", ""),
        "especialidade_fora": bool(context.get("especialidade"))
        and context["especialidade"] not in {e.codigo for e in known},
        "urgencia": context.get("urgencia", False),
        "sem_salvar": bool(found),
        "nova": True,
    }


def _tree(
    request: UserRequest,
    record: dict[str, Any],
    found: Sequence[Achado],
    *,
    ficha: dict[str, Any] | None = None,
    moves: dict[str, str] | None = None,
) -> Grupo:
    """The form of the record; or, with `ficha` and `moves` of a form that was sent, of what stands in that form."""
    made = layout(record["versao"]).fichas[record["tipo"]]
    homes = made.twins
    if ficha is None:
        ficha, moves = questionario.asked(made, record["ficha"])
    for a in found:
        a.campo = ler.at_form(homes.get(a.campo, a.campo), moves or {})
    built = Construtor(
        record["tipo"], record["versao"], ZoneInfo(request.entidade.fuso), by_path(found),
        lambda *_: True, rotulos=Nomes.of(request.entidade).labels(), com_condicoes=True, com_primeiro=True,
        ocultos=actions.WRITTEN,
    )  # fmt: skip
    return built.grupo(made.root, ficha, rotulo=made.nome)


def _listed(tree: Grupo, found: Sequence[UmAchado]) -> list[tuple[Any, str, str]]:
    """(finding, where it is said, id of the nearest thing on the page) of each, as the page goes, errors first."""
    known = {node.caminho: (n, node) for n, node in enumerate(_as_shown(tree))}
    rows = []
    for a in found:
        path = owner(a.campo)
        while path not in known:  # the root is always known
            path = owner(path) if owner(path) != path else path.rpartition(".")[0]
        place, near = known[path]
        target = f"e-g-{near.id}" if isinstance(near, Grupo) else f"e-{near.id}"
        rows.append(((a.severidade != "erro", place), (a, near.rotulo if path else "", target)))
    return [row for _, row in sorted(rows, key=lambda r: r[0])]


def _as_shown(group: Grupo) -> Iterator[Grupo | Campo]:
    yield group
    for item in group.ordem:
        yield from _as_shown(item) if isinstance(item, Grupo) else (item,)


@body(FORM)
@requires("corrigir")
@require_POST
def verificar(request: UserRequest, tipo: str) -> HttpResponse:
    """Findings of what is typed so far, put beside their fields."""
    record, whole, moves = _sent(request, _tipo(tipo))
    found = check(request.entidade, record)
    tree = _tree(request, record, found, ficha=whole, moves=moves)
    found = [*found, *_left_blank(tree, record, verificacao.left(request.POST) or set())]
    tried = request.POST.get("tentou") == "1"
    told = verificacao.verified(tree, found, request.POST, whole=tried)
    context = {"verificado": told, "nova": True, "lista": _listed(tree, found) if tried else None}
    return render(request, "formularios/verificacao.html", context)


def _left_blank(tree: Grupo, record: dict[str, Any], left: set[str]) -> list[Achado]:
    """What was left empty in a block of a citizen that is blank so far: no rule hears of a block that says nothing."""
    children = layout(record["versao"]).fichas[record["tipo"]].children_field
    told = []
    for node in tree.nos():
        if not isinstance(node, Campo) or not children or not node.caminho.startswith(f"{children}["):
            continue
        if node.obrigatorio and node.vazio and not node.achados and f"e-{node.id}" in left:
            missing = Achado("", node.caminho, "erro", f"Falta {node.rotulo}.")
            node.achados = [missing]
            told.append(missing)
    return told


@body(FORM)
@requires("corrigir")
@require_POST
def rascunho(request: UserRequest, tipo: str) -> HttpResponse:
    """Keep what is typed; the answer says when."""
    record = _read(request, _tipo(tipo))
    try:
        draft = actions.save_draft(entidade=request.entidade, by=request.user, record=record)
    except actions.DraftRefused as refused:
        return JsonResponse({"erro": str(refused)}, status=409)
    where = f"{reverse('registrar:ficha', args=[tipo])}?rascunho={draft.uuid}"
    if request.POST.get("abrir") == "1":
        return redirect(where)
    return JsonResponse({"salvo": True, "endereco": where})


@requires("corrigir")
@require_POST
def apagar(request: UserRequest, tipo: str) -> HttpResponse:
    mine = Rascunho.objects.filter(entidade=request.entidade, usuario=request.user, tipo=_tipo(tipo))
    if mine.filter(uuid=request.POST.get("uuid", "")[:44]).delete()[0]:
        messages.success(request, "Rascunho apagado.")
    return redirect("registrar:inicio")


def _tipo(tipo: str) -> str:
    if tipo not in TIPOS:
        raise Http404
    return tipo


def _read(request: UserRequest, tipo: str) -> dict[str, Any]:
    return _sent(request, tipo)[0]


def _sent(request: UserRequest, tipo: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    uuid, versao = request.POST.get("uuid", ""), request.POST.get("versao", "")
    if not UUID.fullmatch(uuid) or versao not in VERSIONS:
        raise Http404
    mine = Rascunho.objects.filter(
        entidade=request.entidade, usuario=request.user, tipo=tipo, uuid=uuid
    ).first()
    before = json.loads(mine.registro)["ficha"] if mine else None  # a moment not touched keeps its hour
    try:
        return actions.read_form(
            request.POST, entidade=request.entidade, tipo=tipo, versao=versao, uuid=uuid, before=before
        )
    except PathError:
        raise Http404 from None
