"""Back-pressure: how much a token, and all of them, may hand in."""

import time
from typing import Any

from saude.banco.fila import waiting
from saude.recebimento.storage import count_request

MAX_WAITING = 1_000  # blocks of 500 records in the queue: above it, come back later
RETRY_QUEUE = 60  # seconds
RECORDS_BODY = 32 * 1024 * 1024
RECORDS_MAX = 10_000
LOT_BODY = 8 * 1024**3


def over_rate(token: Any) -> int:
    """Count a request of the token; seconds to wait when it has used up its minute, else 0."""
    now = time.time()
    used = count_request(token.pk, int(now // 60))
    return int(60 - now % 60) + 1 if used > token.limite_por_minuto else 0


def queue_depth() -> int:
    return waiting("recebimento", at_most=MAX_WAITING + 1)
