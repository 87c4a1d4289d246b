"""Where the data lives: the municipality's PostgreSQL (DATABASE_URL) or the embedded one."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from saude.banco import tls
from saude.banco.papeis import APPLICATION

KEPT = 60  # seconds a connection lives between requests
SHAPE = "DATABASE_URL deve ter a forma postgresql://usuario:senha@servidor:5432/banco"


def databases(*, url: str | None, folder: Path, durable: bool = True) -> dict[str, Any]:
    """Django's DATABASES. The embedded server starts with the first connection, not here."""
    if url:
        return {"default": _from_url(url)}
    return {
        "default": {
            "ENGINE": "saude.banco.embutido",
            "NAME": "saude",
            "USER": APPLICATION,
            "CONN_MAX_AGE": KEPT,
            "CONN_HEALTH_CHECKS": True,
            "SAUDE_FOLDER": str(folder),
            "SAUDE_DURABLE": durable,
        }
    }


def _from_url(url: str) -> dict[str, Any]:
    """What follows `?` are options of libpq (sslmode, host=/socket…) or of Django (pool, server_side_binding…)."""
    try:
        if urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ValueError(SHAPE)
        found = dict(dj_database_url.parse(url, conn_max_age=KEPT, conn_health_checks=True))
    except ValueError:
        raise ValueError(SHAPE) from None  # without the address: it holds a password
    if not found["NAME"]:
        raise ValueError(SHAPE)
    return {**found, "PORT": str(found["PORT"]), "OPTIONS": tls.options_of(found)}
