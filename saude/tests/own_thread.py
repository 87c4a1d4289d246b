"""A worker in a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections


def in_own_thread(work: Callable[[], object]) -> None:
    """A browser test before this one leaves an event loop running in this thread; a worker needs its own.

    Its threads end here and not with the process: they keep no connection between one job and the next.
    """

    def alone() -> None:
        try:
            work()
        finally:
            connections.close_all()  # this thread's

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
        pool.submit(alone).result()
