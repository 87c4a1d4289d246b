"""The order in which contents were acknowledged, across every door. A sequence: a clock set back changes nothing."""

from django.db import connection


def next_order() -> int:
    """Greater than every number given before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('fichas_ordem')")
        return int(cursor.fetchone()[0])
