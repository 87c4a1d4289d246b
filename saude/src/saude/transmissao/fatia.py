"""After a slice: what the transmission is now, and when it goes on."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ledi.pec.outcomes import Action, Cause, Outcome
from ledi.pec.pacing import STRANGE_IN_A_ROW, backoff
from saude.auditoria.actions import record_event
from saude.transmissao import pec, storage
from saude.transmissao.actions import defer, said
from saude.transmissao.fim import tell
from saude.transmissao.models import Destino, Transmissao

Estado = Transmissao.Estado


@dataclass(slots=True)
class Fatia:
    """What a slice came to."""

    destino: Destino | None = None
    parou: Outcome | None = None
    impedida: str = ""
    tentadas: int = 0
    decididas: int = 0
    estranha: bool = False
    conhecida: bool = False  # the API answered, whatever it said
    espera: float | None = None  # seconds that the PEC asked for


def close(pk: int, fatia: Fatia) -> None:
    with transaction.atomic():
        row = Transmissao.objects.select_for_update().get(pk=pk)
        if row.estado != Estado.ENVIANDO:
            return  # paused by a person meanwhile (and perhaps resumed: then there is a task)
        if fatia.tentadas or fatia.parou is not None:
            row.falhas = 0 if fatia.decididas else min(row.falhas + 1, 1_000)
        row.estranhas = row.estranhas + 1 if fatia.estranha and not fatia.conhecida else 0
        _next(row, fatia)
        row.save()


def _next(row: Transmissao, fatia: Fatia) -> None:
    stopped = fatia.parou
    if stopped is not None and stopped.action is Action.STOP:
        _halt(row, Estado.PARADA, str(stopped.cause), said(stopped))
    elif fatia.destino is not None and not pec.is_current(fatia.destino):
        row.falhas = row.estranhas = (
            0  # of a PEC, or a password, that is no more: the new one was not tried yet
        )
        _go_on(row, Fatia(), None)
    elif fatia.impedida:
        _halt(row, Estado.PAUSADA, "impedida", fatia.impedida)
    elif stopped is not None and (stopped.action is Action.PAUSE or row.estranhas >= STRANGE_IN_A_ROW):
        if stopped.cause in pec.CLOSED:
            Destino.objects.filter(entidade=row.entidade_id).update(recusa=said(stopped)[:700])
        _halt(row, Estado.PAUSADA, str(stopped.cause), said(stopped))
    elif row.estranhas >= STRANGE_IN_A_ROW:
        _halt(
            row, Estado.PAUSADA, str(Cause.ESTRANHA), "O PEC respondeu três vezes seguidas de modo estranho."
        )
    else:
        _go_on(row, fatia, stopped)


def _go_on(row: Transmissao, fatia: Fatia, stopped: Outcome | None) -> None:
    """At once, after the PEC had time, when the first ficha is due again, or no more: it is done."""
    left, ready, nearest = storage.still_open(row.pk)
    if not left:
        _done(row)
    elif stopped is not None or fatia.espera is not None:
        asked = max(filter(None, (fatia.espera, stopped.espera if stopped else None)), default=None)
        due = 0.0 if ready or nearest is None else (nearest - timezone.now()).total_seconds()
        wait = backoff(row.falhas, first=pec.FIRST_WAIT, top=pec.LONGEST_WAIT, asked=asked)
        _wait(row, max(wait, due), said(stopped) if stopped else "O PEC pediu para enviar mais devagar.")
    elif ready:
        row.estado = Estado.ESPERA
        defer(row)
    else:
        seconds = (nearest - timezone.now()).total_seconds() if nearest else 0
        _wait(row, max(seconds, 0.1), "As fichas que faltam esperam a vez de tentar de novo.")


def _wait(row: Transmissao, seconds: float, words: str) -> None:
    row.estado, row.motivo = Estado.AGUARDANDO, words[:700]
    row.retoma_em = timezone.now() + timedelta(seconds=seconds)
    defer(row, seconds)


def _halt(row: Transmissao, estado: str, cause: str, words: str) -> None:
    row.estado, row.causa, row.motivo = estado, cause[:30], words[:700]
    stopped = estado == Estado.PARADA
    tipo = "transmissao.parada" if stopped else "transmissao.pausada"
    record_event(by="sistema", entidade=row.entidade_id, tipo=tipo, alvo=row, causa=cause)
    tell(row)


def _done(row: Transmissao) -> None:
    row.estado, row.concluida_em = Estado.CONCLUIDA, timezone.now()
    counts = storage.counts(row.pk)
    record_event(by="sistema", entidade=row.entidade_id, tipo="transmissao.concluida", alvo=row, **counts)
    tell(row, counts)
