"""The site looks at the worker from time to time: one that stopped cannot say so itself."""

import logging
import threading

from django.db import Error, close_old_connections, connection

from saude.avisos.fontes import worker_stopped
from saude.avisos.reunir import round_of
from saude.banco.erros import EmbeddedServerError

log = logging.getLogger(__name__)
EVERY = 300  # seconds


def look() -> bool:
    """Without a worker the round of the notices is made here. Whether it was."""
    try:
        return worker_stopped() and round_of()
    except (Error, EmbeddedServerError) as error:  # the database restarts: looked at again
        log.warning("looking at the worker failed: %s", type(error).__name__)
        return False


def start(every: float = EVERY) -> threading.Event:
    """In a thread of its own that ends with the process, or when the event is set."""
    over = threading.Event()

    def keep_looking() -> None:
        while not over.wait(every):
            close_old_connections()
            look()
            connection.close()  # none is held while it sleeps

    threading.Thread(target=keep_looking, name="vigia", daemon=True).start()
    return over
