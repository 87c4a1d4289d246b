"""A slice of a transmission: what a worker sends in half a minute, so that other work of the queue is not kept waiting.

Nothing of the whole transmission is held in memory. Killed at any point it is taken up where it was: what was in the
worker's hands counts as unknown and is sent again, the same bytes.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from ledi.errors import LediError
from ledi.pec.client import Client, Registro
from ledi.pec.outcomes import DECIDED, SERVER_DOWN, Action, Cause, Outcome, Situacao
from ledi.pec.pacing import backoff
from ledi.pec.transmission import Item, Transmission
from ledi.zip import directory, entry_at
from saude.banco import travas
from saude.cofre.erros import CofreError
from saude.exportacao.files import open_zip
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.desfechos import Resultado
from saude.retorno import actions as volta
from saude.retorno.storage import Fato
from saude.transmissao import pec, storage
from saude.transmissao.actions import defer, said, sentence
from saude.transmissao.fatia import Fatia, close
from saude.transmissao.models import Destino, Transmissao
from saude.transmissao.previa import NO_FILE, NO_PEC
from saude.transmissao.storage import Escrita, Linha

log = logging.getLogger(__name__)
Estado = Transmissao.Estado
SLICE = 30.0  # seconds, and then whatever is on its way
CHUNK = 200  # fichas taken at a time: what a killed worker leaves unknown
AHEAD = 256  # fichas read before their turn, so that no connection waits while answers are written
FLUSH, FLUSH_EVERY = 500, 2.0  # outcomes, and seconds, between writes
BUSY_AGAIN = 10
INTERRUPTED = "O envio foi interrompido sem que a resposta fosse guardada: a ficha vai de novo, igual."
REOPENED_WORDS = "A ficha mudou depois desta exportação: este conteúdo não vai mais."
ANOTHER = "Outra transmissão desta entidade está em curso; esta espera a vez."
NOT_THE_SAME = (
    "O arquivo não confere com as fichas desta exportação. Nada foi enviado; avise quem cuida do servidor."
)


class Interrompida(Exception):
    """Cannot go on before a person looks; the message is for the user."""


def run(pk: int) -> None:
    """Safe to call at any time, by any number of workers."""
    row = Transmissao.objects.filter(pk=pk, estado__in=Transmissao.VIVAS).first()
    if row is None:
        return
    with travas.session(travas.TRANSMISSAO, row.entidade_id) as mine:
        if not mine:
            Transmissao.objects.filter(pk=pk, estado=Estado.ESPERA).update(motivo=ANOTHER)
            defer(row, BUSY_AGAIN)
            return
        begun = _begin(pk)
        if begun is not None:
            close(begun.pk, _slice(begun))


def _begin(pk: int) -> Transmissao | None:
    """Its turn, if it is; what a killed worker left is put right."""
    with transaction.atomic():
        row = Transmissao.objects.select_for_update().select_related("exportacao__entidade").get(pk=pk)
        if not row.viva:
            return None
        if row.retoma_em is not None and (early := (row.retoma_em - timezone.now()).total_seconds()) > 0.5:
            defer(row, early)
            return None
        # of what was taken in a slice the last leaves at its end, and is on its way no longer than an exchange lasts
        storage.recover(row.pk, INTERRUPTED, rest=timedelta(seconds=SLICE + pec.TIMEOUTS.total))
        row.estado, row.motivo, row.causa, row.retoma_em = Estado.ENVIANDO, "", "", None
        row.iniciada_em = row.iniciada_em or timezone.now()
        row.save()
    return row


def _slice(row: Transmissao) -> Fatia:
    fatia = Fatia()
    try:
        destino = Destino.objects.filter(entidade=row.entidade_id).first()
        if destino is None:
            raise Interrompida(NO_PEC)
        fatia.destino = destino
        if destino.recusa:
            raise Interrompida(destino.recusa)
        with _opened(row.exportacao) as file, pec.client_of(destino) as client:
            if not row.preparada:
                _fill(row, file)
            _Envio(row, destino, client, file, fatia).send()
    except Interrompida as problem:
        fatia.impedida = str(problem)
    except (CofreError, LediError) as problem:
        fatia.impedida = sentence(problem)
    return fatia


def _opened(exportacao: Exportacao) -> BinaryIO:
    try:
        file = open_zip(exportacao)
    except OSError as error:
        log.error("export %s: its file cannot be read", exportacao.pk)
        raise Interrompida(NO_FILE) from error
    if file is None:
        raise Interrompida(NO_FILE)
    return file


def _fill(row: Transmissao, file: BinaryIO) -> None:
    """Every ficha of the export with its place in the file: both stand in the order of their ids."""
    items = ItemExportacao.objects.filter(exportacao=row.exportacao_id).order_by("ficha_id")
    went = items.values_list("ficha_id", "revisao", "ficha__uuid").iterator(chunk_size=5_000)
    members = directory(file)

    def rows() -> Iterator[tuple[int, int, int]]:
        for ficha_id, revisao, uuid in went:
            member = next(members, None)
            if member is None or member.name.rpartition(".")[0] != uuid:
                raise Interrompida(NOT_THE_SAME)
            yield ficha_id, revisao, member.offset

    with transaction.atomic():
        row.total = storage.copy_outbox(row.pk, rows())
        if next(members, None) is not None:
            raise Interrompida(NOT_THE_SAME)
        row.preparada = True
        row.save(update_fields=["preparada", "total"])


class _Envio:
    """The sending itself: takes fichas, gives them to the library's threads, writes what became of them."""

    def __init__(
        self, row: Transmissao, destino: Destino, client: Client, file: BinaryIO, fatia: Fatia
    ) -> None:
        self.row, self.client, self.file, self.fatia = row, client, file, fatia
        self.destino = destino
        self.term = timedelta(hours=destino.prazo_horas)
        self.until = time.monotonic() + SLICE
        self.after = -1
        self.reserved: dict[int, set[int]] = {}
        self.done: list[Escrita] = []
        self.accepted: dict[int | None, list[int]] = {}
        self.facts: list[Fato] = []
        self.flushed = time.monotonic()
        self.stopped = False

    def send(self) -> None:
        sending = Transmission(self.client, self._items(), ahead=max(3, AHEAD // self.client.connections))
        unwritten = 0
        with _ended_by(sending), closing(sending.__iter__()) as found:
            for item, outcome in found:
                self._keep(item.key, outcome)
                unwritten += 1
                if unwritten >= FLUSH or time.monotonic() - self.flushed >= FLUSH_EVERY:
                    self._flush()
                    unwritten = 0
                if self._over():
                    sending.stop()  # what waits its turn is left for the next slice
        self.fatia.parou = sending.stopped_by
        if sending.stopped_by is not None and sending.stopped_by.cause is Cause.ESTRANHA:
            self.fatia.estranha = True  # also at the log-in, where no ficha was attempted
        self._flush(whole=True)

    def _items(self) -> Iterator[Item]:
        while not self._over():
            reserved, rows = storage.take(self.row.pk, after=self.after, term=self.term, limit=CHUNK)
            if not rows:
                return
            self.after = rows[-1].lugar
            self.reserved[reserved] = {row.ficha_id for row in rows}
            for row in rows:
                if self._over():
                    return
                if not row.vale:
                    self._outdated(row)
                    continue
                try:
                    registro = Registro.of_entry(entry_at(self.file, row.lugar), row.tipo)
                except (CofreError, LediError, OSError) as problem:
                    self.fatia.impedida = f"{NO_FILE} ({sentence(problem)})"
                    return
                yield Item(registro, row.before, row)
            if len(self.done) >= FLUSH:  # a whole chunk of which nothing goes any more
                self._flush()

    def _over(self) -> bool:
        return self.stopped or bool(self.fatia.impedida) or time.monotonic() >= self.until

    def _keep(self, row: Linha, outcome: Outcome) -> None:
        fatia = self.fatia
        fatia.tentadas += 1
        fatia.decididas += outcome.situacao in DECIDED
        if outcome.cause is Cause.ESTRANHA:
            fatia.estranha = True
        elif outcome.status is not None and outcome.cause not in SERVER_DOWN:
            fatia.conhecida = True
        if outcome.status == 429:  # the library sends no more of this slice
            fatia.espera = max(outcome.espera or 0, fatia.espera or 1)
        if outcome.cause is Cause.ACEITA:  # nearly all: nothing more is to be said of it
            self.accepted.setdefault(outcome.status, []).append(row.ficha_id)
            self.facts.append(Fato(row.ficha_id, self.row.exportacao_id, row.revisao, _ACCEPTED))
            return
        written = _written(row, outcome)
        self.done.append(written)
        if fact := _fact(self.row.exportacao_id, row, written):
            self.facts.append(fact)

    def _outdated(self, row: Linha) -> None:
        self.done.append(
            Escrita(
                row.ficha_id,
                str(Situacao.PARADA),
                False,
                False,
                None,
                row.before,
                storage.REOPENED,
                None,
                REOPENED_WORDS,
                (),
            )
        )

    def _flush(self, *, whole: bool = False) -> None:
        """Rows of the outbox and answers about the fichas, together or not at all. `whole`: what is left in hand was
        not sent."""
        done, self.done = self.done, []
        facts, self.facts = self.facts, []
        accepted, self.accepted = self.accepted, {}
        written = {row.ficha_id for row in done}.union(*accepted.values())
        for ids in self.reserved.values():
            ids -= written
        over = [pk for pk, ids in self.reserved.items() if whole or not ids]
        with transaction.atomic():
            storage.write(self.row.pk, done, accepted)
            if facts:
                volta.record_outcomes(
                    exportacao=self.row.exportacao, outcomes=facts, by=self.row.por or "sistema", trilha=False
                )
            storage.release(over)
            going = Transmissao.objects.filter(pk=self.row.pk, estado=Estado.ENVIANDO).exists()
            going = going and pec.is_current(self.destino)
        for pk in over:
            del self.reserved[pk]
        self.stopped = self.stopped or not going  # somebody paused it, or gave another address or password
        self.flushed = time.monotonic()


@contextmanager
def _ended_by(sending: Transmission) -> Iterator[None]:
    """At the end of a slice nothing more leaves, also while the database keeps this thread waiting."""
    timer = threading.Timer(SLICE, sending.stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _written(row: Linha, outcome: Outcome) -> Escrita:
    seen = outcome.cause not in SERVER_DOWN
    open_ = outcome.situacao in (Situacao.A_ENVIAR, Situacao.DESCONHECIDA) and outcome.action in (
        Action.RETRY,
        Action.PAUSE,
    )
    later: datetime | None = None
    if open_ and seen and outcome.action is Action.RETRY:
        wait = backoff(row.tentativas + 1, first=pec.FIRST_WAIT, top=pec.LONGEST_WAIT, asked=outcome.espera)
        later = timezone.now() + timedelta(seconds=wait)
    messages = [
        {"texto": erro.texto_seguro, "campos": list(erro.campos), "campo": erro.campo(row.tipo)}
        for erro in outcome.erros
    ]
    if outcome.situacao is Situacao.RECUSADA and not messages:
        messages = [{"texto": outcome.texto_seguro, "campos": [], "campo": None}]
    return Escrita(
        row.ficha_id, str(outcome.situacao), open_, seen, later, row.before.after(outcome), str(outcome.cause),
        outcome.status, "" if messages else said(outcome)[:700], messages,
    )  # fmt: skip


#: what is told of the ficha; what failed was never there, so that nothing is known of it
_ACCEPTED = str(Resultado.ACEITA)
_TOLD = {
    Situacao.ACEITA: Resultado.ACEITA,
    Situacao.RECUSADA: Resultado.RECUSADA,
    Situacao.REPETIDA: Resultado.REPETIDA,
    Situacao.DESCONHECIDA: Resultado.DESCONHECIDA,
}


def _fact(exportacao_id: int, row: Linha, written: Escrita) -> Fato | None:
    told = _TOLD.get(Situacao(written.situacao))
    if told is None or written.aberta:
        return None
    return Fato(row.ficha_id, exportacao_id, row.revisao, str(told), mensagens=written.mensagens)
