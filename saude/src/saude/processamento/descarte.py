"""Taking a ficha out of the production, with a reason, and bringing it back. Nothing is deleted."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from saude.auditoria.actions import Autor, record_event
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
    current = Ficha.objects.select_for_update(of=("self",)).get(pk=ficha.pk)
    check(current.situacao, "descartar", Situacao.DESCARTADA)
    if motivo not in Descarte.Motivo.values:
        raise TransitionRefused("Escolha o motivo do descarte.")
    if current.revisao != revisao:
        raise TransitionRefused(
            "A ficha mudou depois que esta página foi aberta. Confira-a e descarte de novo."
        )
    before = current.situacao
    now = timezone.now()
    Entrada.objects.filter(ficha=current).delete()
    Inconsistencia.objects.filter(ficha=current, encerrada_em=None).update(encerrada_em=now)
    current.situacao, current.motivo_pendencia = Situacao.DESCARTADA, ""
    current.n_erros = current.n_avisos = 0
    current.save(update_fields=["situacao", "motivo_pendencia", "n_erros", "n_avisos"])
    user = as_user(by)
    Descarte.objects.create(
        ficha=current,
        entidade_id=current.entidade_id,
        motivo=motivo,
        observacao=observacao.strip()[:200],
        usuario=user,
    )
    _record_event_of(current, Evento.Fato.DESCARTADA, user, de=before, motivo=motivo)
    record_event(
        by=by, entidade=current.entidade_id, tipo="ficha.descartada", alvo=current, motivo=motivo, de=before
    )
    return current


@transaction.atomic
def restore(*, ficha: Ficha, by: Autor) -> Ficha:
    """Back into the production, judged by the rules and tables of today."""
    current = (
        Ficha.objects.select_for_update(of=("self",)).select_related("entidade__instalacao").get(pk=ficha.pk)
    )
    check(current.situacao, "restaurar")
    Descarte.objects.filter(ficha=current).delete()
    current.situacao, current.motivo_pendencia = Situacao.PENDENTE, Motivo.SISTEMA
    current.save(update_fields=["situacao", "motivo_pendencia"])
    judge_again([current.pk], context(current.entidade), by=by)
    current.refresh_from_db()
    user = as_user(by)
    _record_event_of(current, Evento.Fato.RESTAURADA, user)
    record_event(
        by=by, entidade=current.entidade, tipo="ficha.restaurada", alvo=current, situacao=current.situacao
    )
    return current


def _record_event_of(ficha: Ficha, fato: str, user: Usuario | None, **detalhe: Any) -> None:
    Evento.objects.create(ficha=ficha, fato=fato, situacao=ficha.situacao, usuario=user, detalhe=detalhe)
