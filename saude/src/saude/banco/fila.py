"""The queue, as actions use it: a task is asked for by its name, so that nobody imports tasks to ask for work.

The names are a contract with the jobs that wait in the database: they never change.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.tasks import Task

KEEPER = 1_000  # priority of what looks after the others: it waits for nobody


class Paciente(BaseRetryStrategy):
    """Again after 2, 4, 8… seconds, then every five minutes, for some two hours: a full disk is given time."""

    attempts, longest = 30, 300

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts >= self.attempts:
            return None
        return RetryDecision(retry_in={"seconds": min(2 ** (job.attempts + 1), self.longest)})


def keeper(
    name: str, *, queue: str, queueing_lock: str = ""
) -> Callable[[Callable[[int], None]], Task[..., None, ...]]:
    """Declares the task that looks, every minute, after the others of its queue: before them, one at a time waiting."""

    def declare(look: Callable[[int], None]) -> Task[..., None, ...]:
        lock = queueing_lock or name
        task = app.task(name=name, queue=queue, queueing_lock=lock, priority=KEEPER, pass_context=False)(look)
        return app.periodic(cron="* * * * *")(task)

    return declare


def enqueue(
    task: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    seconds: int = 0,
    priority: int = 0,
    **args: Any,
) -> None:
    """Put a task in the queue, in the caller's transaction. `seconds`: not before so long."""
    options: dict[str, Any] = {"lock": lock, "queueing_lock": queueing_lock, "priority": priority}
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


def without_task(task: str, arg: str, ids: Iterable[int]) -> dict[int, bool]:
    """Of these ids, those that no task waits for or works at; True: the last one failed for good."""
    if not (ids := list(ids)):
        return {}
    rows = _rows(
        "SELECT DISTINCT ON (i.id) i.id, coalesce(j.status = 'failed', false), "
        "bool_or(j.status IN ('todo', 'doing')) OVER (PARTITION BY i.id) "
        "FROM unnest(%s::bigint[]) AS i(id) LEFT JOIN procrastinate_jobs j "
        "ON j.task_name = %s AND (j.args->>%s)::bigint = i.id ORDER BY i.id, j.id DESC",
        ids, task, arg,
    )  # fmt: skip
    return {pk: failed for pk, failed, lives in rows if not lives}


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


@dataclass(frozen=True)
class Tarefa:
    """A job, without its arguments: they may name what only its entidade may see."""

    id: int
    nome: str
    fila: str
    estado: str
    tentativas: int
    desde: datetime | None


def jobs(states: Sequence[str], *, at_most: int) -> list[Tarefa]:
    """The newest that are in one of these states of the queue (todo, doing, failed)."""
    sql = (
        "SELECT j.id, j.task_name, j.queue_name, j.status::text, j.attempts, max(e.at) "
        "FROM (SELECT * FROM procrastinate_jobs WHERE status::text = ANY(%s) ORDER BY id DESC LIMIT %s) j "
        "LEFT JOIN procrastinate_events e ON e.job_id = j.id GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC"
    )
    return [Tarefa(*row) for row in _rows(sql, list(states), at_most)]


def ask_again(job_id: int) -> bool:
    """A job that failed for good, put back as one that waits; False: it is none (any more)."""
    with transaction.atomic():
        found = _rows(
            "SELECT 1 FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE", job_id
        )
        if found:
            _rows("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", job_id)
    return bool(found)


def cancel(job_id: int) -> bool:
    """A job that waits is not done; one that runs is left to end. False: it does not wait (any more)."""
    return _rows("SELECT procrastinate_cancel_job_v1(%s, false, false)", job_id)[0][0] is not None


def oldest_waiting() -> float:
    """Seconds that the oldest job which may be done now has waited."""
    sql = (
        "SELECT coalesce(extract(epoch FROM now() - min(coalesce(j.scheduled_at, e.at))), 0) "
        "FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' "
        "WHERE j.status = 'todo' AND coalesce(j.scheduled_at, now()) <= now()"
    )
    return float(_rows(sql)[0][0])


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Any] = cursor.fetchall()
    return found
