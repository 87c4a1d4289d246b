"""Back-pressure: how much a token, and all of them, may hand in and ask for."""

import time
from dataclasses import dataclass

from saude.contas.models import ApiToken
from saude.recebimento.storage import count_request, open_blocks

MAX_WAITING = 4_000  # blocks of 500 records that an entidade may have waiting: above it, come back later
RETRY_QUEUE = 60  # seconds
# judged while the sender waits: the worst of it must leave the site its memory and its seconds (bench_envios_hostis)
RECORDS_BODY = 6 * 1024 * 1024
RECORDS_MAX = 10_000
RECORD = 2 * 1024 * 1024  # of one record; the largest real ones have some 200 kB
LOT_BODY = 8 * 1024**3
KEPT_REFUSALS = 1_000  # of a lot; the others are counted by cause
ALL_REFUSED = 10_000  # a lot whose first records are all refused goes no further
WINDOW = 60  # seconds
CURSOR = 2**63 - 1  # no position is beyond it
PACE = "ritmo"  # on the token, and on the request: how it stands


@dataclass(frozen=True, slots=True)
class Ritmo:
    """How a token stands in its minute, after this request."""

    limite: int
    usados: int
    faltam: int  # seconds to the next minute

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limite),
            "RateLimit-Remaining": str(max(0, self.limite - self.usados)),
            "RateLimit-Reset": str(self.faltam),
            "RateLimit-Policy": f"{self.limite};w={WINDOW}",
        }


def over_rate(token: ApiToken) -> int:
    """Count a request of the token that hands something in; seconds to wait when its minute is used up, else 0."""
    return _count(token)


def over_rate_reading(token: ApiToken) -> int:
    """The same of one that only asks: sending and asking share the minute."""
    return _count(token)


def _count(token: ApiToken) -> int:
    now = time.time()
    used = count_request(token.pk, int(now // WINDOW))
    pace = Ritmo(token.limite_por_minuto, used, int(WINDOW - now % WINDOW) + 1)
    setattr(token, PACE, pace)
    return pace.faltam if used > token.limite_por_minuto else 0


def queue_depth(entidade_id: int) -> int:
    return open_blocks(entidade_id, MAX_WAITING + 1)
