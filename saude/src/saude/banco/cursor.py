"""A cursor whose parameters the server binds."""

from typing import Any

import psycopg
from django.db import connection


def server_cursor() -> psycopg.Cursor[Any]:
    """psycopg's own cursor on Django's connection: parameters travel apart from the text, arrays included."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
