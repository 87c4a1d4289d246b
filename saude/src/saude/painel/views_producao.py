"""Produção: totals by unit, team and professional, month against month; the report of one professional."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render

from saude.acesso.guarda import requires
from saude.auditoria.actions import record_event
from saude.cadastros.tempo import local_today
from saude.comum.competencia import in_files, in_words
from saude.contas.request import UserRequest
from saude.fichas import contagens, filtro
from saude.fichas.por_grupo import GROUPS
from saude.painel import apresenta, producao
from saude.painel.planilha import xlsx_response
from saude.web.planilha import csv_response

TITLES = {"unidade": "Unidade", "equipe": "Equipe", "profissional": "Profissional"}
#: how the lists of fichas are narrowed to one of them
PARAMETER = {"unidade": "cnes", "equipe": "ine", "profissional": "profissional"}


@requires("ver")
def producao_do_mes(request: UserRequest) -> HttpResponseBase:
    months = _months(request)
    month = _asked(request, months)
    group = request.GET.get("por", "")
    group = group if group in GROUPS else "unidade"
    if month is None:
        return render(request, "painel/producao.html", {"grupos": TITLES, "grupo": group})
    lines, whole = producao.table(request.entidade, month, group, cnes=request.cnes_permitidos)
    if (kind := request.GET.get("baixar", "")) in ("csv", "xlsx"):
        rows = producao.sheet([*lines, whole], f"{month[4:]}/{month[:4]}")
        name = f"producao_por_{group}_{in_files(month)}"
        return _download(request, kind, name, (TITLES[group], *producao.HEADER), rows)
    context = {
        "competencias": months,
        "competencia": month,
        "anterior": producao.month_before(month),
        "grupos": TITLES,
        "grupo": group,
        "titulo": TITLES[group],
        "parametro": PARAMETER[group],
        "linhas": lines,
        "total": whole,
        "eu": producao.own(request.entidade, request.user.cpf),
    }
    return render(request, "painel/producao.html", context)


@requires("ver")
def do_profissional(request: UserRequest, pk: int) -> HttpResponseBase:
    person = producao.professional(request.entidade, pk, cnes=request.cnes_permitidos)
    if person is None:
        raise Http404
    months = _months(request)
    month = _asked(request, months) or f"{local_today(request.entidade):%Y%m}"
    if (kind := request.GET.get("baixar", "")) in ("csv", "xlsx"):
        asked = filtro.Filtro(competencia=month, profissional_cns=person.cns)
        fichas = filtro.filtered(request.entidade, asked, cnes=request.cnes_permitidos)
        fichas = filtro.with_reason(request.entidade, fichas).order_by("data", "id")
        rows = apresenta.nameless(apresenta.sheet(request.entidade, fichas))
        return _download(request, kind, f"producao_{person.pk}_{in_files(month)}", apresenta.NAMELESS, rows)
    context = {
        "profissional": person,
        "competencias": months,
        "competencia": month,
        "mes": in_words(month),
        "relatorio": producao.report(request.entidade, person, month, cnes=request.cnes_permitidos),
    }
    return render(request, "painel/producao_profissional.html", context)


def _months(request: UserRequest) -> list[str]:
    lines = contagens.panel(request.entidade, cnes=request.cnes_permitidos)
    return [line.competencia for line in lines if not line.sem_data]


def _asked(request: UserRequest, months: Sequence[str]) -> str | None:
    """The month of the address; else the newest that has come and has production."""
    asked = request.GET.get("competencia", "")
    if asked in months:
        return asked
    today = f"{local_today(request.entidade):%Y%m}"
    return next((m for m in months if m <= today), months[0] if months else None)


def _download(
    request: UserRequest, kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    record_event(by=request.user, entidade=request.entidade, tipo="lista.baixada", formato=kind, lista=name)
    make = csv_response if kind == "csv" else xlsx_response
    return make(f"{name}.{kind}", header, rows)
