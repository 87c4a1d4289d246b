"""DATABASE_URL: what the municipality writes is what the driver and Django are told."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import ConnectionHandler, OperationalError

from saude.banco import databases


def default(url: str) -> dict[str, Any]:
    return databases(url=url, folder=Path("x"))["default"]


def test_database_url():
    got = databases(url="postgresql://ana:s%40nha@banco.local:5433/saude?sslmode=require", folder=Path("x"))
    assert got["default"]["HOST"] == "banco.local" and got["default"]["PORT"] == "5433"
    assert got["default"]["PASSWORD"] == "s@nha"
    assert got["default"]["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(ValueError, match="DATABASE_URL"):
        databases(url="mysql://x/y", folder=Path("x"))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgres://u@/b", {"HOST": "", "PORT": "", "NAME": "b", "USER": "u", "PASSWORD": ""}),
        ("postgresql://u@[::1]:5432/b", {"HOST": "::1", "PORT": "5432"}),
        ("postgresql://u@%2Frun%2Fpostgresql/b", {"HOST": "/run/postgresql"}),
        ("postgresql:///b?host=/run/postgresql", {"HOST": "", "OPTIONS": {"host": "/run/postgresql"}}),
        ("postgresql://u:a%3Ab%2Fc%23@h/sa%C3%BAde", {"PASSWORD": "a:b/c#", "NAME": "saúde"}),
        ("postgresql://u@h/b", {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}),
        (
            "postgresql://u@h/b?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/c.pem&sslkey=/k.pem",
            {
                "OPTIONS": {
                    "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "sslcert": "/c.pem", "sslkey": "/k.pem",
                }
            },
        ),
        (
            "postgresql://u@localhost/b?connect_timeout=5&server_side_binding=false&options=-c%20lock_timeout%3D9s",
            {"OPTIONS": {"connect_timeout": 5, "server_side_binding": False, "options": "-c lock_timeout=9s"}},
        ),
    ],
)  # fmt: skip
def test_every_part_of_it(url: str, found: dict[str, Any]) -> None:
    got = default(url)
    assert got["ENGINE"] == "django.db.backends.postgresql"
    assert {key: got[key] for key in found} == found


@pytest.mark.parametrize(
    "url",
    ["segredo", "sqlite:///x.db", "sqlite://:memory:", "mysql://u:segredo@h/b", "postgresql://u:segredo@h",
     "postgresql://u:segredo@h/", "postgresql://u:segredo@h:porta/b", "postgresql://u:segredo@[h/b"],
)  # fmt: skip
def test_a_wrong_one_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL deve ter a forma") as caught:
        default(url)
    assert "segredo" not in str(caught.value)
    hidden = caught.value.__suppress_context__ or caught.value.__context__ is None
    assert hidden and caught.value.__cause__ is None  # the parser's own text quotes it


def connected(query: str) -> Any:
    """A connection made from a DATABASE_URL to the server of the tests, by its socket."""
    mine = connection.get_connection_params()
    if mine.get("port"):
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    url = f"postgresql://{mine['user']}:{mine['password']}@/{mine['dbname']}?host={mine['host']}{query}"
    return ConnectionHandler({"default": default(url)})["default"]


@pytest.mark.django_db
def test_socket_and_options_reach_the_server() -> None:
    made = connected(
        "&application_name=vigia&options=-c%20statement_timeout%3D7000&connect_timeout=5&sslmode=prefer"
    )
    try:
        with made.cursor() as cursor:
            cursor.execute("SELECT current_setting('application_name'), current_setting('statement_timeout')")
            assert cursor.fetchone() == ("vigia", "7s")
    finally:
        made.close()


@pytest.mark.django_db
def test_tls_options_reach_the_driver() -> None:
    with pytest.raises(OperationalError, match="sslmode"):
        connected("&sslmode=talvez").ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_on_a_server_of_the_municipality_the_application_gets_its_work_and_no_more(tmp_path) -> None:
    """`saude migrate` with the owner's address and SAUDE_PAPEL; then the role works, and cannot change the trail."""
    mine = connection.get_connection_params()
    if mine.get("port"):
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do seu socket")
    from saude.banco.embutido.base import owner_credentials

    place = {"host": mine["host"], "dbname": mine["dbname"]}
    owned = owner_credentials(connection)
    with psycopg.connect(**place, **owned, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS de_um_municipio")
        owner.execute("CREATE ROLE de_um_municipio LOGIN PASSWORD 'dele'")
    url = f"postgresql://postgres:{owned['password']}@/{mine['dbname']}?host={mine['host']}"

    def migrate(role: str) -> subprocess.CompletedProcess[str]:
        surroundings = os.environ | {"DATABASE_URL": url, "SAUDE_PAPEL": role, "SAUDE_DADOS": str(tmp_path)}
        command = [sys.executable, "-m", "saude", "migrate", "--verbosity", "0"]
        return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)

    try:
        done = migrate("de_um_municipio")
        assert done.returncode == 0, done.stderr
        with psycopg.connect(**place, user="de_um_municipio", password="dele", autocommit=True) as made:
            made.execute(
                "INSERT INTO auditoria_evento (usuario_nome, tipo, alvo_tipo, alvo_id, detalhe, momento) "
                "VALUES ('x', 'x', '', '', '{}', now())"
            )
            made.execute("UPDATE web_marco SET nome = nome")
            for statement in (
                "DELETE FROM auditoria_evento",
                "DROP TABLE web_marco",
                "TRUNCATE auditoria_evento",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    made.execute(statement)
        refused = migrate('x" WITH GRANT OPTION; --')
        assert refused.returncode and "SAUDE_PAPEL" in refused.stderr
    finally:
        with psycopg.connect(**place, **owned, autocommit=True) as owner:
            owner.execute("DROP OWNED BY de_um_municipio")
            owner.execute("DROP ROLE de_um_municipio")
