"""A PEC to send to (the simulator, over real sockets), and an export sent to it as the worker does."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from producao import exportar, receber, registro

from ledi.pec.simulator import Chosen, Parameters, Settings, Simulator
from saude.exportacao.models import Exportacao
from saude.transmissao import actions, remessa
from saude.transmissao.models import Destino, Envio, Transmissao
from saude.transmissao.previa import preview

HOJE = "2026-10-01"


def simulador(*cenarios: str, **parametros: str) -> Simulator:
    chosen = Chosen.parse(cenarios)
    return Simulator(Settings(chosen=chosen, parameters=Parameters({"hoje": HOJE} | parametros)))


def destino(entidade: Any, url: str, **more: Any) -> Destino:
    fields = {
        "endereco": url, "usuario": "simulado", "senha": "simulado", "autoridade": "", "conexoes": 2,
        "prazo_horas": 48, "entrada": "campos", "duplicada": "",
    }  # fmt: skip
    return actions.save_destino(entidade=entidade, by="teste", **fields | more)


def exportada(entidade: Any, n: int = 3, records: Any = None, **more: Any) -> Exportacao:
    receber(entidade, *(records or [registro() for _ in range(n)]))
    return exportar(entidade, **more)


def pedir(export: Exportacao, by: Any = None) -> Transmissao:
    return actions.create_transmissao(exportacao=export, confere=preview(export).confere, by=by)


def adiantar(t: Transmissao) -> None:
    """The clock: whatever waits for its time is due."""
    Transmissao.objects.filter(pk=t.pk).update(retoma_em=None)
    Envio.objects.filter(transmissao=t).update(proxima_em=None)


def andar(t: Transmissao, vezes: int = 30) -> Transmissao:
    """Slice after slice until it stops by itself."""
    for _ in range(vezes):
        adiantar(t)
        remessa.run(t.pk)
        t.refresh_from_db()
        if not t.viva:
            return t
    return t


def situacoes(t: Transmissao) -> dict[str, int]:
    return dict(Counter(Envio.objects.filter(transmissao=t).values_list("situacao", flat=True)))


def transmitida(
    entidade: Any, *cenarios: str, n: int = 3, parametros: Any = None, **more: Any
) -> Transmissao:
    """`n` fichas exported and sent to a simulator of these scenarios, to the end."""
    with simulador(*cenarios, **parametros or {}) as made:
        destino(entidade, made.url, **more)
        return andar(pedir(exportada(entidade, n)))


LOGGED_IN = b"HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=x\r\nContent-Length: 0\r\n\r\n"


def resposta(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def servidor(answer: Callable[[bytes], bytes], tls: Any = None) -> Iterator[str]:
    """A server that answers every request with what `answer` makes of it (b"" closes without an answer)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(connection: socket.socket) -> None:
        try:
            with connection, tls.wrap_socket(connection, server_side=True) if tls else connection as wire:
                wire.settimeout(20)
                while said := answer(_request(wire)):
                    wire.sendall(said)
        except OSError:
            pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def _request(wire: Any) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = wire.recv(65536)
        if not piece:
            raise OSError("closed")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    sizes = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    length = int(sizes[0].partition(b":")[2]) if sizes else 0
    while len(body) < length:
        piece = wire.recv(65536)
        if not piece:
            raise OSError("closed")
        body += piece
    return head + b"\r\n\r\n" + body


def logging_in(answer: bytes | Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """The log-in answered well, the fichas as said."""

    def talk(request: bytes) -> bytes:
        if b"/recebimento/login " in request[:200]:
            return LOGGED_IN
        return answer(request) if callable(answer) else answer

    return talk
