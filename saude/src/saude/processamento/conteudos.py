"""The versions of a ficha: what it held before, and going back to one of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade
from saude.fichas.models import Conteudo, ConteudoAnterior, Evento, Ficha
from saude.fichas.situacoes import TransitionRefused, check, open_situations
from saude.formularios.ler import changes
from saude.processamento.actions import StaleForm, _context, _kept, put_content
from saude.processamento.contexto import Contexto
from saude.registro.texto_json import legible

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Versao:
    """One content of a ficha: from when it was replaced, and by whom it was made."""

    revisao: int
    ate: datetime | None  # None: it is the current one
    registro: str


def versions(ficha: Ficha) -> list[Versao]:
    """Newest first: the current content, then what it replaced."""
    older = ConteudoAnterior.objects.filter(ficha=ficha).order_by("-revisao")[:SHOWN]
    return [
        Versao(ficha.revisao, None, ficha.conteudo.registro),
        *(Versao(v.revisao, v.ate, v.registro) for v in older),
    ]


def replaced_since(items: Mapping[int, int]) -> set[int]:
    """Of these fichas (id -> revision), those whose content was replaced at that revision or later."""
    rows = (
        ConteudoAnterior.objects.filter(ficha_id__in=items).values("ficha_id").annotate(last=Max("revisao"))
    )
    return {r["ficha_id"] for r in rows if r["last"] >= items[r["ficha_id"]]}


@transaction.atomic
def go_back(*, ficha: Ficha, para: int, revisao: int, by: Autor) -> Ficha:
    """Voltar a esta versão: its content again, as a new change judged by the rules and tables of today."""
    current = (
        Ficha.objects.select_for_update(of=("self",)).select_related("entidade__instalacao").get(pk=ficha.pk)
    )
    if current.revisao != revisao:
        raise StaleForm(current, json.loads(Conteudo.objects.get(ficha=current).registro))
    check(current.situacao, "corrigir")
    old = ConteudoAnterior.objects.filter(ficha=current, revisao=para).first()
    if old is None:
        raise TransitionRefused("Esta versão não existe mais.")
    _put(current, old, by=by, fato=Evento.Fato.VOLTOU, versao=para)
    return Ficha.objects.get(pk=ficha.pk)


def restore_each(*, entidade: Entidade, para: Mapping[int, int], by: Autor, lote: int | None) -> list[int]:
    """In the caller's transaction: each of these fichas (id -> revision) holds what it held then; which did."""
    ctx = _context(entidade)
    wanted = ConteudoAnterior.objects.filter(ficha_id__in=para, revisao__in=set(para.values()))
    olds = {old.ficha_id: old for old in wanted if para[old.ficha_id] == old.revisao}
    done = []
    for ficha in _mine(entidade, sorted(olds)):
        _put(ficha, olds[ficha.pk], by=by, fato=Evento.Fato.DESFEITA, ctx=ctx, lote=lote)
        done.append(ficha.pk)
    return done


def _put(
    ficha: Ficha, old: ConteudoAnterior, *, by: Autor, fato: str, ctx: Contexto | None = None, **detalhe: Any
) -> None:
    """The old record, and who had typed it."""
    before, record = legible(ficha.conteudo.registro), json.loads(old.registro)
    fields = sorted(changes(before.get("ficha") or {}, record.get("ficha") or {}))
    origin = json.dumps(old.proveniencia) if old.proveniencia else None
    kept = _kept(ficha)._replace(proveniencia=origin, base=None)
    ctx = ctx or _context(ficha.entidade)
    put_content(ficha, record, kept, fields=fields, by=by, ctx=ctx, fato=fato, **detalhe)


def _mine(entidade: Entidade, ids: Sequence[int]) -> QuerySet[Ficha]:
    rows = Ficha.objects.filter(entidade=entidade, pk__in=ids, situacao__in=open_situations("corrigir"))
    return rows.order_by("pk").select_for_update(of=("self",)).select_related("conteudo", "entrada")
