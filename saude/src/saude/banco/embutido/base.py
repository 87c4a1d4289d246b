"""Django database backend on the embedded PostgreSQL."""

from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base, operations

from saude.banco.papeis import APPLICATION, OWNER, grant_work, make_role
from saude.banco.servidor import EmbeddedServer
from saude.banco.travas import INICIO_DO_BANCO


@cache
def server(folder: str, durable: bool) -> EmbeddedServer:
    return EmbeddedServer(Path(folder), durable=durable)


@cache
def _ensure_database(host: str, name: str) -> None:
    """The application's role, and (unless Django makes it for a test) the database."""
    with psycopg.connect(host=host, user=OWNER, dbname="postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [INICIO_DO_BANCO])
        make_role(connection)
        if name != "saude":
            return
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    with psycopg.connect(host=host, user=OWNER, dbname=name, autocommit=True) as connection:
        reads = "SELECT has_table_privilege(%s, to_regclass('django_migrations'), 'SELECT')"
        if connection.execute(reads, [APPLICATION]).fetchone() == (
            False,
        ):  # made before there were two roles
            grant_work(connection.execute)


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: Any) -> None:
        """A test empties its database whole, the trail too; nobody else does."""
        if not settings.TESTING:
            return super().execute_sql_flush(sql_list)
        params = self.connection.get_connection_params()
        given = {"host": params["host"], "dbname": params["dbname"], "user": OWNER}
        with psycopg.connect(**given) as connection:
            _wait_until_quiet(connection)
            connection.execute("SET session_replication_role = replica")  # no trigger
            for sql in sql_list:
                connection.execute(sql)
        return None


def _wait_until_quiet(connection: psycopg.Connection, seconds: float = 20) -> None:
    """A test has ended, a request of its page may not have: it would meet an emptied database, or a deadlock."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    end = monotonic() + seconds
    while monotonic() < end:
        row = connection.execute(f"{busy} AND state <> 'idle'").fetchone()
        connection.rollback()  # the snapshot of the activity is the transaction's
        if row == (0,):
            return
        sleep(0.02)


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the server when the first connection is asked for; Django and procrastinate both come here."""

    ops_class = DatabaseOperations
    works_as_owner = False  # see saude.banco.papeis

    def get_connection_params(self) -> dict[str, Any]:
        found = self.settings_dict
        host = str(server(found["SAUDE_FOLDER"], found["SAUDE_DURABLE"]).ensure_started())
        name = found["NAME"] or ""
        _ensure_database(host, "saude" if name == "saude" else "")
        owner = self.works_as_owner or not name  # without a name: making the databases of tests
        return {**super().get_connection_params(), "host": host, "user": OWNER if owner else APPLICATION}
