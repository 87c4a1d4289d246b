"""Where the data lives: the municipality's PostgreSQL (DATABASE_URL) or the embedded one."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ENGINE = "django.db.backends.postgresql"


def databases(*, url: str | None, folder: Path, durable: bool = True) -> dict[str, Any]:
    """Django's DATABASES. The embedded server starts with the first connection, not here."""
    if url:
        return {"default": {**_from_url(url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
    return {
        "default": {
            "ENGINE": "saude.banco.embutido",
            "NAME": "saude",
            "USER": "postgres",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "SAUDE_FOLDER": str(folder),
            "SAUDE_DURABLE": durable,
        }
    }


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ValueError("DATABASE_URL deve ter a forma postgresql://usuario:senha@servidor:5432/banco")
    return {
        "ENGINE": ENGINE,
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
