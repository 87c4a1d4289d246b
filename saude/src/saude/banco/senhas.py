"""Passwords of the embedded server's two roles: in a file beside it, 0600, and asked for by the server (scram).

Clusters of before let in whoever reached the socket (`trust`): they are converted where they are, and so is one whose
file of passwords was lost. Killed at any point, the next start does it again: `trust` is taken away last.
"""

import contextlib
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from saude.banco.erros import EmbeddedServerError
from saude.banco.papeis import APPLICATION, OWNER

SCRAM = "# feito pelo Saúde e-SUS: só pelo socket desta pasta, com senha\nlocal all all scram-sha-256\n"
TRUST = "# feito pelo Saúde e-SUS enquanto as senhas são definidas\nlocal all all trust\n"
PATIENCE = 20  # seconds for the server to read its rules again


def file_of(folder: Path) -> Path:
    return folder / "senhas.json"


def passwords(folder: Path) -> dict[str, str]:
    try:
        found = json.loads(file_of(folder).read_text(encoding="ascii"))
        return {OWNER: found[OWNER], APPLICATION: found[APPLICATION]}
    except (OSError, ValueError, KeyError, TypeError):
        raise EmbeddedServerError(
            f"As senhas do banco embutido em {file_of(folder)} não puderam ser lidas: confira de quem é o arquivo. "
            "Se ele se perdeu ou se danificou, apague-o, pare tudo e inicie de novo: outras são definidas."
        ) from None


def make(folder: Path) -> None:
    """New ones, unless they are there. Whole or not at all."""
    path = file_of(folder)
    if path.exists():
        return
    temporary = path.with_suffix(".novo")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump({OWNER: secrets.token_urlsafe(32), APPLICATION: secrets.token_urlsafe(32)}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def trusts(rules: str) -> bool:
    lines = (line.partition("#")[0].split() for line in rules.splitlines())
    return any(line and line[-1] == "trust" for line in lines)


def set_by_trust(host: str, folder: Path) -> None:
    """The server lets us in without one just now."""
    known = passwords(folder)
    with _connected(host, OWNER) as connection:
        for role, password in known.items():
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                set_password(connection, role, password)


def set_password(connection: Any, role: str, password: str) -> None:
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.execute(statement)


def wait_until_asked(host: str) -> None:
    """Until the server asks for a password, which proves that it read its rules."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        try:
            psycopg.connect(
                host=host, user=OWNER, dbname="postgres", password="", passfile=os.devnull
            ).close()
        except psycopg.OperationalError as error:
            if "password" in str(error):
                return
        time.sleep(0.05)
    raise EmbeddedServerError("O PostgreSQL embutido não passou a pedir a senha.")


@contextlib.contextmanager
def _connected(host: str, user: str) -> Any:
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            connection = psycopg.connect(host=host, user=user, dbname="postgres", autocommit=True)
            break
        except psycopg.OperationalError:  # its rules are not read yet
            if time.monotonic() > limit:
                raise
            time.sleep(0.05)
    with connection:
        yield connection
