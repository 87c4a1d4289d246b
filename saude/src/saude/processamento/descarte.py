"""Taking a ficha out of the production, with a reason, and bringing it back. Nothing is deleted."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from saude.auditoria.actions import Autor, record_events
from saude.cadastros.models import Entidade
from saude.contas.models import Usuario
from saude.contas.queries import as_user
from saude.fichas.models import Descarte, Entrada, Evento, Ficha
from saude.fichas.situacoes import Motivo, Situacao, TransitionRefused, check
from saude.inconsistencias.models import Inconsistencia
from saude.processamento.actions import judge_again
from saude.processamento.julgar import context


@transaction.atomic
def discard(*, ficha: Ficha, motivo: str, observacao: str = "", revisao: int, by: Autor) -> Ficha:
    """Out of every count, list and export; its findings are closed. TransitionRefused when it may not be.

    `revisao` is that of the page the person saw: what changed since is not discarded unseen.
    """
    [current] = _hold(ficha.entidade_id, [ficha.pk])
    if motivo not in Descarte.Motivo.values:
        raise TransitionRefused("Escolha o motivo do descarte.")
    if current.revisao != revisao:
        raise TransitionRefused(
            "A ficha mudou depois que esta página foi aberta. Confira-a e descarte de novo."
        )
    _discard([current], motivo, observacao, by)
    return current


@transaction.atomic
def discard_each(*, entidade: Entidade, ids: Iterable[int], motivo: str, observacao: str, by: Autor) -> None:
    """As they stand; TransitionRefused when one of them may not be."""
    _discard(_hold(entidade.pk, ids), motivo, observacao, by)


def _hold(entidade_id: int, ids: Iterable[int]) -> list[Ficha]:
    mine = Ficha.objects.filter(entidade=entidade_id, pk__in=list(ids)).order_by("pk")
    held = list(mine.select_for_update())
    for ficha in held:
        check(ficha.situacao, "descartar", Situacao.DESCARTADA)
    return held


def _discard(fichas: Sequence[Ficha], motivo: str, observacao: str, by: Autor) -> None:
    ids, user = [f.pk for f in fichas], as_user(by)
    before = {f.pk: str(f.situacao) for f in fichas}
    Entrada.objects.filter(ficha__in=ids).delete()
    Inconsistencia.objects.filter(ficha__in=ids, encerrada_em=None).update(encerrada_em=timezone.now())
    for ficha in fichas:
        ficha.situacao, ficha.motivo_pendencia = Situacao.DESCARTADA, ""
        ficha.n_erros = ficha.n_avisos = 0
    Ficha.objects.bulk_update(fichas, ["situacao", "motivo_pendencia", "n_erros", "n_avisos"])
    note = observacao.strip()[:200]
    Descarte.objects.bulk_create(
        Descarte(ficha=f, entidade_id=f.entidade_id, motivo=motivo, observacao=note, usuario=user)
        for f in fichas
    )
    Evento.objects.bulk_create(
        _history(f, Evento.Fato.DESCARTADA, user, de=before[f.pk], motivo=motivo) for f in fichas
    )
    if fichas:
        told = [(f, {"motivo": motivo, "de": before[f.pk]}) for f in fichas]
        record_events(by=by, entidade=fichas[0].entidade_id, tipo="ficha.descartada", alvos=told)


@transaction.atomic
def restore(*, ficha: Ficha, by: Autor) -> Ficha:
    """Back into the production, judged by the rules and tables of today."""
    restore_each(entidade=Entidade.objects.get(pk=ficha.entidade_id), ids=[ficha.pk], by=by)
    return Ficha.objects.select_related("entidade__instalacao").get(pk=ficha.pk)


@transaction.atomic
def restore_each(*, entidade: Entidade, ids: Iterable[int], by: Autor) -> None:
    """The same of a block of them, in one context; TransitionRefused when one of them is not discarded."""
    mine = Ficha.objects.filter(entidade=entidade, pk__in=list(ids)).order_by("pk")
    held = list(mine.select_for_update())
    for ficha in held:
        check(ficha.situacao, "restaurar")
    chosen = [f.pk for f in held]
    Descarte.objects.filter(ficha__in=chosen).delete()
    mine.update(situacao=Situacao.PENDENTE, motivo_pendencia=Motivo.SISTEMA)
    judge_again(chosen, context(entidade), by=by)
    user = as_user(by)
    back = list(Ficha.objects.filter(pk__in=chosen).order_by("pk"))
    Evento.objects.bulk_create(_history(f, Evento.Fato.RESTAURADA, user) for f in back)
    told = [(f, {"situacao": str(f.situacao)}) for f in back]
    record_events(by=by, entidade=entidade, tipo="ficha.restaurada", alvos=told)


def _history(ficha: Ficha, fato: str, user: Usuario | None, **detalhe: Any) -> Evento:
    return Evento(ficha=ficha, fato=fato, situacao=ficha.situacao, usuario=user, detalhe=detalhe)
