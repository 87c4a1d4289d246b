"""What the tests of the PEC's API share: records ready to send, the simulator, servers that misbehave."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ledi.installation import FICTICIA
from ledi.pec.client import FICHA_PATH, Client, Registro
from ledi.pec.connection import Timeouts
from ledi.pec.login import LOGIN_PATH, Credential
from ledi.pec.multipart import file_frame
from ledi.pec.simulator import Chosen, Parameters, Settings, Simulator
from ledi.processing import finish
from ledi.validation import validate
from ledi.zip import Entry
from ledi_gerador.gerador import HOJE
from ledi_gerador.minimos import minimal

CERTS = Path(__file__).parent / "certs"
CREDENTIAL = Credential("simulado", "simulado")
#: limits that a busy machine does not reach; a test that waits for one to pass gives its own
QUICK = Timeouts(connect=20.0, read=30.0, total=60.0)
PARAMETERS = {"hoje": HOJE.isoformat()}


@cache
def entry(number: int = 0, tipo: str = "FVD") -> Entry:
    """A finished entry; another number is another uuid of the same ficha."""
    record = numbered(number, tipo)
    return finish(record, validate(record, hoje=HOJE), instalacao=FICTICIA)


def numbered(number: int, tipo: str = "FVD") -> dict[str, Any]:
    record = deepcopy(minimal(tipo))
    old = record["uuid"]
    record["uuid"] = f"{old[:-12]}{number:012x}"
    text = json.dumps(record["ficha"]).replace(old, record["uuid"])
    return {**record, "ficha": json.loads(text)}


def registro(number: int = 0, tipo: str = "FVD") -> Registro:
    return Registro.of_entry(entry(number, tipo), tipo)


def bad_entry(number: int = 0) -> Entry:
    """A ficha with a turno that does not exist."""
    record = numbered(number)
    record["ficha"]["visitasDomiciliares"][0]["turno"] = 9
    return finish(record, validate(record, hoje=HOJE), instalacao=FICTICIA)


def simulator(*scenarios: str, folder: Path | None = None, **parameters: str) -> Simulator:
    chosen, given = Chosen.parse(scenarios), Parameters(PARAMETERS | parameters)
    return Simulator(Settings(folder=folder, chosen=chosen, parameters=given))


@contextmanager
def sending(*scenarios: str, connections: int = 2, **parameters: str) -> Iterator[tuple[Simulator, Client]]:
    with simulator(*scenarios, **parameters) as pec, client(pec.url, connections=connections) as made:
        yield pec, made


def client(url: str, **options: Any) -> Client:
    return Client(url, CREDENTIAL, **{"timeouts": QUICK, "connections": 2} | options)


# ---- speaking plain HTTP to the simulator


class Browser:
    """One kept connection, with the cookie of the log-in."""

    def __init__(self, pec: Simulator) -> None:
        self.http = http.client.HTTPConnection("127.0.0.1", pec.port, timeout=120)
        self.cookie = ""

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        made = {"Cookie": self.cookie} if self.cookie else {}
        self.http.request(method, path, body, made | (headers or {}))
        found = self.http.getresponse()
        return found.status, {name.lower(): value for name, value in found.getheaders()}, found.read()

    def login(self, usuario: str = "simulado", senha: str = "simulado") -> int:
        status, headers, _ = self.ask(
            "POST",
            LOGIN_PATH,
            f"usuario={usuario}&senha={senha}",
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.cookie = headers.get("set-cookie", "").partition(";")[0]
        return status

    def send(self, data: bytes, name: str, part: str = "ficha", path: str = FICHA_PATH) -> tuple[int, Any]:
        boundary = secrets.token_hex(8)
        head, tail = file_frame(boundary, part, name)
        status, _, body = self.ask(
            "POST", path, head + data + tail, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )
        try:
            return status, json.loads(body)
        except ValueError:
            return status, body.decode()

    def send_registro(self, one: Registro) -> tuple[int, Any]:
        return self.send(one.dados, one.nome)

    def json(self, path: str) -> Any:
        return json.loads(self.ask("GET", path)[2])

    def close(self) -> None:
        self.http.close()


@contextmanager
def browser(pec: Simulator) -> Iterator[Browser]:
    made = Browser(pec)
    try:
        yield made
    finally:
        made.close()


# ---- servers that misbehave

LOGGED_IN = b"HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=x\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server whose every connection is given to `talk`."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def one(connection: socket.socket) -> None:
        connection.settimeout(120)
        try:
            talk(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        # closing alone leaves the thread in accept, where it took another's connection
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        accepting.join(60)
        listener.close()


def read_request(connection: socket.socket) -> bytes:
    """A whole request, by its Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("closed")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("closed")
        body += piece
    return head + b"\r\n\r\n" + body


def answering(
    answer: bytes, login: bytes = LOGGED_IN, asked: list[bytes] | None = None
) -> Callable[[socket.socket], None]:
    """The log-in answered well, every ficha with the same bytes; `asked` keeps the requests."""

    def talk(connection: socket.socket) -> None:
        while True:
            request = read_request(connection)
            if asked is not None:
                asked.append(request)
            connection.sendall(login if b"/login " in request[:200] else answer)

    return talk


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
