"""Real faults: a full disk, a killed worker, two at once, a restarted server, a clock that goes back.

After each: nothing lost, nothing twice, and the user is told. (kill -9 in the middle of an export:
tests/exportacao/test_queda.py.)
"""

import os
import random
import signal
import threading
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from producao import FIM, INICIO, exportar, quebrado, receber, registro, zip_de
from trabalhador_devagar import DEVAGAR

from saude.exportacao import actions
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.contagem_mantida import differences
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha, Reprocessamento
from saude.processamento.em_massa import start_reprocess
from saude.recebimento import actions as recebimento
from saude.recebimento.models import Lote, Registro

pytestmark = [pytest.mark.lento, pytest.mark.django_db(transaction=True)]


def esperar(what: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def _situations() -> set[str]:
    return set(Ficha.objects.values_list("situacao", flat=True))


def _whole(export: Exportacao, n: int) -> None:
    """One complete zip, every ficha in it once."""
    with zipfile.ZipFile(zip_de(export)) as package:
        assert package.testzip() is None
        names = package.namelist()
    assert len(names) == len(set(names)) == export.total == n


def test_disk_full_marks_nothing_tells_the_user_and_works_after_space_is_freed(entidade, disco_pequeno):
    receber(entidade, *[registro() for _ in range(300)])
    stuffing = disco_pequeno / "outro"
    stuffing.write_bytes(os.urandom(100 * 1024))
    failed = exportar(entidade)
    assert (failed.estado, failed.erro) == ("falhou", actions.DISK)
    assert _situations() == {"processada"}
    assert not ItemExportacao.objects.exists()
    assert [p.name for p in disco_pequeno.rglob("*") if p.is_file()] == ["outro"]
    stuffing.unlink()
    os.system(f"mount -o remount,size=4m {disco_pequeno}")
    actions.retry_export(exportacao=failed, by=None)
    done = actions.run_export(failed.pk)
    assert done.estado == "concluida"
    _whole(done, 300)
    assert _situations() == {"exportada"}


def _lote(entidade: Any, folder: Path, records: list[Any]) -> Lote:
    import io
    import json

    from saude.recebimento.spool import spool
    from saude.recebimento.tasks import dividir_lote, spool_folder

    text = "\n".join(json.dumps(r) for r in records).encode()
    kept = spool(io.BytesIO(text), spool_folder(), gzipped=False, limit=1 << 30)
    lote = recebimento.open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo=kept.arquivo,
        tamanho=kept.tamanho, sha256=kept.sha256,
    )  # fmt: skip
    dividir_lote.defer(lote_id=lote.pk)
    return lote


SMALL_BLOCKS = """
import django
django.setup()
import saude.recebimento.spool as spool, saude.processamento.em_massa as mass
spool.BLOCK_LINES = 20
"""


def test_intake_survives_workers_killed_again_and_again(entidade, trabalhador, tmp_path):
    """kill -9 at random moments while a lot is taken in: every record is stored and answered once."""
    records = [random.Random(n).choice([registro, quebrado])() for n in range(400)]
    lote = _lote(entidade, tmp_path, records)
    rng = random.Random(7)
    for _ in range(3):
        victim = trabalhador(SMALL_BLOCKS)
        esperar(lambda: Registro.objects.filter(lote=lote).exists())
        time.sleep(rng.uniform(0.0, 0.15))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    trabalhador(SMALL_BLOCKS)
    trabalhador(SMALL_BLOCKS)
    esperar(lambda: Lote.objects.get(pk=lote.pk).estado == "concluido")
    lote.refresh_from_db()
    assert (lote.lidos, lote.novos, lote.recusados) == (400, 400, 0)
    positions = list(Registro.objects.filter(lote=lote).order_by("posicao").values_list("posicao", flat=True))
    assert positions == list(range(1, 401))
    assert set(Ficha.objects.values_list("uuid", flat=True)) == {r["uuid"] for r in records}
    assert differences() == []


def test_reprocessing_survives_workers_killed_again_and_again(entidade, trabalhador, monkeypatch):
    """kill -9 at random moments of a mass reprocessing: each ficha is judged and counted once."""
    from saude.processamento import em_massa

    receber(entidade, *[registro(origem="app") for _ in range(300)])
    assert _situations() == {"pendente"}
    monkeypatch.setattr(em_massa, "BLOCK", 10)
    job = start_reprocess(entidade=entidade, filtro=Filtro(situacao="pendente"), by="teste")
    rng = random.Random(11)
    for _ in range(3):
        before = Reprocessamento.objects.get(pk=job.pk).feitas
        victim = trabalhador(DEVAGAR)
        esperar(lambda before=before: Reprocessamento.objects.get(pk=job.pk).feitas > before)
        time.sleep(rng.uniform(0.0, 0.1))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        done = Reprocessamento.objects.get(pk=job.pk).feitas
        assert (
            Ficha.objects.filter(situacao="processada").count() == done
        )  # a block is done whole or not at all
    assert done < 300
    trabalhador()
    trabalhador()
    esperar(lambda: Reprocessamento.objects.get(pk=job.pk).estado == "concluido")
    job.refresh_from_db()
    assert (job.total, job.feitas, job.processadas, job.inconsistentes) == (300, 300, 300, 0)
    assert _situations() == {"processada"}
    assert differences() == []


def test_two_workers_on_one_task_do_it_once(entidade):
    """The same block of a reprocessing, and the same export, run by two at the same moment."""
    from saude.processamento.em_massa import reprocess_block

    receber(entidade, *[registro() for _ in range(30)])
    job = start_reprocess(entidade=entidade, filtro=Filtro(), by="teste")
    block = job.blocos.get() if hasattr(job, "blocos") else job.blocoreprocessamento_set.get()
    _together(4, lambda: reprocess_block(block.pk))
    job = Reprocessamento.objects.get(pk=job.pk)
    assert (job.estado, job.total, job.feitas) == ("concluido", 30, 30)
    export = actions.create_export(
        entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by=None
    )
    _together(4, lambda: actions.run_export(export.pk))
    export.refresh_from_db()
    assert export.tentativas == 1
    _whole(export, 30)
    assert ItemExportacao.objects.count() == 30


def test_ten_exports_at_once_send_each_ficha_once(entidade):
    """Ten people ask (each by a choice of their own) and all run at the same moment."""
    receber(entidade, *[registro() for _ in range(50)])
    asked = [
        actions.create_export(
            entidade=entidade, escopo="nao_exportados", inicio=INICIO - timedelta(days=n), fim=FIM, by=None
        )
        for n in range(10)
    ]
    again = actions.create_export(entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by=None)
    assert again.pk == asked[0].pk  # the same question is the same export
    _each([lambda pk=e.pk: actions.run_export(pk) for e in asked])
    states = sorted(Exportacao.objects.values_list("estado", flat=True))
    assert states == ["concluida"] + ["vazia"] * 9  # and the nine say that nothing was left
    _whole(Exportacao.objects.get(estado="concluida"), 50)
    assert ItemExportacao.objects.count() == ItemExportacao.objects.values("ficha").distinct().count() == 50
    assert differences() == []


def test_a_server_that_cuts_every_connection_under_load(entidade, trabalhador, tmp_path):
    """As a restart does to its clients: every backend of the database ends, again and again, while a lot is
    taken in. The workers go on, or die and others take over; nothing is lost or twice."""
    records = [registro() for _ in range(300)]
    lote = _lote(entidade, tmp_path, records)
    workers = [trabalhador(SMALL_BLOCKS)]
    esperar(lambda: Registro.objects.filter(lote=lote).exists())
    for _ in range(3):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        time.sleep(0.3)
        if workers[-1].poll() is not None:
            workers.append(trabalhador(SMALL_BLOCKS))
    workers.append(trabalhador(SMALL_BLOCKS))
    esperar(lambda: Lote.objects.get(pk=lote.pk).estado == "concluido")
    lote.refresh_from_db()
    assert (lote.lidos, lote.novos) == (300, 300)
    assert Ficha.objects.count() == Registro.objects.filter(lote=lote).count() == 300
    assert differences() == []


def test_a_clock_that_goes_back_loses_nothing(entidade, monkeypatch):
    """The machine's clock jumps a day back between intake, correction and export."""
    receber(entidade, *[registro() for _ in range(5)])
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(days=1))
    same = registro()
    assert [a.status for a in receber(entidade, same)] == ["novo"]
    same["ficha"]["visitasDomiciliares"][0]["desfecho"] = 1
    same["ficha"]["visitasDomiciliares"][0]["turno"] = 2
    [answer] = receber(entidade, same)
    assert (answer.status, answer.situacao) == ("substituida", "processada")
    done = exportar(entidade)
    assert done.estado == "concluida"
    _whole(done, 6)
    again = exportar_de_novo(entidade)
    assert again is None  # what went does not go twice
    assert differences() == []


def exportar_de_novo(entidade: Any) -> Any:
    try:
        return exportar(entidade)
    except actions.NothingToExport:
        return None


def _together(n: int, work: Any) -> None:
    _each([work] * n)


def _each(jobs: list[Any]) -> None:
    errors: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Any) -> None:
        try:
            gate.wait(120)
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert errors == []
