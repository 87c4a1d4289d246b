"""HTTP for the simulator, on the standard library: limits on all that a client sends, no falling over what it does."""

from __future__ import annotations

import re
import socket
import socketserver
import sys
import tempfile
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import IO, Any

from ledi.pec.simulator.reply import Reply, error

MAX_BODY = 16 * 1024 * 1024  # of what is no lot
MAX_CHUNK_LINE = 1024
CONNECTIONS = 200
IDLE = 60.0  # seconds a client may keep the simulator waiting
_ROOM_WAIT = 10.0  # seconds for a connection to end before a new one is turned away
_DRAINED = 4 * 1024 * 1024
_BLOCK = 64 * 1024
Answer = Reply | tuple[Reply, Iterable[bytes]]


class BadRequest(Exception):
    """The request cannot be read; the connection ends with this answer."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


class Server(socketserver.ThreadingMixIn, HTTPServer):
    """One thread a connection, at most `CONNECTIONS` of them: others wait to be accepted."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, port: int, handler: type[Handler]) -> None:
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer would look up the machine's name
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(timeout=_ROOM_WAIT):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        found = sys.exception()
        if not isinstance(found, OSError | ValueError):  # a client that goes away is no news
            print(f"ledi: pec-simulado: {type(found).__name__} ao atender um pedido", file=sys.stderr)


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole, asks `answer`, writes the reply in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "pec-simulado"
    sys_version = ""
    timeout = IDLE
    wbufsize = _BLOCK
    disable_nagle_algorithm = True

    def answer(self, method: str) -> Answer:
        raise NotImplementedError

    def do_POST(self) -> None:
        self._answer("POST")

    def do_GET(self) -> None:
        self._answer("GET")

    def do_PUT(self) -> None:
        self._answer("PUT")

    do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_PUT

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self, method: str) -> None:
        self._read = False
        pieces: Iterable[bytes] | None = None
        try:
            found = self.answer(method)
            reply, pieces = found if isinstance(found, tuple) else (found, None)
        except BadRequest as bad:
            self.close_connection = True
            reply = bad.reply
        except (OSError, MemoryError):
            raise
        except Exception as defect:
            print(f"ledi: pec-simulado: {type(defect).__name__} ao atender {method}", file=sys.stderr)
            reply = error("Erro inesperado ao receber registro", 500)
        if reply.cut:
            self._cut()
        else:
            self._write(reply, pieces)

    def _write(self, reply: Reply, pieces: Iterable[bytes] | None) -> None:
        if not self._read and self._has_body():
            self.close_connection = True  # what was not read would be taken for the next request
        self.send_response(reply.status)
        if reply.kind:
            self.send_header("Content-Type", reply.kind)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if pieces is not None:
            self.close_connection = True
        elif reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
            for piece in pieces or ():
                self.wfile.write(piece)
        self.wfile.flush()
        if self.close_connection and not self._read and self._has_body():
            self._drain()

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _drain(self) -> None:
        """Reads a little of what is still coming, so that the answer is not lost to a reset connection."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2.0)
        left = _DRAINED
        while left > 0 and (piece := self.rfile.read1(min(_BLOCK, left))):
            left -= len(piece)

    # ---- the body

    def _has_body(self) -> bool:
        return "Content-Length" in self.headers or "Transfer-Encoding" in self.headers

    def read_body(self, limit: int = MAX_BODY) -> bytes:
        """The whole body. BadRequest for one without length, too long, or not well formed."""
        made: list[bytes] = []
        for piece in self._pieces(limit):
            made.append(piece)
        return b"".join(made)

    def read_to_file(self, limit: int) -> IO[bytes]:
        """The same into a temporary file, for what may be long."""
        file = tempfile.TemporaryFile()
        try:
            for piece in self._pieces(limit):
                file.write(piece)
        except BaseException:
            file.close()
            raise
        file.flush()
        return file

    def _pieces(self, limit: int) -> Iterable[bytes]:
        coding = self.headers.get_all("Transfer-Encoding") or []
        lengths = set(self.headers.get_all("Content-Length") or [])
        if coding:
            if lengths or len(coding) != 1 or coding[0].strip().lower() != "chunked":
                raise BadRequest(error("Transfer-Encoding não aceito"))
            yield from self._chunks(limit)
        else:
            if len(lengths) > 1 or not all(re.fullmatch(r"\d{1,15}", text) for text in lengths):
                raise BadRequest(error("Content-Length malformado"))
            length = int(next(iter(lengths), "0"))
            if length > limit:
                raise BadRequest(Reply(413))
            yield from self._exactly(length)
        self._read = True

    def _chunks(self, limit: int) -> Iterable[bytes]:
        total = 0
        while True:
            line = self.rfile.readline(MAX_CHUNK_LINE)
            size = line.partition(b";")[0].strip()
            if not line.endswith(b"\n") or not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                raise BadRequest(error("corpo em partes (chunked) malformado"))
            length = int(size, 16)
            total += length
            if total > limit:
                raise BadRequest(Reply(413))
            if not length:
                break
            yield from self._exactly(length)
            if self.rfile.readline(3).strip():
                raise BadRequest(error("corpo em partes (chunked) malformado"))
        for _ in range(100):  # trailers
            if self.rfile.readline(MAX_CHUNK_LINE) in (b"\r\n", b"\n", b""):
                return
        raise BadRequest(error("corpo em partes (chunked) malformado"))

    def _exactly(self, length: int) -> Iterable[bytes]:
        while length:
            piece = self.rfile.read(min(length, _BLOCK))
            if not piece:
                raise ConnectionError("the client went away")
            length -= len(piece)
            yield piece
