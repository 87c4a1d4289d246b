"""Tabelas de referência, Estabelecimentos, Equipes and Profissionais."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from saude.acesso.corpo import MULTIPART, body
from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO
from saude.atualizacao import actions, demo
from saude.atualizacao import queries as pendentes
from saude.atualizacao.reavaliar import job_of
from saude.banco import espera
from saude.cadastros.models import Equipe, Estabelecimento, Profissional
from saude.contas.request import UserRequest
from saude.fichas.models import Reprocessamento
from saude.processamento import em_massa
from saude.referencias import arquivos, queries
from saude.referencias.models import Publicacao
from saude.web.upload import was_too_big

PAGE = 50
HISTORY = 40
KINDS = (
    ("lotacoes", "Lotações"), ("profissionais", "Profissionais"), ("equipes", "Equipes"),
    ("estabelecimentos", "Estabelecimentos"),
)  # fmt: skip
CHANGES = (("novos", "Entram"), ("mudados", "Mudam"), ("sumidos", "Saem"))
OPEN = ("ficha ainda não exportada a reavaliar", "fichas ainda não exportadas a reavaliar")
#: numbers of a CNES: their key, the list they lead to, and their words before and after it is in force
EFFECT = (
    (
        "conserta", "deixaram",
        ("ficha deixará de ter erro de vínculo", "fichas deixarão de ter erro de vínculo"),
        ("ficha deixou de ter erro de vínculo", "fichas deixaram de ter erro de vínculo"),
    ),
    (
        "quebra", "passaram",
        ("ficha passará a ter erro de vínculo", "fichas passarão a ter erro de vínculo"),
        ("ficha passou a ter erro de vínculo", "fichas passaram a ter erro de vínculo"),
    ),
    ("fichas", "todas", OPEN, OPEN),
)  # fmt: skip
ENDED = (Reprocessamento.Estado.CONCLUIDO, Reprocessamento.Estado.FALHOU)


@requires("ver")
def lista(request: UserRequest) -> HttpResponse:
    rows = queries.releases(request.entidade).order_by("-pk")
    waiting = (Publicacao.Situacao.CONFERIR, Publicacao.Situacao.IMPORTANDO)
    context = {
        "em_uso": queries.in_use(request.entidade, timezone.localdate()),
        "faltam": pendentes.gaps(request.entidade),
        "andamento": list(rows.filter(situacao__in=waiting)[:10]),
        "demonstracao": pode_configurar(request) and demo.unmended(request.entidade),
        "historico": rows.exclude(situacao__in=waiting)[:HISTORY],
    }
    return render(request, "referencias/lista.html", context)


def pode_configurar(request: UserRequest) -> bool:
    return "configurar" in request.permissoes


@requires("configurar")
def cnes_corrigido(request: UserRequest) -> FileResponse:
    """The corrected CNES of the demonstration, for whoever tries it in a browser only."""
    if not demo.unmended(request.entidade):
        raise Http404
    return FileResponse(
        open(demo.folder() / demo.CORRECTED, "rb"), as_attachment=True, filename=demo.CORRECTED
    )


@body(arquivos.LIMIT + MULTIPART)
@require_POST
@requires("configurar", INSTALACAO)
def enviar(request: UserRequest, tipo: str) -> HttpResponse:
    """Take in a file: CNES goes on to its comparison, SIGTAP (of all the entidades) to its progress."""
    if tipo not in Publicacao.Tipo.values:
        raise Http404
    if (INSTALACAO if tipo == Publicacao.Tipo.SIGTAP else "configurar") not in request.permissoes:
        raise PermissionDenied
    file = request.FILES.get("arquivo")
    if file is None:
        text = "Escolha o arquivo a enviar."
        if was_too_big(request):
            text = "O arquivo é grande demais: não é uma tabela de referência. Nada foi alterado."
        messages.error(request, text)
        return redirect("referencias:lista")
    given: dict[str, Any] = {"pieces": file.chunks(), "nome": file.name or "arquivo", "by": request.user}
    try:
        if tipo == Publicacao.Tipo.CNES:
            row = actions.receive_cnes(entidade=request.entidade, queue=True, **given)
        else:
            row = actions.receive_sigtap(**given)
    except actions.FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("referencias:lista")
    return redirect("referencias:publicacao", row.pk)


@requires("ver")
def publicacao(request: UserRequest, pk: int) -> HttpResponse:
    return render(request, "referencias/publicacao.html", _release(request, pk))


@requires("ver")
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    """The moving part of the page; once all is done the whole page is asked again."""
    context = _release(request, pk)
    response = render(request, "referencias/andamento.html", context)
    if context["acabou"]:
        response["HX-Refresh"] = "true"
    return response


def _release(request: UserRequest, pk: int) -> dict[str, Any]:
    row = get_object_or_404(queries.releases(request.entidade), pk=pk)
    job = job_of(row, request.entidade)
    importing = row.situacao == Publicacao.Situacao.IMPORTANDO
    return {
        "publicacao": row,
        "job": job,
        "acabou": not importing and (job is None or job.estado in ENDED),
        **_waits(row, job),
        "mudancas": list(_changes(row)),
        "numeros": _numbers(row, job),
    }


def _numbers(row: Publicacao, job: Reprocessamento | None) -> list[tuple[int, str, str]]:
    """What a CNES does to the fichas: how many, in words, and the list that shows them once they were judged again."""
    found = row.diferencas.get("efeito")
    if not found:
        return []
    done = job is not None and job.estado == Reprocessamento.Estado.CONCLUIDO
    to_come = row.situacao == Publicacao.Situacao.CONFERIR
    told = []
    for key, which, future, past in EFFECT:
        n, (one, many) = found[key], future if to_come else past
        told.append((n, one if n == 1 else many, which if done and n else ""))
    return told


def _waits(row: Publicacao, job: Reprocessamento | None) -> dict[str, Any]:
    """Why the table is not compared or imported yet, or why its fichas are not judged again, and since when."""
    if row.situacao == Publicacao.Situacao.IMPORTANDO:
        cnes = "importar_cnes" if row.contagens else "comparar_cnes"
        kind = cnes if row.tipo == Publicacao.Tipo.CNES else "importar_sigtap"
        return espera.waits(f"referencias.{kind}", "publicacao_id", [row.pk], asked=row.recebida_em)
    return em_massa.waits(job) if job and job.estado not in ENDED else {}


def _changes(row: Publicacao) -> Iterator[tuple[str, list[tuple[str, int, list[Any]]], int]]:
    for key, label in KINDS:
        found = row.diferencas.get(key)
        if found:
            parts = [(name, found[what]["n"], found[what]["itens"]) for what, name in CHANGES]
            yield label, parts, sum(n for _, n, _ in parts)


@require_POST
@requires("configurar")
def confirmar(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Publicacao, pk=pk, entidade=request.entidade)
    try:
        done = actions.confirm_cnes(publicacao=row, by=request.user, queue=True)
    except actions.FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(
            "referencias:publicacao" if Publicacao.objects.filter(pk=pk) else "referencias:lista", pk
        )
    if done.situacao == Publicacao.Situacao.PRONTA:
        messages.success(request, f"CNES de {done.quando} em uso.")
    return redirect("referencias:publicacao", pk)


@require_POST
@requires("configurar")
def desistir(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Publicacao, pk=pk, entidade=request.entidade)
    try:
        actions.cancel_cnes(publicacao=row, by=request.user)
        messages.success(request, "Importação desfeita. Nada foi alterado.")
    except actions.FileRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("referencias:lista")


@require_POST
@requires(INSTALACAO)
def restaurar(request: UserRequest, pk: int) -> HttpResponse:
    """Put a superseded SIGTAP back in force."""
    row = get_object_or_404(Publicacao, pk=pk, tipo=Publicacao.Tipo.SIGTAP)
    try:
        done = actions.restore_sigtap(publicacao=row, by=request.user)
        messages.success(request, f"{done} em uso de novo. As fichas que ela muda são reavaliadas.")
    except actions.FileRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("referencias:publicacao", pk)


@requires("ver")
def estabelecimentos(request: UserRequest) -> HttpResponse:
    return _list(request, queries.estabelecimentos, "referencias/estabelecimentos.html")


@requires("ver")
def equipes(request: UserRequest) -> HttpResponse:
    return _list(request, queries.equipes, "referencias/equipes.html")


@requires("ver")
def profissionais(request: UserRequest) -> HttpResponse:
    def named(page: Any) -> dict[str, Any]:
        for row in page:
            row.vigentes = [x for x in row.lotacoes.all() if x.fim is None]
        codes = {x.cbo for row in page for x in row.vigentes}
        return {"cbos": queries.cbo_names(codes)}

    return _list(request, queries.profissionais, "referencias/profissionais.html", named)


def _list(
    request: UserRequest,
    rows: Callable[..., Any],
    template: str,
    more: Callable[[Any], dict[str, Any]] | None = None,
) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60].replace("\x00", "")
    all_of_them = request.GET.get("todos") == "1"
    found = rows(request.entidade, text, all_of_them=all_of_them)
    page = Paginator(found, PAGE).get_page(request.GET.get("pagina"))
    context = {"page": page, "q": text, "todos": all_of_them}
    return render(request, template, context | (more(page) if more else {}))


@requires("ver")
def estabelecimento(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Estabelecimento, pk=pk, entidade=request.entidade)
    posts = list(queries.posts(estabelecimento=row))
    context = {
        "estabelecimento": row,
        "equipes": Equipe.objects.filter(Q(estabelecimento=row) | Q(outros_estabelecimentos=row))
        .distinct()
        .order_by("-ativa", "nome"),
        "abertas": pendentes.open_fichas(request.entidade, cnes=row.cnes),
    }
    return render(request, "referencias/estabelecimento.html", context | _posts(posts))


@requires("ver")
def equipe(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(
        Equipe.objects.select_related("estabelecimento"), pk=pk, entidade=request.entidade
    )
    posts = list(queries.posts(equipe=row))
    context = {"equipe": row, "abertas": pendentes.open_fichas(request.entidade, ine=row.ine)}
    return render(request, "referencias/equipe.html", context | _posts(posts))


@requires("ver")
def profissional(request: UserRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Profissional, pk=pk, entidade=request.entidade)
    posts = list(queries.posts(profissional=row))
    open_ones = pendentes.open_fichas(request.entidade, profissional_cns=row.cns) if row.cns else 0
    context = {"profissional": row, "abertas": open_ones}
    return render(request, "referencias/profissional.html", context | _posts(posts))


def _posts(posts: list[Any]) -> dict[str, Any]:
    return {"lotacoes": posts, "cbos": queries.cbo_names({x.cbo for x in posts})}
