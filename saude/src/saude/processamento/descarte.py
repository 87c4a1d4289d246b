"""Taking a ficha out of the production, with a reason, and bringing it back. Nothing is deleted."""

from collections.abc import Iterable, Mapping, Sequence
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

TAKEN = (
    "Outro registro já foi criado em lugar do que esta ficha substituía. Trazê-la de volta contaria o mesmo "
    "atendimento duas vezes: descarte antes o outro, ou deixe esta como está."
)
REOPENED = (
    "A ficha que esta substituía foi reaberta depois, e vai ela mesma com o mesmo UUID. Trazer esta de volta contaria "
    "o mesmo atendimento duas vezes."
)
REPLACED = (
    "Outro registro foi criado em lugar desta ficha. Trazê-la de volta contaria o mesmo atendimento duas vezes: "
    "descarte antes o outro."
)


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
        Descarte(
            ficha=f, entidade_id=f.entidade_id, motivo=motivo, observacao=note, usuario=user,
            substituia_id=f.substitui_id,
        )
        for f in fichas
    )  # fmt: skip
    Ficha.objects.filter(pk__in=ids, substitui__isnull=False).update(substitui=None)
    _tell_replaced({f.pk: f.substitui_id for f in fichas if f.substitui_id}, Evento.Fato.TROCA_FORA, user)
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
    rows = Descarte.objects.filter(ficha__in=mine.values("pk"), substituia__isnull=False)
    replaces = dict(rows.values_list("ficha_id", "substituia_id"))
    list(Ficha.objects.filter(pk__in=replaces.values()).order_by("pk").select_for_update())
    held = list(mine.select_for_update())
    for ficha in held:
        check(ficha.situacao, "restaurar")
    user = as_user(by)
    chosen = [f.pk for f in held]
    _put_back_in_place(held, replaces)
    Descarte.objects.filter(ficha__in=chosen).delete()
    mine.update(situacao=Situacao.PENDENTE, motivo_pendencia=Motivo.SISTEMA)
    judge_again(chosen, context(entidade), by=by)
    _tell_replaced(replaces, Evento.Fato.TROCA_VOLTA, user)
    back = list(Ficha.objects.filter(pk__in=chosen).order_by("pk"))
    Evento.objects.bulk_create(_history(f, Evento.Fato.RESTAURADA, user) for f in back)
    told = [(f, {"situacao": str(f.situacao)}) for f in back]
    record_events(by=by, entidade=entidade, tipo="ficha.restaurada", alvos=told)


def _put_back_in_place(fichas: Sequence[Ficha], replaces: Mapping[int, int]) -> None:
    """What a ficha stood for it stands for again. TransitionRefused where that would send the same care twice."""
    ids = [f.pk for f in fichas]
    if Ficha.objects.filter(substitui__in=ids).exists():
        raise TransitionRefused(REPLACED)
    if Ficha.objects.filter(substitui__in=replaces.values()).exists():
        raise TransitionRefused(TAKEN)
    again = Evento.objects.filter(fato=Evento.Fato.REABERTA, ficha__in=replaces.values())
    reopened = dict(
        again.exclude(ficha__situacao=Situacao.DESCARTADA).order_by("pk").values_list("ficha", "pk")
    )
    made = Evento.objects.filter(fato=Evento.Fato.RETIFICA, ficha__in=replaces)
    if any(reopened.get(replaces[pk], 0) > event for pk, event in made.values_list("ficha", "pk")):
        raise TransitionRefused(REOPENED)
    for pk, old in replaces.items():
        Ficha.objects.filter(pk=pk).update(substitui=old)


def _tell_replaced(replaces: Mapping[int, int], fato: str, user: Usuario | None) -> None:
    """In the history of each ficha what became of the record in its place."""
    uuids = dict(Ficha.objects.filter(pk__in=replaces).values_list("pk", "uuid"))
    olds = {f.pk: f for f in Ficha.objects.filter(pk__in=replaces.values())}
    Evento.objects.bulk_create(
        _history(olds[old], fato, user, por=uuids[new]) for new, old in replaces.items()
    )


def _history(ficha: Ficha, fato: str, user: Usuario | None, **detalhe: Any) -> Evento:
    return Evento(ficha=ficha, fato=fato, situacao=ficha.situacao, usuario=user, detalhe=detalhe)
