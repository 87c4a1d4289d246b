"""A request while it is read: measured against the limit of its route, refused before its body is kept."""

import time
from typing import Any, cast

from django.urls import Resolver404, resolve
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver, FixedStreamReceiver

from saude.acesso.corpo import DEFAULT, body_of
from saude.web.problema import is_api

MAX_CONTROL = 4 * 1024  # of a line between two chunks
MAX_TRAILER = 16 * 1024
LINE = 1024  # of the head, kept to tell whom a refusal of waitress goes to
FRAMING = 8  # bytes on the wire for a byte of body, in chunks of one byte
TOO_SLOW, TOO_LARGE, NO_ROOM = 408, 413, 507


def limit_of(method: str, path: str) -> int:
    """What the route of this address takes. An address that is none of ours takes what everybody may send."""
    try:
        found = resolve(path.encode("latin-1", "replace").decode("utf-8", "replace"))
    except Resolver404:
        return DEFAULT
    return body_of(found.func, method.upper())


class Pedido(HTTPRequestParser):
    """`perguntar`: more comes than a stranger may send, so who sends is looked at before anything else is read."""

    command: str  # type: ignore[assignment]  # the stubs name what the request line has; it is decoded
    path: str  # of waitress, and not in the stubs
    headers: dict[str, str]
    limite = DEFAULT
    perguntar = False
    visto = False
    quem = ""
    recusa = 0  # the status it is refused with, 0 when it is not
    inicial = b""  # as it begins, also of a request whose head cannot be read

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.inicio = time.monotonic()

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is None:
            return
        self.limite = limit_of(self.command, self.path)
        if self.content_length > self.limite:
            self.refuse(TOO_LARGE)
        elif self.content_length > DEFAULT:
            self.perguntar = True

    def received(self, data: bytes) -> int:
        if len(self.inicial) < LINE:
            self.inicial += data[: LINE - len(self.inicial)]
        try:
            consumed = int(super().received(data))
        except OSError:  # the disk takes no more of the body
            self.refuse(NO_ROOM)
            return len(data)
        if self.body_rcv is not None and self.error is None:
            self._measure()
        return consumed

    def _measure(self) -> None:
        receiver = cast(ChunkedReceiver | FixedStreamReceiver, self.body_rcv)  # where it was looked for
        size = receiver.__len__()
        control = len(getattr(receiver, "control_line", b""))
        trailer = len(getattr(receiver, "trailer", b""))
        framed = self.chunked and self.body_bytes_received > FRAMING * self.limite
        if size > self.limite or framed or control > MAX_CONTROL or trailer > MAX_TRAILER:
            self.refuse(TOO_LARGE)
        elif size > DEFAULT and not self.visto and not self.completed:
            self.perguntar = True

    @property
    def de_programa(self) -> bool:
        """It asks for an address of the API."""
        words = self.inicial.split(b"\r\n", 1)[0].split(b" ")
        return len(words) > 1 and is_api(words[1].split(b"?", 1)[0].decode("latin-1"))

    @property
    def grande(self) -> bool:
        """Its sender was seen because it is large: it waits in a queue of its own."""
        return self.visto

    @property
    def esperado(self) -> int:
        """Bytes of the body still to come, as far as the request says."""
        return max(0, self.content_length - self.body_bytes_received)

    def refuse(self, status: int) -> None:
        """The application gets it without a body, says why, and the connection ends."""
        if self.body_rcv is not None:
            self.body_rcv.getbuf().close()
        self.body_rcv, self.content_length, self.error = None, 0, None
        self.chunked = self.perguntar = self.expect_continue = False
        self.headers.update(CONTENT_LENGTH="0", CONNECTION="close")
        self.connection_close = self.completed = True
        self.recusa = status
