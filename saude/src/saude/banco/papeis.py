"""Two roles: the owner makes the tables, the application works in them and cannot change what was written in the trail.

The embedded server knows both; the migrations run as the owner, all else as the application. On a server of the
municipality whoever keeps it makes the roles, and `saude migrate` with SAUDE_PAPEL gives the application what it
needs (implantacao/LEIAME.md).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from saude.banco.travas import PAPEIS

OWNER = "postgres"
APPLICATION = "saude_aplicacao"

#: rows are added and never changed; the id and, with it, the place in the order is the server's to give
APPEND_ONLY = ("auditoria_evento", "auditoria_selo")
KEPT_BY_SERVER = "id"

MAINTAIN = 170_000  # version of PostgreSQL that has this privilege
WORK = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


def make_role(connection: Any, password: str) -> None:
    """The application's role, without any power over tables that it does not own."""
    connection.execute("SELECT pg_advisory_lock(%s)", [PAPEIS])
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone()
    if not found:
        role = sql.Identifier(APPLICATION)
        connection.execute(
            sql.SQL(
                "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}"
            ).format(role, sql.Literal(password))
        )
    connection.execute("SELECT pg_advisory_unlock(%s)", [PAPEIS])


def grant_work(execute: Any, *, role: str = APPLICATION, maintain: bool = True) -> None:
    """What the application may do in a database whose tables are made. `execute(sql)` runs as the owner.

    `maintain`: the server knows this privilege (from PostgreSQL 17 on); without it ANALYZE is left to autovacuum.
    """
    if not NAME.fullmatch(role):
        raise ValueError(f"not the name of a role: {role!r}")
    to = f'TO "{role}"'
    work = WORK + (", MAINTAIN" if maintain else "")
    execute(f"GRANT USAGE ON SCHEMA public {to}")
    execute(f"GRANT {work} ON ALL TABLES IN SCHEMA public {to}")
    execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public {to}")
    execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {work} ON TABLES {to}")
    execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES {to}")
    execute(_restrict(role))


def grant_here(connection: Any, role: str) -> None:
    """The same by Django's connection as the owner: the embedded server knows its role, else `role` (or none)."""
    if name := APPLICATION if hasattr(connection, "works_as_owner") else role:
        with connection.cursor() as cursor:
            grant_work(cursor.execute, role=name, maintain=connection.pg_version >= MAINTAIN)


def _restrict(role: str) -> str:
    return f"""
DO $$
DECLARE kept text; given text;
BEGIN
    FOREACH kept IN ARRAY ARRAY{list(APPEND_ONLY)!r} LOOP
        CONTINUE WHEN to_regclass(kept) IS NULL;
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM "{role}"', kept);
        SELECT string_agg(quote_ident(attname), ', ') INTO given FROM pg_attribute
            WHERE attrelid = to_regclass(kept) AND attnum > 0 AND NOT attisdropped AND attname <> '{KEPT_BY_SERVER}';
        EXECUTE format('GRANT INSERT (%s) ON %I TO "{role}"', given, kept);
    END LOOP;
END $$
"""


@contextmanager
def as_owner(connection: Any) -> Iterator[None]:
    """Django's connection as the owner of the tables, where it knows the two (else it is whoever it is)."""
    if not hasattr(connection, "works_as_owner") or connection.works_as_owner:
        yield
        return
    connection.close()
    connection.works_as_owner = True
    try:
        yield
    finally:
        connection.close()
        connection.works_as_owner = False
