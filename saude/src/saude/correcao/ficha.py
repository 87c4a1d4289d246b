"""One ficha: reading it, mending it, its bytes; and the first step of reprocessing many."""

import json
import zlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledi.errors import PathError
from saude.acesso import areas
from saude.acesso.corpo import FORM, body
from saude.acesso.guarda import allowed_at, covers, limit_of, requires
from saude.auditoria.actions import record_event
from saude.cadastros.models import Especialidade
from saude.comum.texto import grouped
from saude.contas.request import UserRequest
from saude.correcao import conflito, de_quem, historia, lista_aberta, recusa, sugestoes
from saude.correcao.cliente import cpf_of_registrations, registered
from saude.correcao.edicao import Edicao
from saude.correcao.volta import back, back_query
from saude.fichas import presenca
from saude.fichas.exportaveis import reason_of
from saude.fichas.models import Atendido, Entrada, Ficha
from saude.fichas.pedida import ficha_of
from saude.fichas.situacoes import Situacao, TransitionRefused
from saude.fichas.trocas import is_replaced, stands_for
from saude.formularios import fontes
from saude.formularios.arvore import Grupo
from saude.formularios.campos import RECTIFICATION
from saude.formularios.ler import at_form
from saude.formularios.verificacao import verified
from saude.inconsistencias import queries as findings
from saude.painel.apresenta import Nomes
from saude.processamento import actions, conteudos
from saude.processamento.julgar import check
from saude.registro.tipos import UmAchado
from saude.retorno import queries as volta

#: nothing to mend in it any more
MENDED = (Situacao.PROCESSADA, Situacao.EXPORTADA, Situacao.DESCARTADA)


@requires("ver")
@require_GET
def detalhe(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=ficha)
    names = Nomes.of(request.entidade)
    found = list(findings.of_ficha(ficha))
    edicao = Edicao.open(ficha, found)
    substituta = _visible_ficha(request, substitui=ficha)
    trocada = substituta is not None or is_replaced(ficha.pk)
    anterior = stands_for(ficha)
    context = {
        "ficha": ficha,
        "arvore": edicao.leitura(names.labels()),
        "achados": found,
        "erros": sum(a.severidade == "erro" for a in found),
        "historico": list(findings.history_of(ficha)[:50]),
        "versoes": conteudos.versions(ficha),
        "linha_do_tempo": historia.timeline(ficha, cnes=request.cnes_do_acesso),
        "nao_exportavel": reason_of(ficha, request.entidade),
        "clientes": people(ficha),
        "profissional": names.profissionais.get(ficha.profissional_cns, ""),
        "estabelecimento": names.estabelecimentos.get(ficha.cnes, ""),
        "equipe": names.equipes.get(ficha.ine, ""),
        "cbo_nome": fontes.label("cbo", ficha.cbo),
        "especialidade_nome": _speciality(ficha),
        "substituta": substituta,
        "trocada": trocada,
        "recusa": None if trocada else volta.refusal_of(ficha),
        "reabre": request.entidade.instalacao.reenviar_mesmo_uuid,
        "anterior": _visible_ficha(request, pk=anterior) if anterior else None,
        "retifica": ficha.tipo in actions.RECTIFIED,
        "pode": allowed_at(request, ficha.cnes),
    }
    return render(request, "fichas/detalhe.html", context)


def _speciality(ficha: Ficha) -> str:
    """Its name, when that says more than the code."""
    known = Especialidade.objects.filter(entidade=ficha.entidade, codigo=ficha.especialidade).first()
    return known.nome if ficha.especialidade and known and known.nome != known.codigo else ""


def _visible_ficha(request: UserRequest, **which: Any) -> Ficha | None:
    return areas.in_areas(Ficha.objects.filter(**which), request.cnes_do_acesso).first()


def people(ficha: Ficha) -> dict[int, Atendido]:
    """Who was attended, by position in the ficha."""
    return {a.posicao: a for a in Atendido.objects.filter(ficha=ficha).select_related("cliente")}


@body(FORM)
@requires("corrigir")
def corrigir(request: UserRequest, uuid: str) -> HttpResponse:
    ficha = ficha_of(request, uuid)
    gone = ficha.situacao == Situacao.DESCARTADA
    if request.method == "POST" and not gone:
        return _save(request, ficha)
    if is_replaced(ficha.pk):
        messages.info(request, "Outro registro já foi criado em lugar desta ficha: é ele que se corrige.")
        return redirect("fichas:detalhe", uuid=ficha.chave)
    lista = lista_aberta.opened(request, ficha)
    todos = request.GET.get("campos") == "todos"
    if request.method == "GET" and lista is not None and not todos and ficha.situacao in MENDED:
        return _gone(request, ficha, lista)
    if gone:
        messages.error(request, "Uma ficha descartada não é corrigida. Traga-a de volta antes.")
        return redirect("fichas:detalhe", uuid=ficha.chave)
    edicao = recusa.opened(ficha)
    if not todos and not any(a.campo for a in edicao.achados):
        return redirect(f"{request.path}?{urlencode({'campos': 'todos'})}&{back_query(request)}".rstrip("&"))
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.vista", alvo=ficha)
    there = presenca.others(ficha.pk, request.user)
    context = _form(request, edicao, todos=todos, lista=lista, outros=there)
    return render(request, "fichas/corrigir.html", context)


def _gone(request: UserRequest, ficha: Ficha, lista: lista_aberta.ListaAberta) -> HttpResponse:
    """It was in the list when the link was made; somebody mended, exported or moved it meanwhile."""
    text = (
        f"A ficha que viria agora não precisa mais de correção: está {ficha.get_situacao_display().lower()}."
    )
    messages.info(request, text if lista.proxima else f"{text} Era a última da lista.")
    return redirect(lista.proxima or lista.endereco)


def _form(request: UserRequest, edicao: Edicao, *, todos: bool, **more: Any) -> dict[str, Any]:
    ficha = edicao.ficha
    names = Nomes.of(request.entidade)
    locked = ficha.situacao == Situacao.EXPORTADA
    theirs, everybody = _registration(ficha.tipo, edicao.achados), people(ficha)
    tree = edicao.formulario(
        todos=todos,
        rotulos=names.labels(),
        extra=more.pop("extra", ()),
        ocultos=RECTIFICATION if locked else frozenset(),
    )
    wrong = [a for a in edicao.achados if a.severidade == "erro"]
    return {
        "ficha": ficha,
        "arvore": tree,
        "de_quem": de_quem.whose(edicao, everybody, names),
        "a_mendar": de_quem.to_mend(edicao, everybody, wrong, _offered(request, edicao, tree, everybody)),
        "achados": edicao.achados,
        "erros": len(wrong),
        "todos": todos,
        "tipo": ficha.tipo,
        "versao": edicao.versao,
        "conteudo": json.dumps(edicao.conteudo, ensure_ascii=False),
        "revisao": ficha.revisao,
        "exportada": locked,
        "retifica": ficha.tipo in actions.RECTIFIED,
        "clientes": [a for p, a in everybody.items() if a.cliente and p in theirs],
        "com_cpf": [everybody[at] for at in cpf_of_registrations(ficha, everybody)],
        "voltar": back(request, ficha),
        "lista": more.pop("lista") if "lista" in more else lista_aberta.opened(request, ficha),
        "pode_remover": todos,
        **(recusa.context(ficha, request.cnes_do_acesso) if locked else {}),
        **more,
    }


def _offered(
    request: UserRequest, edicao: Edicao, tree: Grupo, everybody: dict[int, Atendido]
) -> dict[str, str]:
    """Puts what is known beside the fields; path of each field of the page -> its id there."""
    for cliente in sugestoes.offer(edicao, tree, everybody, request.cnes_do_acesso):
        record_event(
            by=request.user, entidade=request.entidade, tipo="cliente.visto", alvo=cliente, para="sugestão"
        )
    return {campo.caminho: campo.id for campo in sugestoes.fields_of(tree)}


def _registration(tipo: str, achados: Iterable[UmAchado]) -> set[int]:
    """Positions of the citizens with something wrong in what comes from their registration."""

    places = ((getattr(a, "posicao", None), a) for a in achados)
    return {place for place, a in places if place is not None and registered(tipo, a.campo)}


def _save(request: UserRequest, ficha: Ficha) -> HttpResponse:
    todos = request.POST.get("todos") == "1"
    edicao = recusa.opened(ficha)
    try:
        changes, record = edicao.alteracoes(conflito.kept(request.POST))
        revision = int(request.POST.get("revisao", ""))
    except (PathError, ValueError):
        messages.error(request, "O formulário não pôde ser lido. Recarregue a página e tente de novo.")
        return redirect(request.get_full_path())
    if ficha.situacao == Situacao.EXPORTADA:
        return _replace(request, edicao, changes, record, todos)
    if ficha.revisao != revision:
        return _stale(request, edicao, todos, revision)
    if "usar_cpf" in request.POST:
        offered = cpf_of_registrations(ficha, people(ficha))
        wanted = {str(at): found for at, found in offered.items()}.get(request.POST["usar_cpf"], {})
        if any(path.startswith((f"{changed}[", f"{changed}.")) for path in wanted for changed in changes):
            messages.error(request, "Salve antes o que você mudou, e depois use o CPF do cadastro.")
            return redirect(request.get_full_path())
        changes |= wanted
    if not changes:
        messages.info(request, "Nada mudou: os campos estão como antes.")
        return redirect(f"{reverse('fichas:corrigir', args=[ficha.chave])}?{back_query(request)}")
    asked = "proxima" in request.POST
    lista = lista_aberta.opened(request, ficha) if asked else None  # while it still stands there
    try:
        saved = actions.correct(ficha=ficha, changes=changes, revisao=revision, by=request.user)
    except actions.StaleForm as stale:
        return _stale(
            request,
            Edicao.open(ficha_of(request, stale.ficha.chave), findings.of_ficha(ficha)),
            todos,
            revision,
        )
    except (TransitionRefused, PathError) as refused:
        messages.error(request, str(refused) or "Este campo não pôde ser gravado.")
        return redirect("fichas:detalhe", uuid=ficha.chave)
    return _saved(request, saved, lista)


def _saved(request: UserRequest, saved: Ficha, lista: lista_aberta.ListaAberta | None) -> HttpResponse:
    """`lista`: the open list whose next ficha was asked for; None: no other was."""
    following = lista.proxima if lista is not None else ""
    if not covers(limit_of(request, "ver"), saved.cnes):
        return _moved(request, following)
    if saved.situacao == Situacao.INCONSISTENTE:
        text = f"Salvo e reprocessado. Ainda {_n(saved.n_erros)} nesta ficha."
        messages.warning(request, text)
        return redirect(f"{reverse('fichas:corrigir', args=[saved.chave])}?{back_query(request)}")
    text = f"Salvo e reprocessado: a ficha está {saved.get_situacao_display().lower()}."
    if lista is not None and not following:
        text += " Era a última da lista."
    (messages.success if saved.situacao == Situacao.PROCESSADA else messages.warning)(request, text)
    return redirect(following or back(request, saved))


def _moved(request: UserRequest, following: str = "") -> HttpResponse:
    """The correction of the CNES took the ficha to an área that is not the user's."""
    messages.success(request, "Salvo e reprocessado. Pelo CNES, a ficha passou a outra área.")
    return redirect(following or reverse("painel:painel"))


def _n(n: int) -> str:
    return "há 1 inconsistência" if n == 1 else f"há {grouped(n)} inconsistências"


def _replace(
    request: UserRequest, edicao: Edicao, changes: dict[str, Any], record: dict[str, Any], todos: bool
) -> HttpResponse:
    """A correction of what was exported: a new record, linked to the one that went.

    What the PEC refused may go again as it is: the mistake may have been in the PEC (a CNES out of date).
    """
    reason = request.POST.get("motivo", "")
    ficha = edicao.ficha
    try:
        if not changes and volta.refusal_of(ficha) is None:
            raise TransitionRefused(
                "Mude ao menos um campo: o novo registro seria igual ao que já foi exportado."
            )
        new = actions.replace_exported(
            ficha=ficha,
            changes=changes,
            motivo=reason,
            by=request.user,
            nunca_entrou=volta.never_entered(ficha),
        )
    except TransitionRefused as refused:
        typed = edicao.typed(changes, record)
        context = _form(
            request, typed, todos=todos, erro_motivo=str(refused), motivo=reason, extra=_sent(request)
        )
        return render(request, "fichas/corrigir.html", context, status=422)
    if not covers(limit_of(request, "ver"), new.cnes):
        return _moved(request)
    messages.success(
        request, f"Novo registro criado em lugar do exportado: está {new.get_situacao_display().lower()}."
    )
    return redirect("fichas:detalhe", uuid=new.chave)


def _stale(request: UserRequest, edicao: Edicao, todos: bool, revision: int) -> HttpResponse:
    """The ficha changed meanwhile: the form keeps what was typed, and asks field by field which of the two stays."""
    typed = edicao.typed(*edicao.alteracoes(request.POST))
    sent = _sent(request)
    context = _form(
        request, typed, todos=todos, extra=sent, diferencas=conflito.differences(edicao, typed, revision)
    )
    return render(request, "fichas/corrigir.html", context, status=409)


def _sent(request: UserRequest) -> list[str]:
    return [name[2:] for name in request.POST if name.startswith("f:")]


@body(FORM)
@requires("corrigir")
@require_POST
def verificar(request: UserRequest, uuid: str) -> HttpResponse:
    """Findings of the ficha as it is being typed, put beside their fields."""
    ficha = ficha_of(request, uuid)
    edicao = Edicao.open(ficha, [])
    try:
        changes, record, whole, moves = edicao.enviado(request.POST)
    except PathError:
        raise Http404 from None
    found = check(request.entidade, record, proveniencia=edicao.com_origem(changes))
    for a in found:
        a.campo = at_form(a.campo, moves)
    edicao.achados = [*found]
    typed = edicao.typed(changes, record | {"ficha": whole})  # block by block as the page has it
    tree = typed.formulario(todos=request.POST.get("todos") == "1", rotulos={}, extra=_sent(request))
    told = verified(tree, edicao.achados, request.POST)
    return render(request, "formularios/verificacao.html", {"verificado": told})


@requires("exportar")
@require_GET
def baixar(request: UserRequest, uuid: str) -> HttpResponse:
    """The ficha's finished .esus, as it goes into the zip."""

    ficha = ficha_of(request, uuid)
    entry = get_object_or_404(Entrada, ficha=ficha)
    record_event(by=request.user, entidade=request.entidade, tipo="ficha.baixada", alvo=ficha)
    response = HttpResponse(zlib.decompress(bytes(entry.dados), -15), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{entry.nome}"'
    return response
