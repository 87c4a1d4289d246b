"""Why a task that waits has not begun and since when, in words for who asked for it.

Every page that follows a task takes `waits` into its context and `partials/espera.html` into its moving part.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from saude.banco import fila

NOBODY = "Nenhum trabalhador está ativo no servidor: começa sozinho quando ele voltar. Avise quem cuida do servidor."
LOST = "O pedido não está na fila; o sistema o repõe em um minuto."
SAME = "Outro trabalho igual do município está sendo feito: este começa quando aquele terminar."
SOON = "Começa em instantes."


def waits(task: str, arg: str, ids: Iterable[int], *, asked: datetime | None) -> dict[str, Any]:
    """For a page: why these wait, and since when (`asked`: what the page knows, where the queue knows no more)."""
    if not (wanted := list(ids)):
        return {"porque_espera": ""}
    reason = why(task, arg, wanted)
    return {"porque_espera": reason, "desde_espera": (_since(task, arg, wanted) or asked) if reason else None}


def why(task: str, arg: str, ids: list[int]) -> str:
    """Of the tasks with one of these values of their argument `arg`; "" when one is being done."""
    alive = fila.workers() > 0
    row = _oldest(task, arg, ids)
    if row is None:
        return LOST if alive else NOBODY
    job, status, lock, scheduled, attempts = row
    if not alive:
        return NOBODY
    if status == "doing":
        return ""
    if scheduled and scheduled > timezone.now():
        if not attempts:  # in case that who does it now dies
            return ""
        return f"A última tentativa falhou; será tentado de novo às {timezone.localtime(scheduled):%H:%M}."
    if lock and _one("SELECT 1 FROM procrastinate_jobs WHERE lock = %s AND status = 'doing'", lock):
        return SAME
    ahead = _one(
        "SELECT count(*) FROM procrastinate_jobs o, procrastinate_jobs me WHERE me.id = %s AND o.status = 'todo' "
        "AND (o.scheduled_at IS NULL OR o.scheduled_at <= now()) "
        "AND (o.priority > me.priority OR (o.priority = me.priority AND o.id < me.id))",
        job,
    )
    busy = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
    before = int(ahead[0]) + int(busy[0]) if ahead and busy else 0
    if not before:
        return SOON
    return "Há 1 tarefa na frente." if before == 1 else f"Há {before:,} tarefas na frente.".replace(",", ".")


def _since(task: str, arg: str, ids: list[int]) -> datetime | None:
    row = _one(
        "SELECT min(e.at) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id "
        "AND e.type = 'deferred' WHERE j.task_name = %s AND j.status = 'todo' "
        "AND (j.args->>%s)::bigint = ANY(%s)",
        task, arg, ids,
    )  # fmt: skip
    return row[0] if row else None


def _oldest(task: str, arg: str, ids: list[int]) -> Any:
    return _one(
        "SELECT id, status::text, lock, scheduled_at, attempts FROM procrastinate_jobs WHERE task_name = %s "
        "AND status IN ('todo', 'doing') AND (args->>%s)::bigint = ANY(%s) "
        "ORDER BY (status = 'doing') DESC, id LIMIT 1",
        task, arg, ids,
    )  # fmt: skip


def _one(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
