"""The connection to the database goes away at a chosen moment of a request. Imported by the tests of outages."""

import os
import socket
import threading
import traceback
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

Cut = Callable[[psycopg.Connection], None]


class Corte:
    """Before the `at`-th exchange of this thread with the server (a statement, a piece of COPY, a commit) `cut` ends
    the connection; with `stays`, there is no other until it is put away. `n`: how many exchanges there were."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int, cut: Cut, *, stays: bool) -> None:
        self.at, self.cut, self.stays = at, cut, stays
        self.n, self.down, self.onde = 0, False, ""
        self._thread, self._wait, self._connect = (
            threading.get_ident(),
            psycopg.Connection.wait,
            psycopg.connect,
        )
        connection.close()  # as every request of the site begins
        patch.setattr(psycopg.Connection, "wait", lambda *args, **kw: self._exchange(*args, **kw))
        patch.setattr(psycopg, "connect", lambda *args, **kw: self._new(*args, **kw))

    def _exchange(self, ligacao: psycopg.Connection, *args: Any, **kw: Any) -> Any:
        if threading.get_ident() == self._thread:
            self.n += 1
            if self.n == self.at:
                self.onde = " < ".join(f.name for f in traceback.extract_stack()[-14:-2][::-1])
                self.cut(ligacao)
                self.down = self.stays
        return self._wait(ligacao, *args, **kw)

    def _new(self, *args: Any, **kw: Any) -> Any:
        if self.down and threading.get_ident() == self._thread:
            raise psycopg.OperationalError("connection refused")
        return self._connect(*args, **kw)


def silent(ligacao: psycopg.Connection) -> None:
    """As the server's end of it does that was killed (-9): nothing is said."""
    with socket.socket(fileno=os.dup(ligacao.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


def terminated(ligacao: psycopg.Connection) -> None:
    """By an administrator, or a restart in order: the server says so first."""
    from saude.banco.embutido.base import owner_credentials

    place = connection.get_connection_params()
    given = {"host": place["host"], "dbname": place["dbname"], **owner_credentials(connection)}
    pid = ligacao.info.backend_pid
    other = psycopg.connection.Connection.connect(**given, autocommit=True)
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        assert cursor.fetchone() == (True,)
