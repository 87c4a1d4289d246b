"""What waits has somebody who works at it, or says that it failed and can be asked for again."""

import errno
import json

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from producao import FIM, INICIO, quebrado, receber, registro

from saude.banco.fila import Paciente
from saude.contas.actions import create_token
from saude.exportacao import actions as exportacao
from saude.exportacao.models import Exportacao
from saude.fichas.filtro import Filtro
from saude.fichas.models import Reprocessamento
from saude.processamento import vigia as vigia_fichas
from saude.processamento.em_massa import reprocess_block, start_reprocess
from saude.recebimento import actions, spool, tasks, vigia
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco, spool_folder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path, monkeypatch):
    settings.DADOS = tmp_path
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)


@pytest.fixture
def cabecalho(entidade):
    return {"Authorization": f"Bearer {create_token(by='teste', entidade=entidade, nome='x')[1]}"}


@pytest.fixture
def lote(client, cabecalho):
    body = b"".join(json.dumps(registro()).encode() + b"\n" for _ in range(6))
    client.post("/api/v1/lotes", body, content_type="application/x-ndjson", headers=cabecalho)
    return Lote.objects.get()


def jobs(**which):
    return ProcrastinateJob.objects.filter(**which)


def put(status, **which):
    """The jobs as a worker would have left them."""
    ids = list(jobs(**which).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for pk in ids:
            if status is None:
                cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [pk])
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [pk])
            else:
                cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, pk])


def finish(lote):
    for bloco in Bloco.objects.filter(lote=lote):
        receber_bloco(bloco.pk)
    lote.refresh_from_db()


def test_waits_grow_to_minutes_and_last_for_hours():
    class Tried:
        attempts = 0

    waits = []
    for Tried.attempts in range(Paciente.attempts):
        decision = Paciente().get_retry_decision(exception=OSError(), job=Tried())
        waits.append((decision.retry_at - timezone.now()).total_seconds())
    assert waits[0] < 3 and 290 < waits[-1] <= 300
    assert sum(waits) > 3600
    Tried.attempts = Paciente.attempts
    assert Paciente().get_retry_decision(exception=OSError(), job=Tried()) is None


def test_lost_tasks_of_a_lot_are_asked_for_again(lote):
    put(None, task_name="recebimento.dividir_lote")
    vigia.watch(spool_folder())
    assert jobs(task_name="recebimento.dividir_lote", status="todo").count() == 1
    dividir_lote(lote.pk)
    put("succeeded", task_name="recebimento.dividir_lote")
    put(None, task_name="recebimento.receber_bloco")
    for _ in range(2):  # and only once
        vigia.watch(spool_folder())
        assert jobs(task_name="recebimento.receber_bloco", status="todo").count() == 3
    finish(lote)
    assert (lote.estado, lote.novos) == ("concluido", 6)


def test_killed_before_the_closing(lote, monkeypatch):
    dividir_lote(lote.pk)
    monkeypatch.setattr(actions, "close_if_done", lambda *a: None)
    finish(lote)
    put("succeeded", task_name="recebimento.receber_bloco")
    assert lote.estado == "processando"
    monkeypatch.undo()
    vigia.watch(spool_folder())
    lote.refresh_from_db()
    assert (lote.estado, lote.novos) == ("concluido", 6)


def test_a_full_disk_is_told_and_when_it_lasts_the_lot_fails_and_is_asked_for_again(
    lote, client, cabecalho, monkeypatch
):
    dividir_lote(lote.pk)
    put("succeeded", task_name="recebimento.dividir_lote")

    def full(*args):
        raise OSError(errno.ENOSPC, "cheio")

    monkeypatch.setattr(tasks.actions, "take_block", full)
    with pytest.raises(OSError):
        receber_bloco(Bloco.objects.first().pk)
    where = f"/api/v1/lotes/{lote.uuid}"
    seen = client.get(where, headers=cabecalho).json()
    assert (seen["estado"], seen["erro"]) == ("processando", "Falta espaço em disco. Será tentado de novo.")
    put("failed", task_name="recebimento.receber_bloco")
    vigia.watch(spool_folder())
    seen = client.get(where, headers=cabecalho).json()
    assert seen["estado"] == "falhou"
    assert seen["erro"].startswith("Falta espaço em disco. O lote parou depois de muitas tentativas")
    monkeypatch.undo()
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)
    assert client.post(f"{where}/repetir", headers=cabecalho).status_code == 202
    assert jobs(task_name="recebimento.receber_bloco", status="todo").count() == 3
    vigia.watch(spool_folder())
    finish(lote)
    assert (lote.estado, lote.novos, lote.erro) == ("concluido", 6, "")
    assert client.post(f"{where}/repetir", headers=cabecalho).status_code == 409


def test_another_municipality_asks_for_nothing(lote, client, outra_entidade):
    secret = create_token(by="teste", entidade=outra_entidade, nome="x")[1]
    Lote.objects.update(estado="falhou")
    answer = client.post(f"/api/v1/lotes/{lote.uuid}/repetir", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 404
    lote.refresh_from_db()
    assert lote.estado == "falhou"


def test_a_reprocessing_is_closed_revived_or_failed_and_never_handed_back_dead(
    entidade, criar_usuario, client, monkeypatch
):
    receber(entidade, quebrado(), quebrado())
    job = start_reprocess(entidade=entidade, filtro=Filtro(), by="teste")
    put(None, task_name="fichas.reprocessar_bloco")
    assert start_reprocess(entidade=entidade, filtro=Filtro(), by="teste").pk == job.pk
    assert jobs(task_name="fichas.reprocessar_bloco", status="todo").count() == 1
    put("failed", task_name="fichas.reprocessar_bloco")
    vigia_fichas.watch()
    job.refresh_from_db()
    assert (job.estado, "peça de novo" in job.erro) == ("falhou", True)
    other = start_reprocess(entidade=entidade, filtro=Filtro(), by="teste")
    assert other.pk != job.pk

    client.force_login(criar_usuario("Administrador"))
    page = f"/executando/sistema/exportacao/reprocessamentos/{job.pk}/"
    assert "Pedir de novo" in client.get(page).content.decode()
    client.post(f"{page}repetir/")
    job.refresh_from_db()
    assert job.estado == "rodando"
    put("succeeded", task_name="fichas.reprocessar_bloco")
    monkeypatch.setattr("saude.processamento.em_massa.close_if_done", lambda pk: None)  # killed there
    reprocess_block(job.blocos.get().pk)
    monkeypatch.undo()
    vigia_fichas.watch()
    job.refresh_from_db()
    assert (job.estado, job.feitas) == ("concluido", 2)
    assert Reprocessamento.objects.get(pk=other.pk).estado == "rodando"


def test_an_export_without_a_task(entidade):
    receber(entidade, registro())
    row = exportacao.create_export(
        entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by="teste"
    )
    put(None, task_name="exportacao.gerar")
    exportacao.watch()
    assert jobs(task_name="exportacao.gerar", status="todo").count() == 1
    put("failed", task_name="exportacao.gerar")
    Exportacao.objects.update(estado="gerando")
    exportacao.watch()
    row.refresh_from_db()
    assert row.estado == "falhou" and row.erro
    exportacao.retry_export(exportacao=row, by="teste")
    exportacao.run_export(row.pk)
    row.refresh_from_db()
    assert (row.estado, row.total) == ("concluida", 1)
