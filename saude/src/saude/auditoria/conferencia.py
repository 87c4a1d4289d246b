"""The trail checked every night: what was found stands in the trail, on its page and in the metrics."""

import logging
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento
from saude.auditoria.selos import faults

log = logging.getLogger(__name__)
KIND = "auditoria.conferida"
MOST = 100  # problems counted; of a trail that was tampered with the first ones say where
TOLD = 5


@dataclass(frozen=True, slots=True)
class Conferida:
    """The last check; `onde`: the first problems, in words."""

    momento: datetime
    problemas: int
    onde: list[str]


def check_trail() -> int:
    """How many problems there are. Without any the trail says so too: a check that stopped being made is seen."""
    found = [str(fault) for fault in islice(faults(), MOST)]
    for fault in found:
        log.error("the trail is not as it was sealed: %s", fault)
    told = [fault[:200] for fault in found[:TOLD]]
    record_event(by="sistema", entidade=None, tipo=KIND, problemas=len(found), onde=told)
    return len(found)


def last_check() -> Conferida | None:
    """None: never made."""
    event = Evento.objects.filter(entidade_id=None, tipo=KIND).order_by("-momento").first()
    if event is None:
        return None
    return Conferida(event.momento, int(event.detalhe["problemas"]), list(event.detalhe["onde"]))
