"""A database on another machine is reached by TLS or not at all; its programs too."""

import socket
import struct
import threading
from pathlib import Path

import psycopg
import pytest
from django.db.utils import ConnectionHandler

from saude.banco import databases, ferramentas
from saude.banco.erros import EmbeddedServerError

ELSEWHERE = "postgresql://ana:segredo@banco.municipio.example/saude"
ASKS_FOR_TLS = struct.pack("!ii", 8, 80877103)  # libpq's first eight bytes


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    for name in ("SAUDE_BANCO_SEM_TLS", "PGSSLMODE", "PGHOST", "PGHOSTADDR", "SAUDE_PG_BIN"):
        monkeypatch.delenv(name, raising=False)


def options(url: str) -> dict[str, object]:
    return databases(url=url, folder=Path("x"))["default"]["OPTIONS"]


@pytest.mark.parametrize("url", [
    ELSEWHERE, "postgresql://u@10.0.0.7/b", "postgresql://u@[2001:db8::7]/b", "postgresql:///b?host=banco.local",
    "postgresql:///b?host=/run/postgresql,banco.local", "postgresql://u@localhost/b?hostaddr=10.0.0.7",
    "postgresql://u@localhost.municipio.example/b",
])  # fmt: skip
def test_one_elsewhere_is_asked_for_tls(url):
    assert options(url)["sslmode"] == "require"


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_what_is_said_stays(mode, monkeypatch):
    assert options(f"{ELSEWHERE}?sslmode={mode}")["sslmode"] == mode
    monkeypatch.setenv("PGSSLMODE", mode)  # libpq's own, not lowered by ours
    assert "sslmode" not in options(ELSEWHERE)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_what_may_go_on_in_clear_is_refused_in_words_without_the_password(mode, monkeypatch):
    with pytest.raises(ValueError, match=f"sslmode={mode}.*verify-full.*SAUDE_BANCO_SEM_TLS") as caught:
        options(f"{ELSEWHERE}?sslmode={mode}")
    assert "segredo" not in str(caught.value)
    monkeypatch.setenv("PGSSLMODE", mode)
    with pytest.raises(ValueError, match="em claro"):
        options(ELSEWHERE)
    monkeypatch.setenv("SAUDE_BANCO_SEM_TLS", "1")  # a closed network, by who installs
    assert "sslmode" not in options(ELSEWHERE)


def test_a_service_must_say_it():
    with pytest.raises(ValueError, match="não dito"):
        options("postgresql:///b?service=municipio")
    assert options("postgresql:///b?service=municipio&sslmode=verify-full")["sslmode"] == "verify-full"


@pytest.mark.parametrize("url", [
    "postgresql://u@127.0.0.1/b", "postgresql://u@[::1]/b", "postgresql://u@localhost/b", "postgresql:///b",
    "postgresql:///b?host=/run/postgresql", "postgresql://u@%2Frun%2Fpostgresql/b",
])  # fmt: skip
def test_this_machine_is_spoken_to_as_before(url):
    assert "sslmode" not in options(url)


def test_a_server_without_tls_gets_neither_name_nor_password():
    """A real listener that says it has no TLS: what the driver sends it is the question for TLS and nothing else."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)

        def answer() -> None:
            accepted, _ = listening.accept()
            with accepted:
                accepted.settimeout(20)
                received.append(accepted.recv(1024))
                accepted.sendall(b"N")
                received.append(accepted.recv(1024))  # b"" when the other end leaves

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"{ELSEWHERE}?hostaddr=127.0.0.1&port={listening.getsockname()[1]}&gssencmode=disable"
        made = ConnectionHandler({"default": databases(url=url, folder=Path("x"))["default"]})["default"]
        try:
            with pytest.raises(psycopg.OperationalError, match="SSL"):
                made.connect()
        finally:
            made.close()
            thread.join()
    assert received == [ASKS_FOR_TLS, b""]


def test_the_programs_of_a_database_by_tls_are_those_of_the_machine(tmp_path, monkeypatch):
    mine = tmp_path / "pg_dump"
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ferramentas.program("pg_dump", with_tls=True) == str(mine)
    mine.unlink()
    with pytest.raises(EmbeddedServerError, match="não fala TLS"):
        ferramentas.program("pg_dump", with_tls=True)


def test_the_driver_itself_has_tls():
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect("host=/nowhere sslmode=verify-full dbname=b")
    assert "not compiled in" not in str(caught.value)
