"""The versions of a ficha: what it held before, and going back to one of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade
from saude.fichas.held import Guardada, hold
from saude.fichas.models import ConteudoAnterior, Evento, Ficha
from saude.fichas.situacoes import TransitionRefused, open_situations
from saude.formularios.ler import changes
from saude.processamento.actions import Troca, held_context, hold_at, put_contents
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
    kept = hold_at(ficha, revisao)
    old = ConteudoAnterior.objects.filter(ficha=kept.pk, revisao=para).first()
    if old is None:
        raise TransitionRefused("Esta versão não existe mais.")
    ctx = held_context(Entidade.objects.get(pk=ficha.entidade_id))
    put_contents(ctx, [_as_it_was(kept, old)], by=by, fato=Evento.Fato.VOLTOU, versao=para)
    return Ficha.objects.get(pk=ficha.pk)


def restore_each(*, entidade: Entidade, para: Mapping[int, int], by: Autor, lote: int | None) -> list[int]:
    """In the caller's transaction: each of these fichas (id -> revision) holds what it held then; which did."""
    wanted = ConteudoAnterior.objects.filter(ficha_id__in=para, revisao__in=set(para.values()))
    olds = {old.ficha_id: old for old in wanted if para[old.ficha_id] == old.revisao}
    held = hold(entidade.pk, sorted(olds), open_situations("corrigir"))
    block = [_as_it_was(kept, olds[kept.pk]) for kept in held]
    put_contents(held_context(entidade), block, by=by, fato=Evento.Fato.DESFEITA, lote=lote)
    return [kept.pk for kept in held]


def _as_it_was(kept: Guardada, old: ConteudoAnterior) -> Troca:
    """The old record, and who had typed it."""
    before, record = legible(kept.registro), json.loads(old.registro)
    fields = sorted(changes(before.get("ficha") or {}, record.get("ficha") or {}))
    origin = json.dumps(old.proveniencia) if old.proveniencia else None
    return Troca(kept._replace(proveniencia=origin, base=None), record, fields)
