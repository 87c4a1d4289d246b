from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from saude.banco.servidor import EmbeddedServer
from saude.banco.travas import INICIO_DO_BANCO


@cache
def server(folder: str, durable: bool) -> EmbeddedServer:
    return EmbeddedServer(Path(folder), durable=durable)


@cache
def _ensure_database(host: str, name: str) -> None:
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [INICIO_DO_BANCO])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the server when the first connection is asked for; Django and procrastinate both come here."""

    def get_connection_params(self) -> dict[str, Any]:
        settings = self.settings_dict
        host = str(server(settings["SAUDE_FOLDER"], settings["SAUDE_DURABLE"]).ensure_started())
        if settings["NAME"] == "saude":
            _ensure_database(host, "saude")
        return {**super().get_connection_params(), "host": host}
