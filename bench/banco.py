"""A database for a benchmark: an embedded PostgreSQL of its own, durable, in a temporary folder (or BENCH_DADOS).

`preparar()` before anything of Django is imported.
"""

from __future__ import annotations

import atexit
import contextlib
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
    os.environ["SAUDE_SEGUNDO_FATOR"] = "opcional"  # benches enter as administrators, without a phone
    os.environ.pop("SAUDE_TESTE", None)
    os.environ.pop("DATABASE_URL", None)
    import logging

    import django

    django.setup()
    logging.getLogger("saude").setLevel(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from saude.banco.embutido.base import DatabaseWrapper

    DatabaseWrapper.works_as_owner = True  # this process empties and fills tables; sites and workers do not
    from django.db import connection

    connection.works_as_owner = True  # the migration left it as the application's
    connection.close()
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
    from ledi_gerador.municipio import build
    from saude.site.demo_producao import registers

    return registers(build(1))


def tabelas(entidade: Any) -> None:
    """CNES and SIGTAP of the municipality in force, so that every rule has what it asks for. Once."""
    from ledi_gerador import cnes_writer, sigtap_writer
    from ledi_gerador.municipio import HOJE, build
    from saude.atualizacao import actions
    from saude.atualizacao.demo import months_until
    from saude.referencias.models import Publicacao

    if Publicacao.objects.filter(entidade=entidade).exists():
        return
    town = build(1)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"cnes_{HOJE:%Y%m%d}.xml"
        cnes_writer.write(town, path, data=HOJE)
        actions.import_cnes_file(entidade=entidade, path=path, by="bench")
        for month in months_until(HOJE):
            actions.import_sigtap_file(
                path=sigtap_writer.write(town, Path(name), f"{month:%Y%m}"), by="bench"
            )


def arquivo(folder: Path, fichas: int) -> Path:
    """NDJSON of the demo mix, made once per folder and size."""
    from ledi_gerador.gerador import gerar

    path = folder / f"demo-{fichas}.ndjson"
    if not path.exists():
        with open(path, "w", encoding="utf-8") as file:
            for record in gerar(semente=1, fichas=fichas, erros=0.06, app=0.0):
                file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    return path


def entregar(entidade: Any, path: Path) -> Any:
    """A lot as the API takes it: spooled, kept, its division in the queue."""
    from saude.recebimento.actions import open_lote
    from saude.recebimento.models import Lote
    from saude.recebimento.spool import spool
    from saude.recebimento.tasks import dividir_lote, spool_folder

    with open(path, "rb") as file:
        kept = spool(file, spool_folder(), gzipped=False, limit=64 * 1024**3)
    lote = open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo=kept.arquivo,
        tamanho=kept.tamanho, sha256=kept.sha256,
    )  # fmt: skip
    dividir_lote.defer(lote_id=lote.pk)
    return lote


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
            if worker.stdout.readline() != b"pronto\n":
                self.parar()
                raise SystemExit("um trabalhador não começou")
        atexit.register(self._matar)
        self._esperar(n)

    def _esperar(self, n: int) -> None:
        """Until each has compiled its rules and has looked at the queue once."""
        from django.db import connection

        for _ in range(600):
            self.vivos()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 s'"
                )
                if cursor.fetchone()[0] >= n:
                    return time.sleep(0.5)
            time.sleep(0.1)
        self.parar()
        raise SystemExit("os trabalhadores não começaram")

    def vivos(self) -> None:
        """A worker that died, or a task that failed, would be waited for without end."""
        from django.db import connection

        if any(worker.poll() is not None for worker in self._all):
            raise SystemExit("um trabalhador morreu durante a medição")
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'failed' LIMIT 1")
            if failed := cursor.fetchone():
                raise SystemExit(f"uma tarefa falhou durante a medição: {failed[0]}")

    def _matar(self) -> None:
        for worker in self._all:
            if worker.poll() is None:
                worker.kill()

    def cpu(self) -> float:
        """CPU seconds they used so far, their start included."""
        import psutil

        spent = 0.0
        for worker in self._all:
            with contextlib.suppress(psutil.Error):
                times = psutil.Process(worker.pid).cpu_times()
                spent += times.user + times.system
        return spent

    def parar(self) -> float:
        """Stop them in order; the CPU seconds they used."""
        spent = self.cpu()
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
            "TRUNCATE fichas_ficha, fichas_aexportar, fichas_conteudo, fichas_entrada, fichas_atendido, "
            "fichas_contagem, fichas_contagemdaarea, inconsistencias_inconsistencia, clientes_cliente, "
            "recebimento_registro, recebimento_bloco, recebimento_lote, exportacao_itemexportacao, "
            "exportacao_exportacao, procrastinate_jobs CASCADE"
        )
        cursor.execute("CHECKPOINT")


def servidor_cpu() -> float:
    """CPU seconds the PostgreSQL processes of this folder have used so far, those that ended included."""
    import psutil

    folder = str(Path(os.environ["SAUDE_DADOS"]) / "banco" / "pgdata")
    total = 0.0
    for process in _processes(psutil):
        try:
            if process.name().startswith("postgres") and process.cwd() == folder:
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            continue
    return total


def _processes(psutil: Any) -> Iterator[Any]:
    yield from psutil.process_iter()


def multiplicar(n: int) -> None:
    """Copy the fichas stored (with content, entry, people and findings) until there are `n`: same sizes, new uuids."""
    from django.db import connection

    from saude.fichas.contagem_mantida import rebuild

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM fichas_ficha")
        have, top = cursor.fetchone()
        names = _columns(cursor, "fichas_ficha", {"id", "uuid", "substitui_id"})
        cursor.execute("ALTER TABLE fichas_ficha DISABLE TRIGGER USER")
        while have < n:
            take = min(have, n - have, 500_000)
            cursor.execute(f"CREATE TEMP TABLE de AS SELECT id FROM fichas_ficha ORDER BY id LIMIT {take}")
            cursor.execute(
                f"INSERT INTO fichas_ficha (id, uuid, {names}) "
                f"SELECT f.id + {top}, split_part(uuid, '-', 1) || '-' || gen_random_uuid(), {names} "
                "FROM fichas_ficha f JOIN de USING (id)"
            )
            _copies(cursor, top)
            cursor.execute("DROP TABLE de")
            have, top = have + take, top * 2
        cursor.execute("ALTER TABLE fichas_ficha ENABLE TRIGGER USER")
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('fichas_ficha', 'id'), max(id)) FROM fichas_ficha"
        )
        rebuild()
        cursor.execute("VACUUM ANALYZE")


def _copies(cursor: Any, top: int) -> None:
    cursor.execute(
        "INSERT INTO fichas_entrada (ficha_id, nome, dados, crc, tamanho, revisao_instalacao) "
        "SELECT f.id, f.uuid || '.esus', e.dados, e.crc, e.tamanho, e.revisao_instalacao FROM fichas_entrada e "
        f"JOIN de ON de.id = e.ficha_id JOIN fichas_ficha f ON f.id = e.ficha_id + {top}"
    )
    for table in ("fichas_conteudo", "fichas_atendido", "inconsistencias_inconsistencia"):
        names = _columns(cursor, table, {"id", "ficha_id"})
        cursor.execute(
            f"INSERT INTO {table} (ficha_id, {names}) SELECT t.ficha_id + {top}, {names} FROM {table} t "
            "JOIN de ON de.id = t.ficha_id"
        )


def _columns(cursor: Any, table: str, without: set[str]) -> str:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return ", ".join(sorted({row[0] for row in cursor.fetchall()} - without))
