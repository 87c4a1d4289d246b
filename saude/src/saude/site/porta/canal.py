"""A connection. The loop of waitress reads and writes it; what may block is asked in a thread."""

import io
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from saude.site.porta.pedido import TOO_SLOW, Pedido
from saude.web.problema import MEDIA, outage, problem
from saude.web.views import AWAY_FOR_PEOPLE

if TYPE_CHECKING:
    from saude.site.porta.servidor import Servidor

log = logging.getLogger(__name__)
HEADER = 20  # seconds for the head of a request, from its first byte; for a new connection to say anything
KEEP_ALIVE = 75  # idle between two requests
SILENCE = 30  # a body, or the reading of an answer, stands still
GRACE, SLOWEST = 60, 1024  # a body may take this long, and then a second for each so many bytes
WHOLE = 12 * 3600  # the longest that any body may take
LINGER, DISCARDED = 10, 64 * 1024**2  # what still comes after a refusal is thrown away, so that it is read
PORTUGUESE = {
    400: "O pedido está malformado.",
    413: "O pedido é grande demais.",
    431: "Os cabeçalhos do pedido são grandes demais.",
    500: "Algo deu errado. Tente de novo.",
    501: "O pedido usa uma codificação de transferência que não é aceita.",
}


class Tarefa(WSGITask):
    """Tells the application that the door refused the body."""

    request: Pedido  # type: ignore[assignment]  # the stubs name the error of one

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ["saude.recusa"] = self.request.recusa
        environ["saude.limite"] = self.request.limite
        return environ


class Erro(ErrorTask):
    """What waitress itself refuses, told in Portuguese."""

    request: Pedido  # type: ignore[assignment]  # the stubs name the error of one
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        error = cast(Error, self.request.error)  # else it were not here
        text, code, phrase = PORTUGUESE.get(error.code, PORTUGUESE[400]), error.code, error.reason
        if (away := outage(sys.exc_info()[1])) is not None:  # the application fell: the database, or the disk
            code, text = away.status_code, AWAY_FOR_PEOPLE[away.status_code][1]
            phrase = HTTPStatus(code).phrase
            self.response_headers += [("Retry-After", away["Retry-After"])] if "Retry-After" in away else []
        body, kind = text.encode(), "text/plain; charset=utf-8"
        # what fell is answered by a request made for it: who asked is the first of the channel
        if cast(Canal, self.channel).requests[0].de_programa:
            body, kind = (away or problem(code, text)).content, MEDIA
        self.status = f"{code} {phrase}"
        self.response_headers.append(("Content-Type", kind))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Pergunta:
    """Who sends this? Asked in a thread of the pool, while nothing is read from the connection."""

    def __init__(self, canal: "Canal", pedido: Pedido, ask: Callable[[dict[str, Any]], str | int]) -> None:
        self.canal, self.pedido, self.ask = canal, pedido, ask

    def service(self) -> None:
        environ = Tarefa(self.canal, self.pedido).get_environment()  # type: ignore[arg-type]  # as of Tarefa.request
        environ |= {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0", "saude.esperado": self.pedido.esperado}
        try:
            answer = self.ask(environ)
        except Exception as problem:  # the database is away, for one: the sender may come back
            log.warning("could not see who sends: %s", type(problem).__name__)
            answer = 503
        self.canal.answered(self.pedido, answer)

    def cancel(self) -> None:
        self.canal.cancel()


class Canal(HTTPChannel):
    server: "Servidor"
    request: Pedido | None
    requests: list[Pedido]
    requests_lock: threading.Lock  # this and the next are of waitress, and not in the stubs
    _flush_exception: Callable[[Callable[..., bool]], tuple[bool, bool]]
    parser_class = Pedido
    task_class = Tarefa
    error_task_class = Erro
    perguntando = False
    continuar = False  # the sender waits for "100 Continue"
    escoando = 0.0  # until when what still comes is thrown away
    usado = False
    recusado = False  # bytes of a refused body may still come
    parado = False  # its next request waits until the last answer was read

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.mexeu = self.desde = time.monotonic()
        self.lixo = 0
        super().__init__(*args, **kwargs)

    # -- in the loop

    def received(self, data: bytes) -> bool:
        self.mexeu = time.monotonic()
        if self.escoando:
            self.lixo += len(data)
            self.will_close = self.will_close or self.lixo > DISCARDED
            return True
        before = request.body_bytes_received if (request := self.request) else 0
        took = bool(super().received(data))
        if (request := self.request) is not None:
            if request.perguntar and not self.perguntando:
                self.perguntando = True
                self.server.ask(self, request)
            elif not request.visto and request.body_bytes_received >> 17 != before >> 17:
                self.server.relieve()
        return took

    def readable(self) -> bool:
        if (
            self.continuar
        ):  # here, and not in the thread that was asked: only the loop writes to an idle channel
            self.continuar = False
            if self.request is not None and not self.requests:
                super().send_continue()
        if self.escoando:
            return not self.will_close
        return not self.perguntando and bool(super().readable())

    def writable(self) -> bool:
        if self.parado and not self.total_outbufs_len:
            self.parado = False
            self.server.add_task(self)
        return bool(super().writable())

    def send_continue(self) -> None:
        if self.request is not None and not self.request.perguntar:
            super().send_continue()

    def handle_write(self) -> None:
        if not (self.recusado and self.close_when_flushed) or self.will_close:
            return super().handle_write()
        self._flush_exception(self._flush_some)
        if self.will_close:
            self.handle_close()
        elif not self.total_outbufs_len:
            self.close_when_flushed = False
            self._linger()

    def _linger(self) -> None:
        """Closed at once, with bytes unread, the system would take back the answer before it is read."""
        try:
            cast(socket.socket, self.socket).shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True
        self.escoando = time.monotonic() + LINGER

    def _flush_some(self, do_close: bool = True) -> bool:
        sent = bool(super()._flush_some(do_close))  # type: ignore[misc]  # not in the stubs
        if sent:
            self.mexeu = time.monotonic()
        return sent

    def overdue(self, now: float) -> bool:
        """It had its time."""
        if self.escoando:
            return now > self.escoando
        still = now - self.mexeu
        if self.parado:
            return still > SILENCE
        if self.requests:  # at work, unless it waits for a reader that does not read
            return still > SILENCE and self.total_outbufs_len > self.adj.outbuf_high_watermark
        if self.total_outbufs_len:
            return still > SILENCE
        if (request := self.request) is None:
            return still > (KEEP_ALIVE if self.usado else HEADER)
        took = now - request.inicio
        if not request.headers_finished:
            return took > HEADER
        slow = took > GRACE + request.body_bytes_received / SLOWEST
        return not self.perguntando and (still > SILENCE or slow or took > WHOLE)

    def expire(self) -> None:
        """A body that did not come is told so; anything else just ends."""
        with self.requests_lock:
            request = self.request
            if request is None or not request.headers_finished or self.requests or self.escoando:
                self.will_close = True
            else:
                self._refuse(request, TOO_SLOW)

    def _refuse(self, request: Pedido, status: int) -> None:
        request.refuse(status)
        self.request = None
        self.requests.append(request)
        if len(self.requests) == 1:
            self.server.add_task(self)

    @property
    def espera(self) -> float | None:
        """Since when it waits for its other end; None: it is at work."""
        if self.parado:
            return self.mexeu
        if self.requests or self.perguntando:
            return None
        if (request := self.request) is not None:  # once: a thread may take it away meanwhile
            return None if request.visto else request.inicio
        return self.desde

    # -- in a thread

    def answered(self, request: Pedido, answer: str | int) -> None:
        with self.requests_lock:
            self.perguntando = request.perguntar = False
            self.mexeu = time.monotonic()
            if not self.connected or self.request is not request:
                return
            if isinstance(answer, int):
                self._refuse(request, answer)
            else:
                request.visto, request.quem = True, answer
                self.continuar = request.expect_continue and not self.sent_continue
        self.server.pull_trigger()

    def service(self) -> None:
        super().service()
        self.mexeu = self.desde = time.monotonic()
        self.usado = True
