"""The queue, as actions use it: a task is asked for by its name, so that nobody imports tasks to ask for work.

The names are a contract with the jobs that wait in the database: they never change.
"""

import contextlib
from typing import Any

from django.db import connection, transaction
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


def waiting(queue: str, *, at_most: int) -> int:
    """How many tasks wait in a queue, counted no further than that."""
    sql = (
        "SELECT count(*) FROM (SELECT 1 FROM procrastinate_jobs "
        "WHERE queue_name = %s AND status = 'todo' LIMIT %s) q"
    )
    return int(_rows(sql, queue, at_most)[0][0])


def alive(task: str, name: str, values: list[int]) -> bool:
    """Does one of these tasks (by the value of their argument `name`) wait, or is one being done?"""
    sql = (
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing') "
        "AND (args->>%s)::bigint = ANY(%s) LIMIT 1"
    )
    return bool(_rows(sql, task, name, values))


def depth() -> list[tuple[str, str, int]]:
    """(queue, status, tasks) of what waits (todo) and of what is being done (doing)."""
    return _rows(
        "SELECT queue_name, status::text, count(*) FROM procrastinate_jobs "
        "WHERE status IN ('todo', 'doing') GROUP BY 1, 2"
    )


def failures() -> list[tuple[str, int]]:
    """(queue, tasks) that failed for good."""
    return _rows("SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1")


def workers() -> int:
    """Workers that gave a sign of life just now."""
    sql = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
    return int(_rows(sql)[0][0])


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
