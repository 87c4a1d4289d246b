"""A stranger has the site hash a few passwords, and then waits; a whole post behind one address enters."""

import time
from types import SimpleNamespace

import pytest
from senha import SENHA

from saude.contas import ritmo as ritmos
from saude.contas.ritmo import Ritmo, ritmo


def enter(client, username="consulta", password=SENHA, **more):
    return client.post("/entrar/", {"username": username, "password": password}, **more)


@pytest.fixture
def hashed(monkeypatch):
    """How often a password was hashed."""
    from saude.contas.models import Usuario

    done = []
    monkeypatch.setattr(Usuario, "check_password", lambda self, p: done.append(p) or p == SENHA)
    monkeypatch.setattr(Usuario, "set_password", lambda self, p: done.append(p))
    return done


def test_guesses_of_one_address_are_few(client, criar_usuario, hashed, monkeypatch):
    """A name that is new each time, so that no user is locked: 50 posts, 20 hashes, then a clear wait."""
    criar_usuario("Consulta")
    hashed.clear()
    monkeypatch.setattr(
        ritmos, "time", SimpleNamespace(monotonic=lambda: 1000.0)
    )  # 50 posts take what they take
    answers = [enter(client, username=f"nome{n}", password="x") for n in range(50)]
    assert len(hashed) in range(ritmos.TRIES, ritmos.TRIES + 3)
    last = answers[-1]
    assert last.status_code == 429
    assert 1 <= int(last["Retry-After"]) <= ritmos.EVERY + 1
    assert "tentativas de entrar a partir deste endereço" in last.content.decode()
    assert enter(client).status_code == 429
    assert enter(client, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_who_enters_does_not_use_up_the_tries_of_the_post(client, criar_usuario, hashed):
    criar_usuario("Consulta")
    for _ in range(3 * ritmos.TRIES):
        assert enter(client).status_code == 302
        client.post("/sair/")


def test_time_gives_tries_back(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    found = Ritmo()

    def may() -> int:
        with found.attempt("192.0.2.1") as wait:
            return wait

    assert [may() for _ in range(ritmos.TRIES)] == [0] * ritmos.TRIES
    assert may() == 4
    now[0] += ritmos.EVERY
    assert (may(), may()) == (0, 4)
    now[0] += ritmos.EVERY * ritmos.TRIES
    assert [may() for _ in range(ritmos.TRIES)] == [0] * ritmos.TRIES


def test_an_ipv6_customer_is_one_address_and_memory_has_an_end():
    found = Ritmo()
    for n in range(ritmos.TRIES):
        with found.attempt(f"2001:db8::{n:x}") as wait:
            assert wait == 0
    with found.attempt("2001:db8::ffff") as wait:
        assert wait > 0
    for n in range(ritmos.ADDRESSES + 500):
        with found.attempt(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") as wait:
            assert wait == 0
    assert len(found._full_at) <= ritmos.ADDRESSES


def test_many_at_once_leave_threads_for_everybody_else():
    """The seventh who enters while six are at it is told to come back; it costs no try."""
    found = Ritmo()
    for _ in range(ritmos.INSIDE):
        assert found._inside.acquire(blocking=False)
    with found.attempt("192.0.2.1") as wait:
        assert wait == ritmos.BUSY
    found._inside.release()
    with found.attempt("192.0.2.1") as wait:
        assert wait == 0


def test_the_address_is_remembered_between_requests(client, db):
    enter(client, username="x", password="y")
    assert ritmo._full_at.keys() == {"127.0.0.1"}
