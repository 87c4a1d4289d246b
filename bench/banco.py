"""A database for a benchmark: an embedded PostgreSQL of its own, durable, in a temporary folder (or BENCH_DADOS).

`preparar()` before anything of Django is imported.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def preparar() -> Path:
    chosen = os.environ.get("BENCH_DADOS")
    folder = Path(
        chosen or tempfile.mkdtemp(prefix="saude-bench-", dir=os.environ.get("BENCH_DIR", "/var/tmp"))
    )
    os.environ.update(SAUDE_DADOS=str(folder), DJANGO_SETTINGS_MODULE="saude.settings")
    os.environ.pop("SAUDE_TESTE", None)
    os.environ.pop("DATABASE_URL", None)
    import logging

    import django

    django.setup()
    logging.getLogger("saude").setLevel(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if not chosen:
        atexit.register(_apagar, folder, os.getpid())
    return folder


def _apagar(folder: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from django.db import connection

    from saude.banco.servidor import EmbeddedServer, stop_leftover

    connection.close()
    stop_leftover(EmbeddedServer(folder / "banco"))
    shutil.rmtree(folder, ignore_errors=True)


def municipio() -> Any:
    """The entidade of the synthetic municipality, with its posts, teams and professionals."""
    from ledi.sintetico.municipio import build
    from saude.recebimento.demo import registers

    return registers(build(1))


def arquivo(folder: Path, fichas: int) -> Path:
    """NDJSON of the demo mix, made once per folder and size."""
    from ledi.sintetico.gerador import gerar

    path = folder / f"demo-{fichas}.ndjson"
    if not path.exists():
        with open(path, "w", encoding="utf-8") as file:
            for record in gerar(semente=1, fichas=fichas, erros=0.06, app=0.0):
                file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    return path


_TRABALHAR = """
import sys, django
django.setup()
from django.core.management import call_command
print("pronto", flush=True)
call_command("trabalhar")
"""


class Trabalhadores:
    """Workers of the queue in processes of their own, as `saude trabalhar` runs them."""

    def __init__(self, n: int) -> None:
        command = [sys.executable, "-c", _TRABALHAR]
        self._all = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(n)]
        for worker in self._all:
            assert worker.stdout is not None
            worker.stdout.readline()
        time.sleep(1)  # its first look at the queue

    def parar(self) -> float:
        """Stop them in order; the CPU seconds they used."""
        import psutil

        spent = 0.0
        for worker in self._all:
            times = psutil.Process(worker.pid).cpu_times()
            spent += times.user + times.system
        for worker in self._all:
            worker.terminate()
        for worker in self._all:
            worker.wait(30)
        return spent


def esvaziar() -> None:
    """Every ficha out, so that the next run begins equal."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE fichas_ficha, fichas_conteudo, fichas_entrada, fichas_atendido, fichas_contagem, "
            "inconsistencias_inconsistencia, clientes_cliente, recebimento_registro, recebimento_bloco, "
            "recebimento_lote, exportacao_itemexportacao, exportacao_exportacao, procrastinate_jobs CASCADE"
        )
        cursor.execute("CHECKPOINT")


def servidor_cpu() -> float:
    """CPU seconds the PostgreSQL processes of this folder have used so far (live processes only)."""
    import psutil

    folder = str(Path(os.environ["SAUDE_DADOS"]) / "banco" / "pgdata")
    total = 0.0
    for process in _processes(psutil):
        try:
            if process.name().startswith("postgres") and process.cwd() == folder:
                times = process.cpu_times()
                total += times.user + times.system
        except psutil.Error:
            continue
    return total


def _processes(psutil: Any) -> Iterator[Any]:
    yield from psutil.process_iter()
