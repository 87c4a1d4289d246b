"""The order in which contents were acknowledged, across every door. A sequence: a clock set back changes nothing."""

from django.db import connection


def next_order() -> int:
    """Greater than every number given before."""
    return next_orders(1)[0]


def next_orders(n: int) -> list[int]:
    """So many of them, each greater than the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('fichas_ordem') FROM generate_series(1, %s)", [n])
        return sorted(int(row[0]) for row in cursor.fetchall())
