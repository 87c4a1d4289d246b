"""Executando > Sistema > Conferir arquivo: what is inside a file of any vendor; two of them side by side."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledi.layouts import TIPOS, layout, nearest
from saude.acesso.corpo import MULTIPART, body
from saude.acesso.guarda import allowed_at, requires, whole_entidade
from saude.acesso.lote import em_lote
from saude.arquivos import actions, exame, queries
from saude.arquivos.guardados import KEEP_DAYS, LIMIT, FileRefused
from saude.arquivos.models import Conferencia, ItemConferido
from saude.auditoria.actions import record_event
from saude.cadastros.tempo import local_today
from saude.comum.texto import number
from saude.contas.request import UserRequest
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import open_situations
from saude.formularios.arvore import Grupo
from saude.formularios.construtor import Construtor
from saude.formularios.diferencas import Par, compare
from saude.painel.apresenta import Nomes
from saude.processamento.conteudos import versions
from saude.processamento.lotes import LoteRefused
from saude.recebimento.models import Lote
from saude.registro.texto_json import legible
from saude.web.upload import was_too_big

PAGE = 50


@body(LIMIT + MULTIPART)
@requires("corrigir")
@whole_entidade
def conferir(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return _upload(request)
    return render(request, "arquivos/conferir.html", _start(request))


def _start(request: UserRequest, erro: str = "") -> dict[str, Any]:
    rows = queries.conferencias(request.entidade)[:30]
    return {"conferencias": rows, "erro": erro, "limite": LIMIT // 1024**2, "dias": KEEP_DAYS}


def _upload(request: UserRequest) -> HttpResponse:
    file = request.FILES.get("arquivo")
    try:
        if was_too_big(request):
            raise FileRefused(f"O arquivo passa de {LIMIT // 1024**2} MB. Divida-o e envie as partes.")
        if file is None:
            raise FileRefused("Escolha um arquivo.")
        row = actions.upload(entidade=request.entidade, by=request.user, file=file, name=file.name or "")
    except FileRefused as refused:
        return render(request, "arquivos/conferir.html", _start(request, str(refused)), status=422)
    return redirect("arquivos:conferencia", row.uuid)


def _conferencia_of(request: UserRequest, uuid: UUID) -> Conferencia:
    rows = Conferencia.objects.select_related("lote", "usuario")
    return get_object_or_404(rows, entidade=request.entidade, uuid=uuid)


@requires("corrigir")
@whole_entidade
@require_GET
def conferencia(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _conferencia_of(request, uuid)
    only = request.GET.get("so", "")
    found = row.itens.defer("registro").order_by("posicao")
    if only in ("processada", "inconsistente", "pendente"):
        found = found.filter(situacao=only)
    if (tipo := request.GET.get("tipo", "")) in TIPOS:
        found = found.filter(tipo=tipo)
    record_event(by=request.user, entidade=request.entidade, tipo="arquivo.visto", alvo=row)
    others = (
        queries.conferencias(request.entidade).exclude(pk=row.pk).filter(estado__in=("pronta", "recebida"))
    )
    context = {
        "c": row,
        "page": Paginator(found, PAGE).get_page(request.GET.get("pagina")),
        "so": only,
        "tipo": tipo,
        "resumo": queries.summary(row, local_today(request.entidade)),
        "outras": others[:20],
        "guardados": exame.MAX_KEPT,
        **actions.waits(row),
    }
    return render(request, "arquivos/conferencia.html", context)


@requires("corrigir")
@whole_entidade
@require_GET
def andamento(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _conferencia_of(request, uuid)
    response = render(request, "arquivos/andamento.html", {"c": row} | actions.waits(row))
    if row.acabou:
        response["HX-Refresh"] = "true"
    return response


@requires("corrigir")
@whole_entidade
@require_GET
def item(request: UserRequest, uuid: UUID, posicao: int) -> HttpResponse:
    """One record of the file, decoded, with its findings; seeing it is in the audit."""
    row = _conferencia_of(request, uuid)
    one = get_object_or_404(ItemConferido, conferencia=row, posicao=posicao)
    record_event(by=request.user, entidade=request.entidade, tipo="arquivo.registro_visto", alvo=row)
    record = legible(one.registro) if one.registro else None
    context = {
        "c": row, "item": one, "arvore": _tree(request, record), "anterior": posicao - 1,
        "proximo": posicao + 1 if posicao < min(row.lidos, exame.MAX_KEPT) else None,
    }  # fmt: skip
    return render(request, "arquivos/item.html", context)


def _tree(request: UserRequest, record: Any) -> Grupo | None:
    tipo = record.get("tipo") if isinstance(record, dict) else None
    if tipo not in TIPOS:
        return None
    versao = nearest(str(record.get("versao") or "")).version
    built = Construtor(
        tipo, versao, ZoneInfo(request.entidade.fuso), rotulos=Nomes.of(request.entidade).labels()
    )
    made = layout(versao).fichas[tipo]
    return built.grupo(made.root, record.get("ficha"), rotulo=made.nome)


@em_lote(previa="arquivos:conferencia", confirma="arquivos:receber", desfaz="arquivos:desfazer")
@requires("corrigir")
@whole_entidade
@require_POST
def receber(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _conferencia_of(request, uuid)
    try:
        actions.ask_to_take_in(conferencia=row, by=request.user, so_boas=request.POST.get("so") == "boas")
    except FileRefused as refused:
        messages.error(request, str(refused))
    return redirect("arquivos:conferencia", row.uuid)


@em_lote()
@requires("corrigir")
@whole_entidade
@require_POST
def desfazer(request: UserRequest, uuid: UUID) -> HttpResponse:
    """The preview of taking back what the file brought."""
    row = _conferencia_of(request, uuid)
    back = reverse("arquivos:conferencia", args=[row.uuid])
    return undo_reception(request, row.lote, back)


def undo_reception(request: UserRequest, lote: Lote | None, back: str) -> HttpResponse:
    if lote is None or lote.estado != Lote.Estado.CONCLUIDO:
        messages.error(request, "Este arquivo não foi recebido: não há o que desfazer.")
        return redirect(back)
    try:
        job = actions.preview_undo(entidade=request.entidade, lote=lote, by=request.user)
    except LoteRefused:
        messages.info(request, "Este arquivo não trouxe nenhuma ficha nova: não há o que desfazer.")
        return redirect(back)
    return redirect(f"{reverse('mudancas:previa', args=[job.pk])}?{urlencode({'voltar': back})}")


@requires("corrigir")
@whole_entidade
@require_POST
def apagar(request: UserRequest, uuid: UUID) -> HttpResponse:
    row = _conferencia_of(request, uuid)
    if not actions.forget(conferencia=row, by=request.user):
        messages.error(request, "Espere o fim da leitura ou do recebimento para apagar o arquivo.")
        return redirect("arquivos:conferencia", row.uuid)
    messages.success(request, "O arquivo e o que foi lido dele foram apagados daqui.")
    return redirect("arquivos:conferir")


@requires("corrigir")
@whole_entidade
@require_GET
def comparar_dois(request: UserRequest) -> HttpResponse:
    """The two files marked in the list, the older one first."""
    try:
        chosen = {UUID(text) for text in request.GET.getlist("arquivo")[:50]}
    except ValueError as error:
        raise Http404 from error
    if len(chosen) != 2:
        messages.error(request, "Marque dois arquivos para comparar.")
        return redirect("arquivos:conferir")
    a, b = sorted((_conferencia_of(request, uuid) for uuid in chosen), key=lambda c: c.criada_em)
    return redirect("arquivos:comparar", a.uuid, b.uuid)


@requires("corrigir")
@whole_entidade
@require_GET
def comparar(request: UserRequest, a: UUID, b: UUID) -> HttpResponse:
    """Which records are only in one of two files, and which differ."""
    left, right = _conferencia_of(request, a), _conferencia_of(request, b)
    rows = queries.compared(left, right)
    for side in {left.pk: left, right.pk: right}.values():
        record_event(by=request.user, entidade=request.entidade, tipo="arquivo.visto", alvo=side)
    only = request.GET.get("so", "diferentes")
    shown = [r for r in rows if only == "todos" or r.situacao != "igual"]
    counts = {name: sum(r.situacao == name for r in rows) for name in ("igual", "mudou", "a", "b")}
    page = Paginator(shown, PAGE).get_page(request.GET.get("pagina"))
    context = {"a": left, "b": right, "page": page, "contagens": counts, "so": only}
    if max(left.lidos, right.lidos) > exame.MAX_KEPT:
        context["guardados"] = exame.MAX_KEPT
    return render(request, "arquivos/comparar.html", context)


@requires("corrigir")
@whole_entidade
@require_GET
def comparar_ficha(request: UserRequest, a: UUID, b: UUID, i: int, j: int) -> HttpResponse:
    """The records at two positions side by side."""
    left, right = _conferencia_of(request, a), _conferencia_of(request, b)
    one, two = queries.record_at(left, i), queries.record_at(right, j)
    if one is None or two is None:
        raise Http404
    for side in {left.pk: left, right.pk: right}.values():
        record_event(by=request.user, entidade=request.entidade, tipo="arquivo.registro_visto", alvo=side)
    pairs = compare(one, two, ZoneInfo(request.entidade.fuso))
    title = str(two.get("uuid") or "sem UUID")[:60]
    context = {
        "titulo": title, "nome_a": f"{left.nome}, registro {i}", "nome_b": f"{right.nome}, registro {j}",
        "voltar_a": left, "voltar_b": right,
    }  # fmt: skip
    return render(request, "arquivos/lado_a_lado.html", context | _rows(request, pairs))


def _rows(request: UserRequest, pairs: list[Par]) -> dict[str, Any]:
    everything = request.GET.get("campos") == "todos"
    changed = [p for p in pairs if p.mudou]
    return {"pares": pairs if everything else changed, "mudaram": len(changed), "todos": everything}


@requires("ver")
@require_GET
def versoes(request: UserRequest, uuid: str) -> HttpResponse:
    """Two versions of one ficha: what a correction or a new reception changed."""
    ficha = ficha_of(request, uuid)
    texts = {v.revisao: v.registro for v in versions(ficha)}
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=ficha)
    numbers = sorted(texts, reverse=True)
    a = _number(request.GET.get("a"), texts, numbers[1] if len(numbers) > 1 else numbers[0])
    b = _number(request.GET.get("b"), texts, numbers[0])
    pairs = compare(legible(texts[a]), legible(texts[b]), ZoneInfo(request.entidade.fuso))
    context = {
        "ficha": ficha, "numeros": numbers, "a": a, "b": b, "titulo": ficha.uuid,
        "nome_a": f"Revisão {a}", "nome_b": f"Revisão {b}{' (atual)' if b == ficha.revisao else ''}",
        "voltavel": a if a != ficha.revisao and ficha.situacao in open_situations("corrigir") else 0,
        "pode": allowed_at(request, ficha.cnes),
    }  # fmt: skip
    return render(request, "arquivos/lado_a_lado.html", context | _rows(request, pairs))


def _number(text: str | None, known: Any, default: int) -> int:
    return found if (found := number(text or "")) is not None and found in known else default
