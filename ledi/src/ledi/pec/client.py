"""The client of the PEC's API: bytes of one ficha in, an outcome out. Used by many threads at once.

The outbox (what to send when, and what became of it) belongs to whoever uses this.
"""

from __future__ import annotations

import queue
import re
import secrets
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ledi.errors import LediError
from ledi.pec.address import Address, parse_address
from ledi.pec.answers import DEFAULT_MARKS, Answer, Marks, classify, no_answer, pending
from ledi.pec.connection import Connection, Failed, Timeouts, Watch, tls_context
from ledi.pec.login import Credential, FormLogin, Login, Session
from ledi.pec.multipart import file_frame
from ledi.pec.outcomes import SERVER_DOWN, WORDS, Action, Before, Cause, Outcome, Situacao
from ledi.pec.pacing import Streak
from ledi.pec.wire import request, request_head
from ledi.zip import Entry

FICHA_PATH = "/api/v1/recebimento/ficha"
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}")
_NOTHING = Before()
_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class Registro:
    """What is sent: the name of the file and its bytes, as they stand in the zip. `tipo` helps to name fields."""

    nome: str
    dados: bytes = field(repr=False)
    tipo: str | None = None

    @classmethod
    def of_entry(cls, entry: Entry, tipo: str | None = None) -> Registro:
        """The entry of a package, inflated: the bytes that were validated and stored."""
        dados = zlib.decompress(entry.data, -zlib.MAX_WBITS, max(entry.size, 1))
        if len(dados) != entry.size or zlib.crc32(dados) != entry.crc:
            raise LediError("a entrada guardada está danificada: o conteúdo não confere com o CRC")
        return cls(entry.name, dados, tipo)


class Client:
    """`send` one ficha, `test` the credential. At most `connections` requests at once.

    Paused by a refused credential, by a session refused twice and by three strange answers in a row: from then
    on every `send` says so at once, without the network, until `resume`.
    """

    def __init__(
        self,
        address: str | Address,
        credential: Credential,
        *,
        connections: int = 4,
        ca: str | None = None,
        timeouts: Timeouts = _TIMEOUTS,
        login: Login | None = None,
        marks: Marks = DEFAULT_MARKS,
        agent: str = "ledi",
    ) -> None:
        self.address = parse_address(address) if isinstance(address, str) else address
        self.connections = connections
        self._credential = credential
        self._login: Login = login or FormLogin()
        self._marks = marks
        self._watch = Watch()
        context = tls_context(ca) if self.address.is_https else None
        self._free: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        for _ in range(connections):
            self._free.put(Connection(self.address, timeouts, context, self._watch))
        boundary = secrets.token_hex(16)
        self._boundary = boundary
        self._headers = {
            "User-Agent": agent,
            "Accept": "application/json, text/plain, */*",
            "Accept-Encoding": "identity",
        }
        self._form_headers = self._headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        self._lock = threading.Lock()
        self._logging_in = threading.Lock()
        self._session: Session | None = None
        self._head: tuple[Session, bytes] | None = None  # of the requests of a session
        self._login_failed: tuple[float, Outcome] | None = None
        self._paused: Outcome | None = None
        self._streak = Streak()

    # ---- what there is to do

    def send(self, registro: Registro, before: Before = _NOTHING) -> Outcome:
        """One ficha, once (twice when the session had ended). `before`: what earlier attempts left."""
        if not _NAME.fullmatch(registro.nome):
            return Outcome(
                Situacao.PARADA, Action.STOP, Cause.FORMA, WORDS[Cause.FORMA] + " (nome do arquivo)"
            )
        with self._connection() as connection:
            session: Session | None = None
            for _ in range(2):
                if self._paused is not None:
                    return replace(self._paused, situacao=pending(before), tentada=False)
                found = self._logged_in(connection, session)
                if isinstance(found, Outcome):
                    return replace(found, situacao=pending(before), tentada=False)
                session = found
                sent = time.monotonic()
                outcome = self._send(connection, registro, session, before)
                if outcome.action is not Action.LOGIN:
                    return self._paced(outcome, sent)
            return self._pause(outcome)

    def test(self) -> Outcome:
        """Logs in anew: is the address right, does the credential serve? `aceita` when it does."""
        with self._connection() as connection:
            found = self._enter(connection)
        if isinstance(found, Outcome):
            return found
        return Outcome(Situacao.ACEITA, Action.NEXT, Cause.ACEITA, "O PEC aceitou a credencial.", 200)

    @property
    def paused(self) -> Outcome | None:
        """Why nothing is sent any more, None while it is."""
        return self._paused

    def resume(self) -> None:
        """A person mended what was wrong (or wants to try again)."""
        with self._lock:
            self._paused = None
            self._session = None
            self._streak = Streak()

    def close(self) -> None:
        self._watch.close()
        while True:
            try:
                self._free.get_nowait().close()
            except queue.Empty:
                return

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- one request

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        connection = self._free.get()
        try:
            yield connection
        finally:
            self._free.put(connection)

    def _send(self, connection: Connection, registro: Registro, session: Session, before: Before) -> Outcome:
        made = self._head
        if made is None or made[0] is not session:
            head = request_head(self.address, FICHA_PATH, self._form_headers | session.headers)
            made = self._head = (session, head)
        before_it, after_it = file_frame(self._boundary, "ficha", registro.nome)
        found = connection.post(request(made[1], before_it, registro.dados, after_it))
        if isinstance(found, Failed):
            return no_answer(found.why, before, found.detail)
        return classify(found, before, self._marks, registro.tipo)

    def _logged_in(self, connection: Connection, stale: Session | None) -> Session | Outcome:
        """The session of all connections; a new one when the given one was refused. One logs in, others wait."""
        session = self._session
        if session is not None and session is not stale:
            return session
        asked = time.monotonic()
        with self._logging_in:
            if self._paused is not None:
                return self._paused
            if self._session is not None and self._session is not stale:
                return self._session
            if self._login_failed is not None and self._login_failed[0] >= asked:
                return self._login_failed[1]  # another one tried while this one waited
            return self._enter(connection)

    def _enter(self, connection: Connection) -> Session | Outcome:
        asked = self._login.request(self._credential)
        head = request_head(self.address, asked.path, self._headers | {"Content-Type": asked.content_type})
        sent = time.monotonic()
        found = connection.post(request(head, asked.body))
        if isinstance(found, Answer):
            read = self._login.read(found)
        else:
            read = _no_login(no_answer(found.why, _NOTHING, found.detail))
        if isinstance(read, Outcome):
            self._login_failed = (time.monotonic(), read)
            return self._paced(read, sent)
        self._session = read
        return read

    # ---- pausing

    def _paced(self, outcome: Outcome, sent: float) -> Outcome:
        """The outcome, or the pause that it leads to."""
        if outcome.action is Action.PAUSE:
            return self._pause(outcome)
        if outcome.cause is not Cause.ESTRANHA:
            if outcome.status is not None and outcome.cause not in SERVER_DOWN:
                with self._lock:
                    self._streak.known()
            return outcome
        with self._lock:
            third = self._streak.strange(sent, time.monotonic())
        return self._pause(outcome) if third else outcome

    def _pause(self, outcome: Outcome) -> Outcome:
        paused = replace(outcome, action=Action.PAUSE)
        with self._lock:
            self._paused = paused
        return paused


def _no_login(outcome: Outcome) -> Outcome:
    """Without an answer to the log-in nothing of a ficha was sent."""
    words = outcome.mensagem
    if outcome.cause is Cause.SEM_RESPOSTA:
        words = "O PEC não respondeu à entrada a tempo. Nada foi entregue."
    cause = Cause.SEM_CONEXAO if outcome.cause is Cause.SEM_RESPOSTA else outcome.cause
    return replace(outcome, situacao=Situacao.A_ENVIAR, cause=cause, mensagem=words, incerta=False)
