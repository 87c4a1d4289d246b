"""`saude trabalhar`: the worker of the queue; first it takes back the jobs of workers that died."""

import asyncio
import contextlib
import gc
import logging
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandParser
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from saude.fichas.processing import prepare

log = logging.getLogger(__name__)

#: a worker without a heartbeat for this long is dead; its jobs are run again
DEAD_AFTER = 20
HEARTBEAT = 5
LOOK_EVERY = 10


class Command(BaseCommand):
    help = "Executa as tarefas em segundo plano (exportar, reprocessar)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--simultaneas", type=int, default=1, help="tarefas ao mesmo tempo")
        parser.add_argument("--ate-esvaziar", action="store_true", help="termina quando a fila esvazia")

    def handle(self, *args: Any, simultaneas: int, ate_esvaziar: bool, **options: Any) -> None:
        prepare()
        _collect_less()
        connector = cast(DjangoConnector, django_app.connector)
        with django_app.replace_connector(connector.get_worker_connector()) as app:
            asyncio.run(_work(app, simultaneas, wait=not ate_esvaziar))


def _collect_less() -> None:
    """A block makes and drops hundreds of thousands of objects without cycles: looking for cycles among them
    was a tenth of its time. What the start loaded is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


async def _work(app: App, concurrency: int, *, wait: bool) -> None:
    async with app.open_async():
        await _take_back(app)
        watch = asyncio.create_task(_keep_taking_back(app))
        try:
            await app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
            )
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch


async def _take_back(app: App) -> None:
    """Each for itself: what cannot be taken back now is looked at again, and hinders neither the others nor the
    start."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # one of its kind waits already and does the same work
            await app.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
        except Exception as error:
            log.warning("taking back a job failed: %s", type(error).__name__)


async def _keep_taking_back(app: App) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await _take_back(app)
        except Exception as error:  # the server restarts: whoever dies is taken back at the next look
            log.warning("looking for the jobs of dead workers failed: %s", type(error).__name__)
