"""A PEC to send to (the simulator, over real sockets), and an export sent to it as the worker does.

The simulator and the servers that misbehave are those of the library's own tests (ledi/tests/pec/pec_kit.py).
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pec_kit import LOGGED_IN, read_request, server, simulator
from pec_kit import answer as resposta  # noqa: F401 (for the tests)
from producao import exportar, receber, registro

from ledi.pec.simulator import Simulator
from saude.exportacao.models import Exportacao
from saude.transmissao import actions, remessa
from saude.transmissao.models import Destino, Envio, Transmissao
from saude.transmissao.previa import preview

HOJE = "2026-10-01"


def simulador(*cenarios: str, **parametros: str) -> Simulator:
    return simulator(*cenarios, **{"hoje": HOJE} | parametros)


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


@contextmanager
def servidor(answer: Callable[[bytes], bytes], tls: Any = None) -> Iterator[str]:
    """A server that answers every request with what `answer` makes of it (b"" closes without an answer)."""

    def talk(connection: socket.socket) -> None:
        connection.settimeout(120)
        with tls.wrap_socket(connection, server_side=True) if tls else connection as wire:
            while said := answer(read_request(wire)):
                wire.sendall(said)

    with server(talk) as url:
        yield url.replace("http:", "https:") if tls else url


def logging_in(answer: bytes | Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """The log-in answered well, the fichas as said."""

    def talk(request: bytes) -> bytes:
        if b"/recebimento/login " in request[:200]:
            return LOGGED_IN
        return answer(request) if callable(answer) else answer

    return talk
