"""Back-pressure: how much a token, and all of them, may hand in."""

import time
from typing import Any

from django.db import connection

MAX_WAITING = 1_000  # blocks of 500 records in the queue: above it, come back later
RETRY_QUEUE = 60  # seconds
RECORDS_BODY = 32 * 1024 * 1024
RECORDS_MAX = 10_000
LOT_BODY = 8 * 1024**3


def over_rate(token: Any) -> int:
    """Count a request of the token; seconds to wait when it has used up its minute, else 0."""
    now = time.time()
    minute = int(now // 60)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recebimento_usotoken AS u (token_id, minuto, pedidos) VALUES (%s, %s, 1) "
            "ON CONFLICT (token_id) DO UPDATE SET "
            "pedidos = CASE WHEN u.minuto = excluded.minuto THEN u.pedidos + 1 ELSE 1 END, "
            "minuto = excluded.minuto RETURNING pedidos",
            [token.pk, minute],
        )
        used = cursor.fetchone()[0]
    return int(60 - now % 60) + 1 if used > token.limite_por_minuto else 0


def queue_depth() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM procrastinate_jobs "
            "WHERE queue_name = 'recebimento' AND status = 'todo' LIMIT %s) q",
            [MAX_WAITING + 1],
        )
        return int(cursor.fetchone()[0])
