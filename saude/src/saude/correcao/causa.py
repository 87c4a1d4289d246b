"""Mending by cause, and the Pendências."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from ledi.layouts import Field, nearest
from ledi.paths import owner, pattern
from saude.acesso.guarda import of_the_area, requires
from saude.acesso.lote import em_lote
from saude.auditoria.actions import record_event
from saude.comum.competencia import readable
from saude.contas.request import UserRequest
from saude.fichas import filtro
from saude.fichas.models import Ficha
from saude.fichas.situacoes import open_situations
from saude.formularios import opcoes
from saude.formularios.arvore import LISTED, Campo
from saude.formularios.ler import parse
from saude.inconsistencias import queries as findings
from saude.inconsistencias.models import Inconsistencia
from saude.painel.apresenta import Nomes, rows
from saude.processamento import lotes, previa
from saude.processamento.julgar import context
from saude.registro.envelope import envelope_field, in_header, is_origin
from saude.registro.texto_json import legible
from saude.web.opaco import LONGEST, shown

SHOWN = 50
TRIED = 20  # fichas that a value is tried on before the preview is made
#: of the record itself: the layout says nothing of them
REQUIRED = frozenset({"cnes", "ibge", "versao"})
#: what belongs to one citizen or one record is never set alike in many
OWN = frozenset({"cpf", "cns", "uuid", "data", "datahora", "telefone", "cep", "cnpj"})


@dataclass
class Oferecido(Campo):
    """The field of a cause. Its list is judged by the fichas: however long, it is whole on the page."""

    conteudo: str = "{}"  # what a search asks with

    @property
    def widget(self) -> str:
        return "escolha" if self.lista is not None and super().widget == "busca" else super().widget


@em_lote()
@of_the_area
@requires("corrigir")
def causa(request: UserRequest) -> HttpResponse:
    """All fichas of one cause: mend once, or one after the other."""
    given = request.POST if request.method == "POST" else request.GET
    cause, competencia = shown(given.get("causa", "")[:LONGEST])[:200], given.get("competencia", "")
    competencia = readable(competencia)
    areas = request.cnes_permitidos
    found = findings.fichas_of_cause(request.entidade, cause, competencia or None, cnes=areas)
    open_rows = found.filter(ficha__situacao__in=open_situations("corrigir"))
    first = open_rows.first()
    if first is None:
        messages.success(request, "Não há mais fichas com esta causa.")
        return redirect(_inconsistencies(competencia))
    names = Nomes.of(request.entidade)
    field = _common_field(first)
    if request.method == "POST":
        return _apply(request, first, field, cause, competencia)
    context = _context(request, first, field, cause, competencia, names)
    record_event(
        by=request.user, entidade=request.entidade, tipo="lista.vista", lista="causa",
        mostrados=len(context["linhas"]),
    )  # fmt: skip
    return render(request, "inconsistencias/causa.html", context)


def _context(
    request: UserRequest,
    first: Inconsistencia,
    field: Field | None,
    cause: str,
    competencia: str,
    names: Nomes,
) -> dict[str, Any]:
    fichas = _fichas(request, cause, competencia)
    value = None if is_origin(first.campo) else first.params.get("valor")
    campo = Oferecido("valor", field, None, ZoneInfo(request.entidade.fuso)) if field else None
    if campo and not envelope_field(owner(first.campo)):
        _offer(campo, first, fichas, cause)
    nothing = campo is not None and campo.lista == {}
    return {
        "causa": cause,
        "competencia": competencia,
        "achado": first,
        "campo": None if nothing else campo,
        "nada_serve": nothing,
        "valor_atual": value,
        "apagavel": field is not None and erasable(field),
        "total": fichas.count(),
        "linhas": rows(request.entidade, list(fichas.order_by("-id")[:SHOWN]), names),
        "mostradas": SHOWN,
        "voltar": _inconsistencies(competencia),
    }


def _offer(made: Oferecido, first: Inconsistencia, fichas: QuerySet[Ficha], cause: str) -> None:
    """Only what some ficha of the cause would take, by its kind, its version and what else it says."""
    path = owner(first.campo)
    rows = fichas.values_list("tipo", "versao").distinct()
    every = {(tipo, nearest(versao or "").version) for tipo, versao in rows}
    kinds = sorted(k for k in every if opcoes.has(*k, path))
    if not kinds:
        return
    if made.campo.domain and made.widget in (*LISTED, "busca"):
        lists = [opcoes.labels(*k, pattern(path)) for k in kinds]
        tried = _tried(fichas)
        takes = _judges(first, tried, cause, kinds)
        known = {c: t for c, t in lists[0].items() if all(c in x for x in lists)}
        left = [c for c in known if not takes or any(take(c) for take in takes)]
        values = [opcoes.as_sent(made.campo, c) for c in left]  # and by the rules of the whole record
        said = previa.refusals(cause, values, tried, context(first.ficha.entidade))
        made.lista = {c: known[c] for c, why in zip(left, said, strict=True) if not why}
    elif made.fonte:
        made.conteudo = _said_alike(fichas)
        made.endereco_opcoes = urlencode(
            dict(zip(("tipo", "versao", "caminho"), (*kinds[-1], path), strict=True))
        )


def _tried(fichas: QuerySet[Ficha]) -> list[Ficha]:
    """Those that a value is tried on, with their records."""
    return list(fichas.select_related("conteudo", "entidade").order_by("pk")[:TRIED])


def _judges(
    first: Inconsistencia, fichas: list[Ficha], cause: str, kinds: list[tuple[str, str]]
) -> list[Callable[[str], bool]]:
    """Of each place the cause points at: would its record take a code there?"""
    tried = {f.pk: f for f in fichas}
    rows = Inconsistencia.objects.filter(ficha_id__in=tried, causa=cause, encerrada_em=None)
    found = []
    for ficha_id, campo in rows.values_list("ficha_id", "campo"):
        ficha = tried[ficha_id]
        kind = (ficha.tipo, nearest(ficha.versao or "").version)
        if kind in kinds and opcoes.has(*kind, owner(campo)):
            body = legible(ficha.conteudo.registro).get("ficha")
            found.append(opcoes.judge(first.ficha.entidade, *kind, owner(campo), body or {}))
    return found


def _said_alike(fichas: QuerySet[Ficha]) -> str:
    """Of the header, what the fichas of the cause say alike: a search asks with it. Nothing of a citizen."""
    headers = []
    for ficha in _tried(fichas):
        made = nearest(ficha.versao or "").fichas[ficha.tipo]
        body = legible(ficha.conteudo.registro).get("ficha")
        header = body.get(made.header_field) if isinstance(body, dict) else None
        headers.append({made.header_field: header} if isinstance(header, dict) else {})
    return json.dumps(reduce(_common, headers) if headers else {}, ensure_ascii=False)


def _common(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in one.items():
        there = other.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            found[name] = _common(value, there)
        elif type(value) is type(there) and value == there:
            found[name] = value
    return found


def _fichas(request: UserRequest, cause: str, competencia: str) -> QuerySet[Ficha]:
    wanted = filtro.Filtro(causa=cause, competencia=competencia)
    fichas = filtro.filtered(request.entidade, wanted, cnes=request.cnes_permitidos)
    return fichas.filter(situacao__in=open_situations("corrigir"))


def _common_field(row: Inconsistencia) -> Field | None:
    """The field that can be set alike in all: of the header, or with a closed list; else None."""
    path = owner(row.campo)
    if beside := envelope_field(path):
        return beside
    field = nearest(row.ficha.versao or "").fichas[row.ficha.tipo].root.field_at(path)
    if field is None or path != row.campo or field.type.kind in ("struct", "list"):
        return None
    if in_header(path):
        return None if field.is_date else field
    return field if (field.domain or field.type.kind == "bool") and field.format not in OWN else None


def _apply(
    request: UserRequest, first: Inconsistencia, field: Field | None, cause: str, competencia: str
) -> HttpResponse:
    """The preview of the mending; a value that no ficha would take is refused here, with the rule's words."""
    if field is None:
        raise Http404
    value = parse(field, request.POST.getlist("f:valor"), None, ZoneInfo(request.entidade.fuso))
    erase = request.POST.get("apagar") == "1"
    value = None if erase else value
    if erase and not erasable(field):
        return _refused(request, first, field, cause, competencia, "Este campo não pode ficar vazio.")
    if value is None and not erase:
        return _refused(request, first, field, cause, competencia, "Informe o valor certo.")
    wanted = {"causa": cause, "mudancas": {"valor": value}}
    tried = _tried(_fichas(request, cause, competencia))
    if why := previa.refused(wanted, tried, context(request.entidade)):
        return _refused(request, first, field, cause, competencia, f"Este valor não seria aceito: {why}")
    try:
        job = lotes.preview_correction(
            entidade=request.entidade, causa=cause, valor=value, competencia=competencia,
            by=request.user, cnes=request.cnes_permitidos,
        )  # fmt: skip
    except lotes.LoteRefused:
        messages.success(request, "Não há mais fichas com esta causa.")
        return redirect(_inconsistencies(competencia))
    back = urlencode({"voltar": _inconsistencies(competencia)})
    return redirect(f"{reverse('mudancas:previa', args=[job.pk])}?{back}")


def erasable(field: Field) -> bool:
    """Whether taking the value away may be a mend: never of a field that must be filled."""
    return field.required != "sim" and field.name not in REQUIRED


def _refused(
    request: UserRequest, first: Inconsistencia, field: Field, cause: str, competencia: str, why: str
) -> HttpResponse:
    made = _context(request, first, field, cause, competencia, Nomes.of(request.entidade))
    typed = parse(field, request.POST.getlist("f:valor"), None, ZoneInfo(request.entidade.fuso))
    if made["campo"]:
        made["campo"].valor = typed
    return render(request, "inconsistencias/causa.html", made | {"erro": why}, status=422)


def _inconsistencies(competencia: str) -> str:
    if not competencia:
        return reverse("painel:painel")
    return reverse("painel:detalhe", args=[competencia, "inconsistencias"]) + "?guia=causas"
