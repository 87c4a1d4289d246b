"""The site as a process that listens, and the bytes of HTTP. Imported by the tests that attack it over real sockets."""

import contextlib
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Site:
    """A site that listens. `pedir` sends bytes and reads the answer until the other end closes."""

    porta: int
    processo: "subprocess.Popen[bytes]"
    dados: Path

    def ligar(self, data: bytes = b"", *, timeout: float = 120) -> socket.socket:
        connected = socket.create_connection(("127.0.0.1", self.porta), timeout=timeout)
        connected.sendall(data)
        return connected

    def pedir(self, data: bytes, *, timeout: float = 120) -> "Resposta":
        with self.ligar(data, timeout=timeout) as connected:
            return ler(connected)

    def memoria(self) -> int:
        return psutil.Process(self.processo.pid).memory_info().rss


@dataclass
class Resposta:
    status: int
    cabecalhos: dict[str, str]
    corpo: bytes


def ler(connected: socket.socket) -> Resposta:
    received = b""
    while True:
        try:
            piece = connected.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        received += piece
        head, end, body = received.partition(b"\r\n\r\n")
        if end and (found := _length(head)) is not None and len(body) >= found:
            break
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (x.partition(":") for x in lines)}
    return Resposta(int(first.split(" ")[1]) if first else 0, headers, body)


def _length(head: bytes) -> int | None:
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return None


def pedido(method: str, path: str, body: bytes = b"", **headers: object) -> bytes:
    """The bytes of a request. `Content-Length` may be said by `headers`, to lie."""
    given = {"Host": "127.0.0.1", "Connection": "close"} | ({"Content-Length": len(body)} if body else {})
    given |= {k.replace("_", "-"): v for k, v in headers.items()}
    lines = "".join(f"{k}: {v}\r\n" for k, v in given.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(site: Site) -> None:
    end = time.monotonic() + 300
    while True:
        with contextlib.suppress(OSError):
            if site.pedir(pedido("GET", "/saude/viva")).status == 200:
                return
        assert site.processo.poll() is None and time.monotonic() < end, "the site did not start"
        time.sleep(0.1)
