"""The embedded PostgreSQL: started by who needs it, stopped by the last, survives kill -9."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from saude.banco import senhas
from saude.banco.erros import EmbeddedServerError
from saude.banco.servidor import EmbeddedServer, stop_leftover

USE = """
import sys, time, psycopg
from pathlib import Path
from saude.banco.servidor import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
host = server.ensure_started()
connection = psycopg.connect(host=str(host), user="postgres", password=server.password("postgres"), dbname="postgres",
                             autocommit=True)
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
    process.communicate("", timeout=300)


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


def test_a_server_that_died_alone_is_started_again_by_who_uses_it(folder):
    server = EmbeddedServer(folder, durable=False)
    assert not server.revive()  # who does not use it does not start it
    host = server.ensure_started()
    try:
        assert not server.revive()  # it lives
        os.kill(int((folder / "pgdata" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        while server.running():  # it dies in its own time
            time.sleep(0.05)
        assert server.revive() and server.running()
        enter(server, host, server.password("postgres"))
    finally:
        server.release()
    assert not server.running()


def test_a_long_folder_name_gets_a_short_socket(folder):
    server = EmbeddedServer(folder / ("pasta-comprida-" * 8), durable=False)
    host = server.ensure_started()
    try:
        assert len(str(host)) < 90
        given = {"user": "postgres", "password": server.password("postgres")}
        with psycopg.connect(host=str(host), dbname="postgres", **given) as connection:
            assert connection.execute("SELECT upper('ação')").fetchone() == ("AÇÃO",)
    finally:
        server.release()
    assert not server.running()


def test_the_short_link_is_not_where_a_process_puts_its_own_temporary_files(folder, monkeypatch):
    """`saude servir` puts them inside the data folder: the link would be as long, and another's process elsewhere."""
    server = EmbeddedServer(folder / ("pasta-comprida-" * 8), durable=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    before, arriving = server.socket_dir, server.folder / "entrando"
    arriving.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(arriving))
    assert server.socket_dir == before
    host = server.ensure_started()
    try:
        given = {"user": "postgres", "password": server.password("postgres")}
        psycopg.connect(host=str(host), dbname="postgres", **given).close()
    finally:
        server.release()


# -- who gets in, and what lies open


def enter(server: EmbeddedServer, host: object, password: str) -> None:
    place = {"host": str(host), "user": "postgres", "dbname": "postgres", "passfile": os.devnull}
    psycopg.connect(**place, password=password).close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_gets_in_without_the_password_and_nothing_lies_open_to_others(folder):
    server = EmbeddedServer(folder / ("pasta-comprida-" * 8), durable=False)
    host = server.ensure_started()
    try:
        for wrong in ("", "postgres"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                enter(server, host, wrong)
        enter(server, host, server.password("postgres"))
        assert not senhas.trusts((server.data / "pg_hba.conf").read_text())
        assert (host / ".s.PGSQL.5432").resolve().parent == server.data  # the link leads into our folder
        assert mode(server.data) == 0o700 and mode(server.folder) & 0o066 == 0
        for private in (server.log, server.folder / "senhas.json", server.data / ".s.PGSQL.5432"):
            assert mode(private) & 0o077 == 0, private
    finally:
        server.release()


def older(folder: Path) -> None:
    """As installations of before are: whoever reaches the socket gets in; folder and log open to be read."""
    (folder / "pgdata" / "pg_hba.conf").write_text("local all all trust\n")
    (folder / "senhas.json").unlink()
    folder.chmod(0o755)
    (folder / "postgresql.log").chmod(0o644)


def test_an_installation_of_before_is_converted_where_it_is_and_keeps_its_data(folder):
    first = user(folder)
    assert first.stdout.readline() == "1\n"
    leave(first)
    older(folder)
    second = user(folder)
    assert second.stdout.readline() == "2\n"
    try:
        server = EmbeddedServer(folder)
        with pytest.raises(psycopg.OperationalError, match="password"):
            enter(server, server.socket_dir, "")
        assert mode(folder) & 0o066 == 0 and mode(folder / "postgresql.log") == 0o600
    finally:
        leave(second)


@pytest.mark.parametrize("where", ["set_by_trust", "wait_until_asked", "make"])
def test_a_conversion_that_was_killed_is_done_again(folder, monkeypatch, where):
    first = user(folder)
    first.stdout.readline()
    leave(first)
    older(folder)
    with monkeypatch.context() as patch:
        patch.setattr(senhas, where, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            EmbeddedServer(folder, durable=False).ensure_started()
    again = user(folder)
    assert again.stdout.readline() == "2\n"
    leave(again)


def test_passwords_that_were_lost_are_made_anew(folder):
    first = user(folder)
    first.stdout.readline()
    leave(first)
    (folder / "senhas.json").write_text("estragado")
    with pytest.raises(EmbeddedServerError, match="apague-o"):
        EmbeddedServer(folder, durable=False).password("postgres")
    (folder / "senhas.json").unlink()
    again = user(folder)
    assert again.stdout.readline() == "2\n"
    leave(again)


def test_a_link_that_somebody_else_put_in_the_temporary_folder_is_refused(folder, monkeypatch):
    stranger = folder / "alheia"
    stranger.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    (folder / "saude-esus").symlink_to(stranger)
    server = EmbeddedServer(folder / ("pasta-comprida-" * 8), durable=False)
    with pytest.raises(EmbeddedServerError, match="não é do usuário do sistema"):
        server.ensure_started()
