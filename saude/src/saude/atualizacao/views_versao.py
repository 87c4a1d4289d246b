"""Administrando > Instalação, and the regeneration in another LEDI version."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_POST

from ledi.layouts import releases
from ledi.layouts.releases import newest_for
from ledi.versions import version_key
from saude.acesso.guarda import requires
from saude.atualizacao import versao
from saude.atualizacao.forms import RegenerarForm
from saude.auditoria.actions import record_event
from saude.cadastros import actions
from saude.cadastros.forms import InstalacaoForm
from saude.cadastros.models import Instalacao
from saude.cadastros.tempo import local_today
from saude.cadastros.versoes import known_pecs
from saude.comum.competencia import in_files
from saude.contas.request import UserRequest
from saude.processamento import em_massa, regenerar
from saude.processamento.models import Regeneracao
from saude.web.planilha import csv_response

SHOWN = 20


@requires("administrar")
def instalacao(request: UserRequest) -> HttpResponse:
    row = request.entidade.instalacao
    form = InstalacaoForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        before = row.revisao, form.initial["versao_ledi"]
        saved = actions.update_instalacao(by=request.user, instalacao=row, values=form.cleaned_data)
        messages.success(request, _saved(request, saved, *before))
        return redirect("instalacao")
    row.refresh_from_db()
    context = {
        "form": form,
        "instalacao": row,
        "avisos": versao.warnings(request.entidade, local_today(request.entidade), administra=True),
        "pecs": known_pecs(),
        "por_versao": versao.by_version(request.entidade),
    }
    return render(request, "cadastros/instalacao.html", context)


def _saved(request: UserRequest, saved: Instalacao, revisao: int, versao_antes: str) -> str:
    text = "Instalação salva."
    if saved.revisao != revisao:
        text += " As fichas ainda não exportadas sairão com os dados novos no envelope."
    if saved.versao_ledi == versao_antes:
        return text
    return format_html(
        "{} As fichas novas saem no LEDI {}; as já processadas ficam na versão em que foram feitas, até que você as "
        '<a href="{}">regenere</a>.',
        text, saved.versao_ledi, reverse("regenerar:inicio"),
    )  # fmt: skip


@requires("administrar")
@require_GET
def proposta(request: UserRequest) -> HttpResponse:
    """The newest LEDI that the PEC being typed reads, chosen in the select; what it says while it is no version."""
    pec, form = (
        request.GET.get("versao_pec", "").strip()[:20],
        InstalacaoForm(instance=request.entidade.instalacao),
    )
    saved = request.entidade.instalacao.versao_ledi
    chosen = request.GET.get("versao_ledi", saved)
    try:
        newest = newest_for(pec) if pec else None
        text = (
            ""
            if not pec or newest
            else f"O PEC {pec} é mais antigo que todos os LEDI que este sistema escreve."
        )
    except ValueError:
        newest, text = None, "Escreva a versão do PEC como n.n.n, por exemplo 5.5.26."
    if newest:
        chosen = newest.id
        text = f"O LEDI mais novo que o PEC {pec} lê é o {newest.id}."
        text += (
            " É o que está gravado." if newest.id == saved else f" O gravado é o {saved}: salve para mudar."
        )
    form.initial["versao_ledi"] = chosen
    return render(request, "cadastros/versao_ledi.html", {"form": form, "proposta": text})


@requires("administrar")
def inicio(request: UserRequest) -> HttpResponse:
    """The period and the version; those made before."""
    today = local_today(request.entidade)
    initial = {"para": request.entidade.instalacao.versao_ledi, **_period(request, today)}
    form = RegenerarForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = regenerar.ask(entidade=request.entidade, by=request.user, **form.cleaned_data)
            return redirect("regenerar:regeneracao", row.pk)
        except regenerar.Refused as refused:
            form.add_error(None, str(refused))
    context = {
        "form": form,
        "por_versao": versao.by_version(request.entidade),
        "feitas": regenerar.all_of(request.entidade)[:20],
    }
    status = 422 if form.errors else 200
    return render(request, "cadastros/regenerar.html", context, status=status)


def _period(request: UserRequest, today: date) -> dict[str, date]:
    """From the first to the last day with something to export; this month when there is nothing."""
    days = versao.to_export(request.entidade).order_by("data").values_list("data", flat=True)
    days = days.exclude(data=None)
    return {"inicio": days.first() or today.replace(day=1), "fim": days.last() or today}


def _regeneracao_of(request: UserRequest, pk: int) -> Regeneracao:
    return get_object_or_404(regenerar.all_of(request.entidade), pk=pk)


@requires("administrar")
@require_GET
def regeneracao(request: UserRequest, pk: int) -> HttpResponse:
    row = _regeneracao_of(request, pk)
    context = {"r": row, "older": _older(row), "pec_nao_le": _unread(row)}
    if row.ocupada:
        context |= _waits(row)
    else:
        context |= {
            "perdidos": regenerar.first_told(row, "perdidos", SHOWN),
            "erros": regenerar.first_told(row, "erros", SHOWN),
            "parados": regenerar.first_told(row, "motivo", SHOWN),
            "motivos": sorted(row.motivos.items(), key=lambda one: -one[1]),
        }
    return render(request, "cadastros/regeneracao.html", context)


def _waits(row: Regeneracao) -> dict[str, Any]:
    job = row.trabalho or row.previa
    return em_massa.waits(job) if job else {}


def _older(row: Regeneracao) -> bool:
    """Is it to an older version than the installation's?"""
    return version_key(row.para) < version_key(row.entidade.instalacao.versao_ledi)


def _unread(row: Regeneracao) -> str:
    """The PEC's version, when it does not read the one that is asked for."""
    pec, release = row.entidade.instalacao.versao_pec, releases()[row.para]
    return pec if pec and version_key(release.pec) > version_key(pec) else ""


@requires("administrar")
@require_GET
def andamento(request: UserRequest, pk: int) -> HttpResponse:
    row = _regeneracao_of(request, pk)
    response = render(request, "cadastros/regeneracao_andamento.html", {"r": row, **_waits(row)})
    if not row.ocupada:
        response["HX-Refresh"] = "true"
    return response


@requires("administrar")
@require_GET
def lista(request: UserRequest, pk: int) -> StreamingHttpResponse:
    """Every ficha that the preview told of, and what of it: to download."""
    row = _regeneracao_of(request, pk)
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.baixada", alvo=row, lista="regeneracao"
    )
    titles = ["UUID", "Ficha", "Competência", "O que acontece", "Campo", "Por quê"]
    return csv_response(f"regeneracao_{row.pk}.csv", titles, _lines(row))


def _lines(row: Regeneracao) -> Iterator[list[str]]:
    for one in regenerar.told(row):
        head = [one["uuid"], one["tipo"], in_files(one["competencia"])]
        for name, what in (("perdidos", "fica de fora"), ("erros", "inconsistência")):
            for field, why in one[name]:
                yield [*head, what, field, why]
        if one["motivo"]:
            yield [*head, "fica como está", "", one["motivo"]]


@requires("administrar")
@require_POST
def confirmar(request: UserRequest, pk: int) -> HttpResponse:
    try:
        regenerar.confirm(regeneracao=_regeneracao_of(request, pk), by=request.user)
    except regenerar.Refused as refused:
        messages.error(request, str(refused))
    return redirect("regenerar:regeneracao", pk)


@requires("administrar")
@require_POST
def desistir(request: UserRequest, pk: int) -> HttpResponse:
    try:
        regenerar.give_up(regeneracao=_regeneracao_of(request, pk), by=request.user)
        messages.success(request, "Nada foi alterado.")
    except regenerar.Refused as refused:
        messages.error(request, str(refused))
    return redirect("regenerar:inicio")
