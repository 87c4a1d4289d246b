"""Django database backend on the embedded PostgreSQL."""

from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base, operations

from saude.banco.papeis import APPLICATION, MAINTAIN, OWNER, grant_work, make_role
from saude.banco.servidor import EmbeddedServer
from saude.banco.travas import INICIO_DO_BANCO


@cache
def server(folder: str, durable: bool) -> EmbeddedServer:
    return EmbeddedServer(Path(folder), durable=durable)


@cache
def _ensure_database(host: str, name: str, owner: str, application: str) -> None:
    """The application's role, and (unless Django makes it for a test) the database."""
    place: dict[str, Any] = {"host": host, "user": OWNER, "password": owner, "autocommit": True}
    with psycopg.connect(**place, dbname="postgres") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [INICIO_DO_BANCO])
        make_role(connection, application)
        if name != "saude":
            return
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    with psycopg.connect(**place, dbname=name) as connection:
        reads = "SELECT has_table_privilege(%s, to_regclass('django_migrations'), 'SELECT')"
        if connection.execute(reads, [APPLICATION]).fetchone() == (
            False,
        ):  # made before there were two roles
            grant_work(connection.execute, maintain=connection.info.server_version >= MAINTAIN)


def owner_credentials(connection: Any) -> dict[str, str]:
    """User and password of the owner of the tables, for who connects beside Django."""
    found = connection.settings_dict
    running = server(found["SAUDE_FOLDER"], found["SAUDE_DURABLE"])
    return {"user": OWNER, "password": running.password(OWNER)}


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: Any) -> None:
        """A test empties its database whole, the trail too; nobody else does."""
        if not settings.TESTING:
            return super().execute_sql_flush(sql_list)
        params = self.connection.get_connection_params()
        given = {"host": params["host"], "dbname": params["dbname"], **owner_credentials(self.connection)}
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
        running = server(found["SAUDE_FOLDER"], found["SAUDE_DURABLE"])
        host = str(running.ensure_started())
        name = found["NAME"] or ""
        known = {role: running.password(role) for role in (OWNER, APPLICATION)}
        _ensure_database(host, "saude" if name == "saude" else "", known[OWNER], known[APPLICATION])
        owner = self.works_as_owner or not name  # without a name: making the databases of tests
        role = OWNER if owner else APPLICATION
        return {**super().get_connection_params(), "host": host, "user": role, "password": known[role]}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            found = self.settings_dict
            if not server(found["SAUDE_FOLDER"], found["SAUDE_DURABLE"]).revive():
                raise
            return super().get_new_connection(conn_params)
