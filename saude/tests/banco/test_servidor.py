"""The embedded PostgreSQL: started by who needs it, stopped by the last, survives kill -9."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from saude.banco.servidor import EmbeddedServer, stop_leftover

USE = """
import sys, time, psycopg
from pathlib import Path
from saude.banco.servidor import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
host = server.ensure_started()
connection = psycopg.connect(host=str(host), user="postgres", dbname="postgres", autocommit=True)
connection.execute("SELECT pg_advisory_lock(1)")  # one after the other
connection.execute("CREATE TABLE IF NOT EXISTS t (n int)")
connection.execute("INSERT INTO t VALUES (1)")
print(connection.execute("SELECT count(*) FROM t").fetchone()[0], flush=True)
connection.execute("SELECT pg_advisory_unlock(1)")
sys.stdin.read()
"""


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="saude-pg-") as name:
        yield Path(name)
        stop_leftover(EmbeddedServer(Path(name)))


def user(folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", USE, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process


def leave(process: "subprocess.Popen[str]") -> None:
    process.communicate("", timeout=60)


def test_shared_and_stopped_by_the_last_and_data_stays(folder):
    first, second = user(folder), user(folder)
    assert sorted([first.stdout.readline(), second.stdout.readline()]) == ["1\n", "2\n"]
    leave(first)
    assert EmbeddedServer(folder).running()
    leave(second)
    assert not EmbeddedServer(folder).running()
    third = user(folder)
    assert third.stdout.readline() == "3\n"
    leave(third)


def test_a_killed_process_does_not_keep_the_server_running_for_ever(folder):
    killed, other = user(folder), user(folder)
    killed.stdout.readline(), other.stdout.readline()
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    leave(other)
    assert not EmbeddedServer(folder).running()


def test_starts_again_after_the_server_was_killed(folder):
    process = user(folder)
    assert process.stdout.readline() == "1\n"
    postmaster = int((folder / "pgdata" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    process.kill()
    process.communicate()
    again = user(folder)
    assert int(again.stdout.readline()) >= 1
    leave(again)


def test_a_long_folder_name_gets_a_short_socket(folder):
    server = EmbeddedServer(folder / ("pasta-comprida-" * 8), durable=False)
    host = server.ensure_started()
    try:
        assert len(str(host)) < 90
        with psycopg.connect(host=str(host), user="postgres", dbname="postgres") as connection:
            assert connection.execute("SELECT upper('ação')").fetchone() == ("AÇÃO",)
    finally:
        server.release()
    assert not server.running()
