"""Who opens connections and says nothing, little, or reads nothing: the site answers everybody else meanwhile."""

import contextlib
import json
import os
import socket
import threading
import time

import psutil
import pytest
from sitio import Site, ler, pedido

from saude.acesso.corpo import MB
from saude.contas.actions import create_token
from saude.site.porta import canal, servidor

pytestmark = pytest.mark.django_db(transaction=True)

HALF_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b"
HALF_BODY = pedido("POST", "/entrar/", Content_Length=1000) + b"csrf"
SMALL_BUFFERS = """
import socket
from saude.site.porta.canal import Canal
old = Canal.__init__
def init(self, server, sock, *args, **kwargs):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    old(self, server, sock, *args, **kwargs)
Canal.__init__ = init
"""
IN_A_HURRY = """
import saude.site.porta.canal as canal
canal.HEADER, canal.KEEP_ALIVE, canal.SILENCE, canal.GRACE, canal.LINGER = 1, 1, 1, 2, 2
"""
#: seconds: less than any deadline by which a page could be held, and enough for a machine that does other things
SOON = 8


def seconds(site: Site) -> float:
    """How long a page takes."""
    began = time.monotonic()
    assert site.pedir(pedido("GET", "/entrar/"), timeout=60).status == 200
    return time.monotonic() - began


@contextlib.contextmanager
def many(site: Site, n: int, data: bytes):
    held: list[socket.socket] = []
    try:
        for _ in range(n):
            held.append(site.ligar(data))
        yield held
    finally:
        for connected in held:
            connected.close()


@pytest.mark.parametrize("data", [b"", HALF_HEAD, HALF_BODY], ids=["nothing", "half a head", "half a body"])
@pytest.mark.parametrize("n", [100, servidor.CONNECTIONS + 200])
def test_half_open_requests_do_not_silence_the_site(site, n, data):
    with many(site, n, data):
        time.sleep(0.3)
        assert max(seconds(site) for _ in range(5)) < SOON


def test_readers_that_do_not_read_do_not_silence_the_site(site):
    """A large file of ours asked for again and again on one connection, and never read."""
    asked = pedido("GET", "/static/saude/saude.css", Connection="keep-alive") * 40
    with many(site, 100, asked):
        time.sleep(0.5)
        assert max(seconds(site) for _ in range(5)) < SOON


def test_an_answer_that_is_not_read_holds_one_file(servir):
    """Where the system keeps little of it: the next request of the connection waits, and goes on when it is read."""
    site = servir(SMALL_BUFFERS)
    asked = pedido("GET", "/static/saude/saude.css", Connection="keep-alive") * 40
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            connected = stack.enter_context(socket.socket())
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connected.connect(("127.0.0.1", site.porta))
            connected.sendall(asked)
        for _ in range(20):
            seconds(site)
        assert psutil.Process(site.processo.pid).num_fds() < 100 * 3 + 200
        connected.settimeout(20)
        received = b""
        while received.count(b"HTTP/1.1 200") < 40:
            piece = connected.recv(65536)
            assert piece, received[-200:]
            received += piece


def test_a_new_connection_takes_the_place_of_the_oldest_that_waits(site):
    """More connections than there is room for: the site keeps no more than that, and drops the oldest."""
    with many(site, servidor.CONNECTIONS + 50, HALF_HEAD) as held:
        assert seconds(site) < SOON
        ended = [i for i, connected in enumerate(held) if _ended(connected)]
    assert 50 <= len(ended) <= 60
    assert max(ended) < 100


def _ended(connected: socket.socket) -> bool:
    connected.setblocking(False)
    try:
        return connected.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_every_way_of_being_slow_has_an_end(servir):
    """Nothing, a byte a moment, half a body, a body by drops."""
    site = servir(IN_A_HURRY)
    for data in (b"", HALF_HEAD):
        with site.ligar(data) as connected:
            connected.settimeout(15)
            assert connected.recv(1) == b""
    with site.ligar(HALF_BODY) as connected:
        answer = ler(connected)
    assert answer.status == 408
    assert "não chegou inteiro a tempo" in answer.corpo.decode()
    for start, drop in ((b"GET / HTTP/1.1\r\n", b"X: y\r\n"), (HALF_BODY, b"x")):
        with site.ligar(start) as connected:
            end = time.monotonic() + 15
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while time.monotonic() < end and not _ended(connected):
                    connected.setblocking(True)
                    connected.sendall(drop)
                    time.sleep(0.2)
            assert time.monotonic() < end, drop


def test_an_api_body_that_does_not_come_is_told_as_a_problem(servir):
    site = servir(IN_A_HURRY)
    answer = site.pedir(pedido("POST", "/api/v1/registros", Content_Length=100))
    assert (answer.status, answer.cabecalhos["content-type"]) == (408, "application/problem+json")
    assert json.loads(answer.corpo)["codigo"] == "tempo"


def test_bodies_of_strangers_hold_little_memory(site):
    """One megabyte less a byte, 300 times: dropped beyond what all of them may hold together."""
    before = site.memoria()
    body = bytes(MB - 1000)
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            connected = stack.enter_context(site.ligar(pedido("POST", "/", Content_Length=MB - 1)))
            with contextlib.suppress(OSError):
                connected.sendall(body)
        assert seconds(site) < SOON
        assert _held(site) < 2 * servidor.HELD
    assert site.memoria() - before < 150 * MB


def _held(site: Site) -> int:
    """Bytes of the files without a name that the site holds open (Linux)."""
    folder, total = f"/proc/{site.processo.pid}/fd", 0
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            path = os.path.join(folder, name)
            if str(site.dados) in os.readlink(path):
                total += os.stat(path).st_size
    return total


def test_large_bodies_do_not_take_the_threads_of_the_pages(servir, entidade):
    """Records that take long to be judged, as many as a sender may send at once, of three senders."""
    site = servir(
        "import time, saude.recebimento.actions as a; old = a.receive\n"
        "a.receive = lambda **k: (time.sleep(6), old(**k))[1]"
    )
    secrets = [create_token(by="teste", entidade=entidade, nome=str(n))[1] for n in range(4)]
    body = b"[" + b" " * (2 * MB) + b"{}]"

    def send(secret: str) -> None:
        head = pedido("POST", "/api/v1/registros", body, Authorization=f"Bearer {secret}")
        with contextlib.suppress(OSError):
            site.pedir(head, timeout=300)

    threads = [threading.Thread(target=send, args=(s,)) for s in secrets for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    assert max(seconds(site) for _ in range(3)) < SOON
    site.processo.kill()
    for thread in threads:
        thread.join(10)


def test_the_times_are_of_a_clock_that_nobody_sets(monkeypatch):
    """A clock set back by a day ends no connection and keeps none."""

    waiting = canal.Canal.__new__(canal.Canal)
    waiting.mexeu, waiting.requests, waiting.request, waiting.total_outbufs_len = (
        time.monotonic(),
        [],
        None,
        0,
    )
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert not waiting.overdue(time.monotonic())
    assert waiting.overdue(time.monotonic() + canal.HEADER + 1)
