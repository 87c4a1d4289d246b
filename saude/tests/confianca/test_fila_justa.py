"""A huge lot of one municipality and the small one of another; what amplifies is bounded."""

import gzip
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from producao import registro

from saude.banco.fila import enqueue
from saude.cadastros.models import Entidade
from saude.contas.actions import create_token
from saude.recebimento import actions, limits, spool
from saude.recebimento.models import Bloco, Lote, Registro
from saude.recebimento.storage import fair_start
from saude.recebimento.tasks import dividir_lote, receber_bloco, spool_folder

pytestmark = pytest.mark.django_db(transaction=True)
LOTS = "/api/v1/lotes"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path, monkeypatch):
    settings.DADOS = tmp_path
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)


@pytest.fixture
def enviar(client, entidade):
    def send(body: bytes, *, a: Entidade = entidade, **headers: str) -> Any:
        _, secret = create_token(by="teste", entidade=a, nome="fornecedor")
        return client.post(
            LOTS,
            body,
            content_type="application/x-ndjson",
            headers={"Authorization": f"Bearer {secret}"} | headers,
        )

    return send


def lines(*records: Any) -> bytes:
    return b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in records)


def next_lots(n: int) -> list[int]:
    """The lots of the blocks that workers would take next, each taken out of the queue."""
    order = []
    for _ in range(n):
        job = ProcrastinateJob.objects.filter(status="todo", task_name="recebimento.receber_bloco").order_by(
            "-priority", "id"
        )[0]
        order.append(Bloco.objects.get(pk=job.args["bloco_id"]).lote_id)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk])
    return order


def test_a_small_lot_is_done_while_a_huge_one_runs(enviar, entidade, outra_entidade):
    enviar(lines(*[{}] * 80))
    huge = Lote.objects.get(entidade=entidade)
    dividir_lote(huge.pk)
    assert next_lots(10) == [huge.pk] * 10
    enviar(lines(*[{}] * 6), a=outra_entidade)
    small = Lote.objects.get(entidade=outra_entidade)
    dividir_lote(small.pk)
    assert sorted(next_lots(6)) == sorted([huge.pk, small.pk] * 3)
    enviar(lines(*[{}] * 6))  # of the same entidade: behind its own
    second = Lote.objects.filter(entidade=entidade).last()
    dividir_lote(second.pk)
    assert next_lots(30) == [huge.pk] * 27 + [second.pk] * 3


def test_nobody_starves_behind_who_comes_again_and_again(enviar, entidade, outra_entidade):
    enviar(lines(*[{}] * 20))
    dividir_lote(Lote.objects.get(entidade=entidade).pk)
    mine = 0
    for _ in range(10):
        enviar(lines({}, {}), a=outra_entidade)
        dividir_lote(Lote.objects.filter(entidade=outra_entidade).last().pk)
        mine += sum(Lote.objects.get(pk=pk).entidade_id == entidade.pk for pk in next_lots(2))
    assert mine >= 9


def test_a_queue_that_is_full_is_full_for_its_own_entidade(enviar, outra_entidade, monkeypatch):
    monkeypatch.setattr(limits, "MAX_WAITING", 3)
    enviar(lines(*[{}] * 8))
    dividir_lote(Lote.objects.get().pk)
    answer = enviar(lines({}))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert enviar(lines({}), a=outra_entidade).status_code == 202


def test_the_limits_are_those_that_are_promised():
    """The tests beside this one lower them, to be quick."""
    assert (limits.ALL_REFUSED, limits.KEPT_REFUSALS, spool.MAX_RATIO) == (10_000, 1_000, 200)
    code = "from saude import settings; print(settings.LOTE_REGISTROS)"
    env = {k: v for k, v in os.environ.items() if k != "SAUDE_LOTE_REGISTROS"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "1000000\n"


def test_a_lot_has_so_many_records(enviar, settings):
    settings.LOTE_REGISTROS = 10
    answer = enviar(lines(*[{}] * 11))
    assert answer.status_code == 413
    assert "mais de 10 linhas" in answer.json()["detail"]
    assert enviar(gzip.compress(lines(*[{}] * 11)), **{"Content-Encoding": "gzip"}).status_code == 413
    assert not list(spool_folder().iterdir())
    assert enviar(lines(*[{}] * 10)).status_code == 202


def test_a_gzip_expands_two_hundred_times_after_the_first_megabyte(enviar):
    packed = gzip.compress(b" " * 3_000_000 + b"\n")
    assert len(packed) * 200 + 1024**2 < 3_000_000
    answer = enviar(packed, **{"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    assert "expande" in answer.json()["detail"]
    assert not list(spool_folder().iterdir())


def run(lote: Lote) -> None:
    dividir_lote(lote.pk)
    for bloco in lote.blocos.order_by("pk"):
        receber_bloco(bloco.pk)
    lote.refresh_from_db()


def test_refusals_are_counted_by_cause_and_the_first_are_kept(enviar, monkeypatch):
    monkeypatch.setattr("saude.recebimento.intake.KEPT_REFUSALS", 5)
    enviar(lines(*[b"{", {"tipo": "FVD"}] * 6, registro(), registro()))
    lote = Lote.objects.get()
    run(lote)
    assert (lote.estado, lote.lidos, lote.novos, lote.recusados) == ("concluido", 14, 2, 12)
    assert sum(lote.causas.values()) == 12
    assert lote.causas["REGISTRO-json-formato"] == 6
    assert Registro.objects.filter(lote=lote, status="recusado").count() == 5
    assert Registro.objects.filter(lote=lote, status="novo").count() == 2


def test_a_lot_whose_first_records_are_all_refused_stops(enviar, client, entidade, monkeypatch):
    monkeypatch.setattr(limits, "ALL_REFUSED", 6)
    enviar(lines(*[{}] * 20))
    lote = Lote.objects.get()
    run(lote)
    assert (lote.estado, lote.lidos) == ("falhou", 6)
    assert "todos recusados" in lote.erro
    _, secret = create_token(by="teste", entidade=entidade, nome="outro")
    again = client.post(f"{LOTS}/{lote.uuid}/repetir", headers={"Authorization": f"Bearer {secret}"})
    assert again.status_code == 409
    seen = client.get(f"{LOTS}/{lote.uuid}", headers={"Authorization": f"Bearer {secret}"}).json()
    assert sum(seen["recusas_por_causa"].values()) == 6


def test_one_good_record_and_a_lot_goes_on(enviar, monkeypatch):
    monkeypatch.setattr(limits, "ALL_REFUSED", 6)
    enviar(lines({}, registro(), *[{}] * 18))
    lote = Lote.objects.get()
    run(lote)
    assert (lote.estado, lote.lidos, lote.novos) == ("concluido", 20, 1)


def test_turns_begin_anew_when_nobody_waits(entidade):
    assert fair_start(entidade.pk) == 0
    enqueue("recebimento.receber_bloco", priority=-50, bloco_id=0)  # of nobody
    assert fair_start(entidade.pk) == 0
    assert actions.ALL_REFUSED
