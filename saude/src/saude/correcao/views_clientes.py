"""Clients: search, details with their inconsistencies, the registration, and who was attended unknown."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from saude.acesso.guarda import limit_of, requires
from saude.acesso.lote import em_lote
from saude.auditoria.actions import record_event
from saude.clientes.models import Cliente
from saude.comum.texto import counted, number
from saude.contas.request import UserRequest
from saude.correcao import cadastro, clientes, desfazer, mudancas, relato, salvar
from saude.correcao import cliente as actions
from saude.correcao.forms import ClienteForm
from saude.fichas.atendidos import visible
from saude.fichas.models import Atendido, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.painel.apresenta import rows
from saude.painel.filtros import query
from saude.web.volta import asked_back

PER_PAGE = 50
FICHAS_SHOWN = 30
CANDIDATES = 8


@requires("ver")
def lista(request: UserRequest) -> HttpResponse:
    if request.method == "POST":
        return redirect(clientes.keep_search(request))
    text = clientes.asked(request)
    cursor = request.GET.get("depois", "")
    if text:
        page, following = clientes.search(request.entidade, text, PER_PAGE, cnes=request.cnes_permitidos), ""
    else:
        page, following = _page(clientes.listing(request.entidade, cnes=request.cnes_permitidos), cursor)
    if text:
        clientes.searched(request, text, len(page))
    else:
        clientes.listed(request, "clientes", page)
    may = "corrigir" in request.permissoes
    context = {
        "clientes": page,
        "q": text,
        "mudancas": may and mudancas.waiting(request.entidade, limit_of(request, "corrigir")).count(),
        "proxima": query(request, depois=following) if following else "",
        "primeira": query(request, depois=None) if cursor else "",
    }
    return render(request, "clientes/lista.html", context)


def _page(found: QuerySet[Cliente], cursor: str) -> tuple[list[Cliente], str]:
    """By keyset on (busca, id): as quick on the last page as on the first. The address names the last by its id."""
    found = found.order_by("busca", "pk")
    last = found.filter(pk=number(cursor, 0)).first() if cursor else None
    if last is not None:
        found = found.filter(busca__gte=last.busca).filter(Q(busca__gt=last.busca) | Q(pk__gt=last.pk))
    page = list(found[: PER_PAGE + 1])
    more, page = len(page) > PER_PAGE, page[:PER_PAGE]
    return page, str(page[-1].pk) if more else ""


def cliente_of(request: UserRequest, pk: int) -> Cliente:
    areas = request.cnes_do_acesso
    cliente = clientes.by_id(request.entidade, pk, cnes=areas) if pk < 10**18 else None
    if cliente is None:
        raise Http404
    cliente.entidade = request.entidade
    return cliente


@requires("ver")
def detalhe(request: UserRequest, pk: int) -> HttpResponse:
    cliente = cliente_of(request, pk)
    if cliente.mesclado_em_id:
        return redirect("clientes:detalhe", pk=cliente.mesclado_em_id)
    record_event(by=request.user, entidade=request.entidade, tipo="cliente.visto", alvo=cliente)
    areas = request.cnes_do_acesso
    fichas = list(clientes.fichas_of(cliente, cnes=request.cnes_permitidos)[: FICHAS_SHOWN + 1])
    changes = cliente.alteracoes.select_related("usuario", "ficha").order_by("-em")
    if areas is not None:
        changes = changes.filter(Q(ficha=None) | Q(ficha__cnes__in=sorted(areas)))
    elsewhere = 0
    if request.cnes_permitidos != areas:
        elsewhere = (
            clientes.fichas_of(cliente, cnes=areas).count()
            - clientes.fichas_of(cliente, cnes=request.cnes_permitidos).count()
        )
    may_mend = visible(Cliente.objects.filter(pk=cliente.pk), limit_of(request, "corrigir")).exists()
    context = {
        "cliente": cliente,
        "causas": relato.causes(cliente, request.cnes_permitidos),
        "fichas": rows(request.entidade, fichas[:FICHAS_SHOWN]),
        "resta_na_ficha": any(f.situacao == Situacao.INCONSISTENTE for f in fichas),
        "mais_fichas": len(fichas) > FICHAS_SHOWN,
        "fichas_de_outras": elsewhere,
        "alteracoes": changes[:20],
        **_waiting(request, cliente),
        "pode": {p: True for p in request.permissoes if p != "corrigir" or may_mend},
        "voltar": asked_back(request),
        "feito": desfazer.just_done(request),
    }
    return render(request, "clientes/detalhe.html", context)


def _waiting(request: UserRequest, cliente: Cliente) -> dict[str, Any]:
    """Changes of the registration that wait: those this user may decide, and how many wait for others."""
    mine = limit_of(request, "corrigir")
    rows = [] if "corrigir" not in request.permissoes else list(
        mudancas.waiting(request.entidade, mine).filter(cliente=cliente)
    )  # fmt: skip
    everywhere = mudancas.waiting(request.entidade, None).filter(cliente=cliente).count()
    return {"esperam": rows, "esperam_outros": everywhere - len(rows)}


@em_lote()
@require_POST
@requires("corrigir")
def decidir_mudancas(request: UserRequest, pk: int) -> HttpResponse:
    """What waits in the áreas of this user goes in, or does not."""
    cliente, areas = cliente_of(request, pk), request.cnes_do_acesso
    if request.POST.get("resposta") == "sim":
        job = salvar.preview_waiting(cliente=cliente, by=request.user, cnes=areas)
        if job is not None:
            return redirect(reverse("mudancas:previa", args=[job.pk]))
        before = actions.open_fichas(cliente)
        touched = actions.apply_waiting(cliente=cliente, by=request.user, cnes=areas)
        return redirect(relato.saved(request, cliente, touched, _remember(request, cliente, before, touched)))
    else:
        rows = mudancas.waiting(request.entidade, areas).filter(cliente=cliente)
        n = mudancas.refuse(rows=rows, by=request.user)
        told = counted(n, "ficha fica como estava", "fichas ficam como estavam")
        messages.success(request, f"Mudança recusada: {told}.")
    return redirect("clientes:detalhe", pk=pk)


@require_GET
@requires("corrigir")
def mudancas_a_espera(request: UserRequest) -> HttpResponse:
    """Clients with a change that waits for who works in these áreas."""
    rows = mudancas.waiting(request.entidade, request.cnes_do_acesso)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("pagina"))
    clientes.listed(request, "mudanças à espera", page.object_list)
    return render(request, "clientes/mudancas.html", {"page_obj": page})


@em_lote()
@requires("corrigir")
def corrigir(request: UserRequest, pk: int) -> HttpResponse:
    """The registration; saving flows to the fichas not yet exported, and reprocesses them."""
    cliente = cliente_of(request, pk)
    record_event(by=request.user, entidade=request.entidade, tipo="cliente.visto", alvo=cliente)
    if request.method != "POST":
        form = ClienteForm(instance=cliente)
        return render(request, "clientes/formulario.html", _form(request, cliente, form))
    form = ClienteForm(request.POST, instance=cliente_of(request, pk))
    revision = number(request.POST.get("revisao", ""), -1)
    if not form.is_valid():
        return render(request, "clientes/formulario.html", _form(request, cliente, form), status=422)
    try:
        where = _save(request, cliente, form.cleaned_data, revision)
    except actions.StaleClient as stale:
        context = _form(request, stale.cliente, form) | {"diferencas": _differences(stale.cliente, form)}
        return render(request, "clientes/formulario.html", context, status=409)
    except ValidationError as invalid:
        for name, found in invalid.message_dict.items():
            form.add_error(name if name in form.fields else None, found)
        return render(request, "clientes/formulario.html", _form(request, cliente, form), status=422)
    return redirect(where)


def _save(request: UserRequest, cliente: Cliente, values: dict[str, Any], revisao: int) -> str:
    """The change itself, or the preview of a change to several fichas; where to go."""
    asked: dict[str, Any] = {
        "cliente": cliente, "changes": values, "revisao": revisao, "by": request.user,
        "cnes": request.cnes_do_acesso, "usar_cpf": request.POST.get("usar_cpf") == "1",
    }  # fmt: skip
    job, kept = salvar.preview(**asked), set[int]()
    if job is not None:
        if not salvar.nothing_good(job, cliente):
            back = {"voltar": came} if (came := asked_back(request)) else {}
            return reverse("mudancas:previa", args=[job.pk]) + (f"?{urlencode(back)}" if back else "")
        kept = set(job.itens.values_list("ficha_id", flat=True))
        job.delete()
    before = actions.open_fichas(cliente)
    touched = actions.correct_client(**asked, exceto=kept)
    return relato.saved(request, cliente, touched, _remember(request, cliente, before, touched))


def _remember(
    request: UserRequest, cliente: Cliente, before: dict[int, int], touched: list[int]
) -> Reprocessamento | None:
    changed = {f: before[f] for f in touched if f in before}
    return desfazer.remember(cliente=cliente, antes=changed, by=request.user, cnes=request.cnes_do_acesso)


def _form(request: UserRequest, cliente: Cliente, form: ClienteForm) -> dict[str, Any]:
    waiting = Atendido.objects.filter(cliente=cliente).exclude(ficha__situacao=Situacao.EXPORTADA)
    records = cadastro.Registros.of(cliente, cnes=request.cnes_do_acesso)
    wrong = [c for c in relato.causes(cliente, request.cnes_do_acesso) if c["no_cadastro"]]
    lines = cadastro.lines(form, records, wrong)
    return {
        "cliente": cliente,
        "form": form,
        "linhas": lines,
        "com_valores": any(line.valores for line in lines),
        "sem_cpf": records.sem_cpf if cliente.cpf else 0,
        "revisao": cliente.revisao,
        "fichas_a_mudar": waiting.values("ficha").distinct().count(),
        "erros": sum(c["severidade"] == "erro" for c in wrong),
        "avisos": sum(c["severidade"] != "erro" for c in wrong),
        "voltar": asked_back(request),
        "feito": desfazer.just_done(request),
    }


def _differences(stored: Cliente, form: ClienteForm) -> list[dict[str, str]]:
    """Per field: what is stored now and what the user typed."""
    found = []
    for name in form.fields:
        now, typed = getattr(stored, name), form.cleaned_data.get(name)
        if now != typed and not (now in ("", None) and typed in ("", None)):
            texts = {"agora": relato.shown(name, now), "digitado": relato.shown(name, typed)}
            found.append({"rotulo": str(form.fields[name].label), **texts})
    return found
