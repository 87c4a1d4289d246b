"""The pages of a batch, the same for each kind: what would change, the ticks, the number, the progress, the undo."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.guarda import limit_of, requires
from saude.acesso.lote import em_lote
from saude.acesso.permissoes import Limite
from saude.auditoria.actions import record_event
from saude.banco import espera
from saude.clientes.models import Cliente
from saude.comum.texto import number, numbers
from saude.contas.request import UserRequest
from saude.correcao import desfazer as desfazer_cadastro
from saude.correcao import relato, salvar
from saude.correcao.volta import back, back_query
from saude.fichas.itens import ItemReprocessamento
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.formularios.diferencas import NOTHING, Par, compare
from saude.painel.apresenta import Linha, Nomes, rows
from saude.processamento import em_massa, lotes, passos, previa
from saude.registro.envelope import ORIGIN_LABEL
from saude.web.volta import asked_back

PER_PAGE = 50
OVER = (Reprocessamento.Estado.CONCLUIDO, Reprocessamento.Estado.FALHOU)
WAITS = (Reprocessamento.Estado.PREVIA, Reprocessamento.Estado.MONTANDO)
Acao = Reprocessamento.Acao


@dataclass(frozen=True, slots=True)
class Mostrada:
    """One ficha of a batch as the preview shows it."""

    item: ItemReprocessamento
    linha: Linha
    mudancas: list[Par]
    situacao_depois: str
    pessoa: str  # whose registration changes, where the batch is of one person


def permission(job: Reprocessamento) -> str:
    return "reprocessar" if (job.desfaz or job).acao == Acao.REPROCESSAR else "corrigir"


def batch_of(request: UserRequest, pk: int) -> Reprocessamento:
    """A batch of the entidade and of the user's áreas, to be looked at."""
    known = em_massa.jobs(request.entidade, cnes=request.cnes_do_acesso, by=request.user)
    return get_object_or_404(known.select_related("desfaz", "por", "entidade__instalacao"), pk=pk)


def _to_do(request: UserRequest, pk: int) -> Reprocessamento:
    """A batch that the user may still do: their own preview, in the áreas they have now."""
    job = batch_of(request, pk)
    needed = permission(job)
    if needed not in request.permissoes or job.por_id != request.user.pk:
        raise PermissionDenied
    if not _inside(job, limit_of(request, needed)):
        raise PermissionDenied
    return job


def may_do(request: UserRequest, job: Reprocessamento) -> bool:
    needed = permission(job)
    return needed in request.permissoes and _inside(job, limit_of(request, needed))


def _inside(job: Reprocessamento, limit: Limite) -> bool:
    areas = job.filtro.get("areas")
    return limit is None or (areas is not None and set(areas) <= limit)


@requires("ver")
@require_GET
def lista(request: UserRequest) -> HttpResponse:
    """What was done to many at once, the newest first; a preview only to who made it."""
    known = em_massa.jobs(request.entidade, cnes=request.cnes_do_acesso, by=request.user)
    known = known.exclude(~Q(por=request.user), estado__in=WAITS).exclude(total=0)
    known = known.exclude(filtro__has_key="regeneracao")  # they have a page of their own
    rows = known.select_related("por", "desfaz", "desfeito_por").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    for job in page:
        job.titulo = title_of(job)
        undo = getattr(job, "desfeito_por", None)
        job.foi_desfeito = undo is not None and undo.estado not in WAITS
    return render(request, "lotes/lista.html", {"page_obj": page})


@requires("corrigir", "reprocessar")
@require_GET
def ver_previa(request: UserRequest, pk: int) -> HttpResponse:
    job = _to_do(request, pk)
    if job.estado not in WAITS:
        return redirect(_page(request, "lote", job))
    if job.estado == Reprocessamento.Estado.MONTANDO:
        return render(request, "lotes/montando.html", _frame(request, job) | _assessed(job))
    page = Paginator(_in_order(job), PER_PAGE).get_page(request.GET.get("pagina"))
    context = _frame(request, job) | {
        "page_obj": page,
        "mostradas": shown(request, job, page),
        "efeitos": effects(job),
        "venceu": lotes.over(job),
        "nunca": job.total - _choosable(job),
        "no_cadastro": relato.differences(salvar.planned(job)) if job.acao == Acao.CADASTRO else [],
    }
    return render(request, "lotes/previa.html", context)


def _in_order(job: Reprocessamento) -> QuerySet[ItemReprocessamento]:
    """What needs a look comes first, where all was assessed before the first page was shown."""
    return job.itens.order_by(*(() if job.acao == Acao.REPROCESSAR else ("efeito",)), "ficha_id")


def _choosable(job: Reprocessamento) -> int:
    found = job.itens.filter(porque="")
    if job.acao in passos.CONTENT:
        found = found.exclude(efeito=ItemReprocessamento.Efeito.CONTINUA)
    return found.count()


#: a reprocessing writes no value: the same effects, said otherwise
JUDGED = {"resolve": "Sem inconsistência", "nova": "Com inconsistência", "igual": "Continua como está"}
#: a registration's change is no mend of one finding
TAKEN = {"resolve": "Com os dados do cadastro", "continua": "Valor não aceito"}


def effects(job: Reprocessamento, **only: Any) -> list[dict[str, Any]]:
    """How many of each effect, in words."""
    names = dict(ItemReprocessamento.Efeito.choices)
    if job.acao == Acao.REPROCESSAR:
        names |= JUDGED
    if job.acao == Acao.CADASTRO:
        names |= TAKEN
    found = job.itens.filter(**only).exclude(efeito="").values_list("efeito").annotate(n=Count("pk"))
    return [{"efeito": e, "rotulo": names[e], "n": n} for e, n in found.order_by("efeito")]


def shown(request: UserRequest, job: Reprocessamento, page: "Page[ItemReprocessamento]") -> list[Mostrada]:
    items = list(page.object_list)
    was_read(request, job, "prévia de um lote", len(items))
    if job.acao == Acao.REPROCESSAR:  # judged as they are looked at: a filter may hold a million
        previa.assess_items(job, [i for i in items if not i.efeito])
    fichas = Ficha.objects.in_bulk([i.ficha_id for i in items])
    lines = {line.ficha.pk: line for line in rows(request.entidade, list(fichas.values()))}
    plan = salvar.planned(job).fichas if job.acao == Acao.CADASTRO else None
    records, origins = previa.records(job, items, plan), previa.origins(job, items)
    zone, person = ZoneInfo(request.entidade.fuso), _person(job)
    found = []
    for item in items:
        before, after = records[item.ficha_id]
        changes = [p for p in compare(before, after, zone) if p.mudou] if before is not after else []
        for label, one, two in origins.get(item.ficha_id, ()):
            changes.append(Par(label, label, ORIGIN_LABEL, str(one or NOTHING), str(two or NOTHING)))
        found.append(Mostrada(item, lines[item.ficha_id], changes, _afterwards(job, item), person))
    return found


def _person(job: Reprocessamento) -> str:
    pk = (job.desfaz or job).filtro.get("cliente")
    return str(Cliente.objects.get(pk=pk)) if pk else ""


def was_read(request: UserRequest, job: Reprocessamento, name: str, n: int) -> None:
    """Fichas of citizens were shown: one line per page of them."""
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", alvo=job, lista=name, mostrados=n
    )


def _afterwards(job: Reprocessamento, item: ItemReprocessamento) -> str:
    if job.acao == Acao.DESCARTAR:
        return str(Situacao.DESCARTADA)
    if job.desfaz and job.desfaz.acao == Acao.REPROCESSAR:
        return str(Situacao.PENDENTE)
    return item.situacao_depois if job.acao != Acao.DESFAZER else ""


@requires("corrigir", "reprocessar")
@require_POST
def marcar(request: UserRequest, pk: int) -> HttpResponse:
    """The ticks of a page are kept; then another page, all or none, or on to the confirmation."""
    job = _to_do(request, pk)
    step = request.POST.get("ir", "confirmar")
    if step in ("todas", "nenhuma"):
        lotes.choose_all(job=job, wanted=step == "todas")
        return redirect(_page(request, "previa", job))
    lotes.choose(job=job, shown=_ids(request, "mostradas"), ticked=_ids(request, "fichas"))
    if step.isdecimal() and len(step) < 9:
        return redirect(_page(request, "previa", job, pagina=step))
    return redirect(_page(request, "confirmar", job))


def _ids(request: UserRequest, name: str) -> list[int]:
    return numbers(request.POST.getlist(name)[:PER_PAGE])


@em_lote()
@requires("corrigir", "reprocessar")
def confirmar(request: UserRequest, pk: int) -> HttpResponse:
    """GET says the number and what follows; POST, with that number, does it."""
    job = _to_do(request, pk)
    if job.estado not in WAITS:
        return redirect(_page(request, "lote", job))
    error = ""
    if request.method == "POST":
        typed = number(request.POST.get("numero", ""), -1)
        try:
            return redirect(_confirm(request, job, typed))
        except lotes.LoteRefused as refused:
            error = str(refused)
    context = _frame(request, job) | {
        "efeitos": effects(job, escolhida=True),
        "erro": error,
        "venceu": lotes.over(job),
    }
    return render(request, "lotes/confirmar.html", context, status=409 if error else 200)


def _confirm(request: UserRequest, job: Reprocessamento, numero: int) -> str:
    """Where to look at it: a registration's change is done by now, the others go on in the background."""
    if job.acao != Acao.CADASTRO:
        desfazer_cadastro.confirm(job=job, numero=numero, by=request.user)
        return _page(request, "lote", job)
    cliente = Cliente.objects.get(pk=job.filtro["cliente"], entidade=request.entidade)
    touched = salvar.confirm(job=job, numero=numero, by=request.user)
    if touched is None:
        return _page(request, "lote", job)
    job.refresh_from_db()
    return relato.saved(request, cliente, touched, job if lotes.undoable(job) else None, job.puladas)


@requires("corrigir", "reprocessar")
@require_POST
def desistir(request: UserRequest, pk: int) -> HttpResponse:
    job = _to_do(request, pk)
    if lotes.drop(job=job):
        messages.info(request, "Nada foi feito: a prévia foi deixada de lado.")
        if job.acao == Acao.CADASTRO:
            return redirect("clientes:corrigir", pk=job.filtro["cliente"])
        return redirect(back(request, None))
    return redirect(_page(request, "lote", job))


@em_lote()
@requires("corrigir", "reprocessar")
@require_POST
def desfazer(request: UserRequest, pk: int) -> HttpResponse:
    """The preview of the undo; nothing goes back before it is confirmed."""
    job = batch_of(request, pk)
    if not may_do(request, job):
        raise PermissionDenied
    try:
        undo = lotes.preview_undo(job=job, by=request.user)
    except lotes.LoteRefused as refused:
        messages.error(request, str(refused))
        return redirect(_page(request, "lote", job))
    return redirect(_page(request, "previa", undo))


@requires("ver")
def lote(request: UserRequest, pk: int) -> HttpResponse:
    job = batch_of(request, pk)
    if job.estado in WAITS:
        return redirect(_page(request, "previa", job))
    return render(request, "lotes/lote.html", _done(request, job))


@requires("ver")
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    job = batch_of(request, pk)
    if job.estado in WAITS:
        response = render(request, "lotes/montando_andamento.html", {"job": job} | _assessed(job))
        ready = job.estado == Reprocessamento.Estado.PREVIA
    else:
        response = render(request, "fichas/andamento.html", _done(request, job))
        ready = job.estado in OVER
    if ready:
        response["HX-Refresh"] = "true"
    return response


def _assessed(job: Reprocessamento) -> dict[str, Any]:
    blocks = job.blocos.aggregate(todos=Count("pk"), feitos=Count("conferido_em"))
    left = job.blocos.filter(conferido_em=None).values_list("pk", flat=True)
    return {
        "percentual": blocks["feitos"] * 100 // (blocks["todos"] or 1),
        **espera.waits("fichas.conferir_bloco", "bloco_id", left, asked=job.criado_em),
    }


def _frame(request: UserRequest, job: Reprocessamento) -> dict[str, Any]:
    """What every page of a batch says of it."""
    return {
        "job": job,
        "escolhidas": job.itens.filter(escolhida=True).count(),
        "listadas": job.total > 0 and "regeneracao" not in job.filtro,
        "titulo": title_of(job),
        "voltar": back(request, None),
        "consulta_voltar": back_query(request),
        "causa": job.filtro.get("causa", ""),
    }


def title_of(job: Reprocessamento) -> str:
    if job.desfaz:
        return f"Desfazer: {job.desfaz.get_acao_display().lower()}"
    if job.acao == Acao.DESCARTAR:
        return "Desfazer o recebimento"
    return "Correção por causa" if "mudancas" in job.filtro else str(job.get_acao_display())


def _done(request: UserRequest, job: Reprocessamento) -> dict[str, Any]:
    over = job.estado in OVER
    names = Nomes.of(request.entidade) if over and job.puladas else None
    kept = job.itens.exclude(porque="").select_related("ficha").order_by("porque", "ficha_id")
    left = list(kept[:200]) if over else []
    lines = {x.ficha.pk: x for x in rows(request.entidade, [i.ficha for i in left], names)} if left else {}
    if left:
        was_read(request, job, "não feitas de um lote", len(left))
    undo = Reprocessamento.objects.filter(desfaz=job).exclude(estado__in=WAITS).first()
    may = may_do(request, job)
    return _frame(request, job) | {
        "acabou": over,
        "parado": em_massa.stopped(job),
        **({} if over else em_massa.waits(job)),
        "corrige": "mudancas" in job.filtro,
        "feitas": job.total - job.puladas,
        "puladas": [{"item": i, "linha": lines[i.ficha_id]} for i in left],
        "desfeito": undo,
        "pode_repetir": may,
        "pode_desfazer": may and undo is None and lotes.undoable(job),
        "suporte": request.entidade.instalacao.suporte_contato,
    }


def _page(request: UserRequest, name: str, job: Reprocessamento, **query: str) -> str:
    came = asked_back(request)
    query |= {"voltar": came} if came else {}
    return reverse(f"mudancas:{name}", args=[job.pk]) + (f"?{urlencode(query)}" if query else "")
