"""The page of who keeps the installation: the worker, the queue, the copies, the disk."""

import os
import time

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from saude.auditoria.models import Evento
from saude.banco import fila
from saude.recebimento.models import Lote
from saude.site.tarefas import NOMES, name_of


@pytest.fixture
def keeper(client, criar_usuario):
    from saude.contas.actions import set_rules_installation

    user = criar_usuario("Administrador")
    set_rules_installation(by="teste", usuario=user, sim=True)
    client.force_login(user)
    return client


def job(status: str) -> int:
    fila.enqueue("auditoria.selar", timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status RETURNING id", [status]
        )
        return int(cursor.fetchone()[0])


def status(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [pk])
        return str(cursor.fetchone()[0])


def test_without_worker_and_copies_it_says_what_to_do(keeper, monkeypatch):
    monkeypatch.delenv("SAUDE_COPIAS", raising=False)
    page = keeper.get("/servico/").content.decode()
    assert "saude trabalhar" in page and "SAUDE_COPIAS" in page
    answer = keeper.get("/saude/pronta").json()
    assert answer == {"situacao": "pronta", "trabalhador": "parado", "trabalhadores": 0, "fila": 0}


def test_a_live_worker_is_seen(keeper):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    job("todo")
    assert keeper.get("/saude/pronta").json() == {
        "situacao": "pronta", "trabalhador": "ativo", "trabalhadores": 1, "fila": 1,
    }  # fmt: skip
    assert "sinal de vida:" not in keeper.get("/servico/").content.decode()


def test_what_failed_is_asked_for_again_once(keeper):
    pk = job("failed")
    assert "auditoria.selar" in keeper.get("/servico/").content.decode()
    keeper.post(f"/servico/tarefas/{pk}/repetir/")
    assert status(pk) == "todo"
    again = keeper.post(f"/servico/tarefas/{pk}/repetir/", follow=True)
    assert "já não está entre as que falharam" in again.content.decode()
    assert Evento.objects.filter(tipo="tarefa.repetida").count() == 1


def test_what_waits_is_cancelled_and_what_runs_is_left(keeper):
    pk = job("todo")
    keeper.post(f"/servico/tarefas/{pk}/cancelar/")
    assert status(pk) == "cancelled"
    job("doing")
    running = keeper.post(f"/servico/tarefas/{pk}/cancelar/", follow=True)
    assert "já começou ou acabou" in running.content.decode() and status(pk) == "doing"


def test_old_copies_and_a_full_disk_are_told(keeper, monkeypatch, tmp_path):
    monkeypatch.setenv("SAUDE_COPIAS", str(tmp_path))
    assert "não existe" in keeper.get("/servico/").content.decode()
    copy = tmp_path / "saude-20260101T000000Z.saude"
    copy.write_bytes(b"x")
    (tmp_path / ".saude-20260102T000000Z.saude.parcial").write_bytes(
        b"x"
    )  # one that did not end does not count
    assert "A última cópia boa" not in keeper.get("/servico/").content.decode()
    old = time.time() - 3 * 86_400
    os.utime(copy, (old, old))
    monkeypatch.setattr("saude.copias.agenda.free", lambda: 1000)
    page = keeper.get("/servico/").content.decode()
    assert "A última cópia boa" in page and "pouco espaço" in page


def test_who_administers_an_entidade_only_does_not_open_it(client, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    assert client.get("/servico/").status_code == 403


def lot(entidade, state: str, why: str = "") -> Lote:
    said = {
        "origem": "api",
        "formato": "ndjson",
        "arquivo": "x.ndjson",
        "tamanho": 9,
        "posicao": 9,
        "sha256": "",
    }
    return Lote.objects.create(entidade=entidade, estado=state, erro=why, **said)


def test_a_lot_that_failed_is_seen_asked_for_again_or_given_up_by_who_keeps_the_installation(
    keeper, outra_entidade
):
    """Of any entidade, without anything of what is in it."""
    failed = lot(outra_entidade, "falhou", "Falta espaço em disco. O lote parou.")
    page = keeper.get("/servico/").content.decode()
    assert "Rio Branco" in page and "Falta espaço em disco." in page and "x.ndjson" not in page
    keeper.post(f"/servico/lotes/{failed.pk}/repetir/")
    failed.refresh_from_db()
    assert (failed.estado, failed.erro) == ("processando", "")
    assert (
        "já não está entre os que falharam"
        in keeper.post(f"/servico/lotes/{failed.pk}/repetir/", follow=True).content.decode()
    )
    keeper.post(f"/servico/lotes/{failed.pk}/cancelar/")
    failed.refresh_from_db()
    assert failed.estado == "falhou" and "cancelado" in failed.erro
    page = keeper.post(f"/servico/lotes/{failed.pk}/cancelar/", follow=True).content.decode()
    assert "já foi concluído, ou cancelado" in page and "Rio Branco, nº" not in page
    kinds = (
        Evento.objects.filter(tipo__startswith="recebimento.")
        .order_by("pk")
        .values_list("tipo", "entidade_id")
    )
    assert list(kinds) == [
        ("recebimento.repetido", outra_entidade.pk), ("recebimento.cancelado", outra_entidade.pk)
    ]  # fmt: skip


def test_a_lot_that_waits_is_cancelled_and_one_that_is_done_is_left(keeper, entidade):
    waits, done = lot(entidade, "recebido"), lot(entidade, "concluido")
    assert "Lotes na fila" in keeper.get("/servico/").content.decode()
    for row in (waits, done):
        keeper.post(f"/servico/lotes/{row.pk}/cancelar/")
    assert list(Lote.objects.order_by("pk").values_list("estado", flat=True)) == ["falhou", "concluido"]


def test_who_administers_one_entidade_only_does_not_touch_lots(client, criar_usuario, entidade):
    client.force_login(criar_usuario("Administrador"))
    row = lot(entidade, "falhou", "x")
    assert client.post(f"/servico/lotes/{row.pk}/cancelar/").status_code == 403
    assert Lote.objects.get().erro == "x"


def test_every_task_has_a_name_in_words(keeper):
    known = {name.removeprefix("builtin:") for name in app.tasks if not name.startswith("teste.")}
    assert len(known) > 30 and known == set(NOMES)
    assert all(" " in name and name[0].isupper() and "_" not in name for name in NOMES.values())
    assert len(set(NOMES.values())) == len(NOMES)
    job("todo")
    page = keeper.get("/servico/").text
    assert "Selar a auditoria</th>" in page and ">auditoria.selar<" not in page
    assert name_of("de.outra_versao") == "de.outra_versao"
