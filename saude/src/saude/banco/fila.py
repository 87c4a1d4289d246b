"""The queue, as actions use it: a task is asked for by its name, so that nobody imports tasks to ask for work.

The names are a contract with the jobs that wait in the database: they never change.
"""

import contextlib
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def enqueue(
    task: str, *, lock: str | None = None, queueing_lock: str | None = None, seconds: int = 0, **args: Any
) -> None:
    """Put a task in the queue, in the caller's transaction. `seconds`: not before so long."""
    options: dict[str, Any] = {"lock": lock, "queueing_lock": queueing_lock}
    if seconds:
        options["schedule_in"] = {"seconds": seconds}
    app.configure_task(task, allow_unknown=False, **options).defer(**args)


def enqueue_once(task: str, **options: Any) -> None:
    """The same, unless one with its `queueing_lock` waits already."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        enqueue(task, **options)
