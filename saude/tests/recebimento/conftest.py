"""A worker beside the test, for what is received in the background."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def work() -> None:
    """The worker: what lies in the queue of lots."""
    from saude.recebimento.models import Bloco, Lote
    from saude.recebimento.tasks import dividir_lote, receber_bloco

    for lote in Lote.objects.exclude(estado__in=("concluido", "falhou")).exclude(arquivo=""):
        dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(feito_em=None):
        receber_bloco(bloco.pk)


@pytest.fixture
def trabalhar() -> Any:
    return work


@pytest.fixture
def trabalhando(settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[None]:
    """A worker in a thread, as long as the test lasts."""
    from django.db import connection

    settings.DADOS = tmp_path / "dados"
    stop = threading.Event()

    def run() -> None:
        try:
            while not stop.is_set():
                work()
                time.sleep(0.1)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join()
