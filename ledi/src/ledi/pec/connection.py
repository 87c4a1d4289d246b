"""One kept connection to the PEC: what is sent once is sent once, nothing is followed, nothing is endless.

urllib3 (extra `ledi[pec]`): small, no dependencies of its own, kept by many; it connects and verifies certificates
and names. What goes over the connection is `ledi.pec.wire`'s: only so is it known whether a failure came before or
after the ficha was on its way.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ledi.errors import LediError
from ledi.pec.address import Address
from ledi.pec.answers import Answer, NoAnswer
from ledi.pec.wire import read_answer

_BROKEN = (HTTPError, http.client.HTTPException, OSError, ValueError)
_LOOK = 0.5  # seconds between looks at what takes too long
_EXPIRED, _NOT_YET, _WRONG_HOST = 10, 9, (62, 64)


class AuthorityError(LediError):
    """The municipality's own CA is not a PEM certificate."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, for each piece of an answer, and for a whole exchange."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 180.0


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer: why, and more words for the person."""

    why: NoAnswer
    detail: str = ""


def tls_context(ca: str | None) -> ssl.SSLContext:
    """Certificates and names are always verified; `ca`: PEM of an authority to be trusted besides the system's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca:
        try:
            context.load_verify_locations(cadata=ca)
        except (ssl.SSLError, ValueError, TypeError):
            raise AuthorityError("a autoridade certificadora deve ser um certificado em PEM") from None
    return context


class Connection:
    """Used by one thread at a time; opened when needed, closed by whatever goes wrong."""

    def __init__(
        self, address: Address, timeouts: Timeouts, context: ssl.SSLContext | None, watch: Watch
    ) -> None:
        self._timeouts = timeouts
        self._watch = watch
        if context is None:
            self._http: HTTPConnection = HTTPConnection(address.host, address.port)
        else:
            self._http = HTTPSConnection(address.host, address.port, ssl_context=context)
        self._aborted = False

    def post(self, request: bytes) -> Answer | Failed:
        """The answer, or why there is none. Never sends twice, never follows a redirect."""
        self._aborted = False
        self._watch.start(self, self._timeouts.total)
        try:
            return self._connect() or self._exchange(request)
        finally:
            self._watch.stop(self)

    def _connect(self) -> Failed | None:
        if self._http.is_connected:
            return None
        self._http.close()
        self._http.timeout = self._timeouts.connect
        try:
            self._http.connect()
        except ssl.SSLError as error:
            self._http.close()
            return Failed(NoAnswer.TLS, _tls_words(error))
        except _BROKEN as error:
            self._http.close()
            return Failed(NoAnswer.SEM_CONEXAO, _connection_words(error))
        self._http.sock.settimeout(self._timeouts.read)
        return None

    def _exchange(self, request: bytes) -> Answer | Failed:
        try:
            # it may have answered before it read everything (too big, not welcome): the answer is looked for
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._http.sock.sendall(request)
            answer, fit = read_answer(self._http.sock)
            if not self._aborted:
                if not fit:
                    self._http.close()
                return answer
        except _BROKEN:
            pass
        self._http.close()
        return Failed(NoAnswer.SEM_RESPOSTA)

    def abort(self) -> None:
        """From another thread: whoever waits on this connection is woken, and what came counts as no answer."""
        self._aborted = True
        sock = self._http.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._http.close()


class Watch:
    """Ends exchanges that take too long altogether: a server that sends a byte a minute never times out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[Connection, float] = {}
        self._wake = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(self, connection: Connection, seconds: float) -> None:
        with self._lock:
            self._until[connection] = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pec-watch", daemon=True)
                self._thread.start()

    def stop(self, connection: Connection) -> None:
        with self._lock:
            self._until.pop(connection, None)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._wake.notify()

    def _run(self) -> None:
        with self._lock:
            while not self._closed:
                now = time.monotonic()
                for connection, until in self._until.items():
                    if until <= now:
                        connection.abort()
                self._wake.wait(_LOOK)


def _tls_words(error: ssl.SSLError) -> str:
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return "O certificado está vencido (ou o relógio desta máquina está errado)."
    if code == _NOT_YET:
        return "O certificado ainda não vale (ou o relógio desta máquina está errado)."
    if code in _WRONG_HOST:
        return "O certificado é de outro nome de servidor."
    if code is not None:
        return "A autoridade que o assinou não é conhecida; se é a do município, informe o certificado dela."
    return "A conexão segura não pôde ser feita."


def _connection_words(error: Exception) -> str:
    text = type(error).__name__
    if "NameResolution" in text:
        return "O nome do servidor não foi encontrado."
    if "Timeout" in text:
        return "O servidor não respondeu ao pedido de conexão."
    return "A conexão foi recusada ou caiu."
