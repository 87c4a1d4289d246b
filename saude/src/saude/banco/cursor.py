"""A cursor whose parameters the server binds."""

from collections.abc import Iterable
from typing import Any

import psycopg
from django.db import connection


def server_cursor() -> psycopg.Cursor[Any]:
    """psycopg's own cursor on Django's connection: parameters travel apart from the text, arrays included."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


def numbers(values: Iterable[int]) -> str:
    """A parameter for `%s::bigint[]`: the driver takes a list apart number by number, twenty times the work."""
    return "{" + ",".join(map(str, values)) + "}"
