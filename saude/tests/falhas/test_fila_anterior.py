"""Jobs that the release before this one left in the queue are done by this one: their names are a contract."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from own_thread import in_own_thread
from procrastinate.contrib.django import app
from producao import FIM, INICIO, com_cpf, quebrado, receber, registro

from ledi_gerador import build, sigtap_writer
from saude.arquivos import actions as arquivos
from saude.arquivos.models import Conferencia
from saude.atualizacao.actions import receive_sigtap
from saude.clientes.models import Cliente, ParPossivel
from saude.exportacao.actions import create_export
from saude.exportacao.models import Exportacao
from saude.fichas.models import BlocoReprocessamento, Contagem, Ficha, Reprocessamento
from saude.recebimento import actions as recebimento
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.spool import spool
from saude.recebimento.tasks import spool_folder
from saude.referencias.arquivos import pieces_of
from saude.referencias.models import Publicacao

pytestmark = [pytest.mark.lento, pytest.mark.django_db(transaction=True)]

#: every task of release 0.1.0, with the queue it used; a name or a queue is never changed, only added to
TASKS = {
    "arquivos.conferir": "recebimento",
    "arquivos.cuidar": "recebimento",
    "arquivos.receber": "recebimento",
    "clientes.procurar_duplicados": "manutencao",
    "exportacao.gerar": "exportacao",
    "fichas.compactar_contagens": "manutencao",
    "fichas.reprocessar_bloco": "reprocessamento",
    "recebimento.dividir_lote": "recebimento",
    "recebimento.receber_bloco": "recebimento",
    "recebimento.retomar_lotes": "recebimento",
    "referencias.importar_sigtap": "referencias",
}


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DADOS, settings.EXPORTACOES = tmp_path, tmp_path / "exportacoes"


def leave(task: str, **args: Any) -> int:
    """A job as it lies in the table, put there without this release's code; what this release queued is gone."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, priority, lock) "
            "VALUES (%s, %s, %s, 'todo', 0, %s) RETURNING id",
            [TASKS[task], task, json.dumps(args), f"{task}-1"],
        )
        return int(cursor.fetchone()[0])


def work() -> None:
    in_own_thread(lambda: call_command("trabalhar", ate_esvaziar=True))


def status_of(job: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job])
        return str(cursor.fetchone()[0])


def spooled(entidade: Any) -> Lote:
    text = "\n".join(json.dumps(registro()) for _ in range(3)).encode()
    kept = spool(io.BytesIO(text), spool_folder(), gzipped=False, limit=1 << 20)
    return recebimento.open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo=kept.arquivo,
        tamanho=kept.tamanho, sha256=kept.sha256,
    )  # fmt: skip


def a_file(entidade: Any, user: Any) -> Conferencia:
    sent = SimpleUploadedFile("a.jsonl", json.dumps(registro()).encode())
    return arquivos.upload(entidade=entidade, by=user, file=sent, name="a.jsonl")


def divide(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    lote = spooled(entidade)
    return {
        "lote_id": lote.pk
    }, lambda: Lote.objects.get().estado == "concluido" and Ficha.objects.count() == 3


def take_block(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    lote = spooled(entidade)
    bloco = Bloco.objects.create(lote=lote, primeiro=1, inicio=0, fim=lote.tamanho)
    Lote.objects.update(estado="processando", posicao=lote.tamanho)
    return {
        "bloco_id": bloco.pk
    }, lambda: Ficha.objects.count() == 3 and Lote.objects.get().estado == "concluido"


def take_up(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    recebimento.open_lote(entidade=entidade, origem="api", raw=json.dumps([registro()]).encode())
    Lote.objects.update(recebido_em=timezone.now() - timedelta(hours=1))
    return {"timestamp": 0}, lambda: Ficha.objects.count() == 1


def reprocess(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    [answer] = receber(entidade, quebrado(), origem="app")
    job = Reprocessamento.objects.create(entidade=entidade, filtro={}, estado="rodando", total=1)
    bloco = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=[answer.ficha_id])
    return (
        {"bloco_id": bloco.pk},
        lambda: (
            Ficha.objects.get().situacao == "inconsistente"
            and Reprocessamento.objects.get().estado == "concluido"
        ),
    )


def compact(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    receber(entidade, registro())
    receber(entidade, registro())
    assert Contagem.objects.count() == 2
    return {"timestamp": 0}, lambda: [c.n for c in Contagem.objects.all()] == [2]


def export(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    receber(entidade, registro())
    asked = create_export(entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by=user)
    return {"exportacao_id": asked.pk}, lambda: Exportacao.objects.get().estado == "concluida"


def look_for_pairs(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    for nome in ("Maria Aparecida da Silva", "Maria Aparecida Silva"):
        Cliente.objects.create(entidade=entidade, nome=nome, nascimento=date(1970, 1, 2), sexo=1)
    return {"timestamp": 0}, lambda: ParPossivel.objects.count() == 1


def examine(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    row = a_file(entidade, user)
    Conferencia.objects.update(estado="espera", lidos=0)
    return {"conferencia_id": row.pk}, lambda: Conferencia.objects.get().estado == "pronta"


def take_file(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    row = a_file(entidade, user)
    Conferencia.objects.update(estado="recebendo", recebedor=user)
    return {"conferencia_id": row.pk}, lambda: Ficha.objects.count() == 1


def care(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    a_file(entidade, user)
    Conferencia.objects.update(criada_em=timezone.now() - timedelta(days=30))
    return {"timestamp": 0}, lambda: not Conferencia.objects.exists()


def import_table(entidade: Any, user: Any) -> tuple[dict[str, Any], Callable[[], bool]]:
    path = sigtap_writer.write(build(1), spool_folder().parent, "202609")
    row = receive_sigtap(pieces=pieces_of(path), nome=path.name, by=user)
    return {"publicacao_id": row.pk}, lambda: Publicacao.objects.get().situacao == "pronta"


LEFT = {
    "arquivos.conferir": examine,
    "arquivos.cuidar": care,
    "arquivos.receber": take_file,
    "clientes.procurar_duplicados": look_for_pairs,
    "exportacao.gerar": export,
    "fichas.compactar_contagens": compact,
    "fichas.reprocessar_bloco": reprocess,
    "recebimento.dividir_lote": divide,
    "recebimento.receber_bloco": take_block,
    "recebimento.retomar_lotes": take_up,
    "referencias.importar_sigtap": import_table,
}


@pytest.mark.parametrize("task", TASKS)
def test_a_job_left_by_the_release_before_is_done(entidade, criar_usuario, task):
    args, done = LEFT[task](entidade, criar_usuario())
    job = leave(task, **args)
    assert not done(), "there was nothing left to do"
    work()
    assert status_of(job) == "succeeded"
    assert done()


def test_no_name_and_no_queue_was_changed():
    app.perform_import_paths()
    ours = {name: task.queue for name, task in app.tasks.items() if name in TASKS}
    assert ours == TASKS


def test_a_correction_of_a_cause_left_in_the_queue_is_done(entidade, criar_usuario):
    """The block's job of a mass correction, with the selection as the release before wrote it."""
    answers = receber(entidade, com_cpf(quebrado()), com_cpf(quebrado()))
    cause = Ficha.objects.first().inconsistencias.get(severidade="erro").causa
    filtro = {"causa": cause, "mudancas": {"valor": 1}}
    job = Reprocessamento.objects.create(
        entidade=entidade, filtro=filtro, estado="rodando", total=2, por=criar_usuario()
    )
    bloco = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=[a.ficha_id for a in answers])
    leave("fichas.reprocessar_bloco", bloco_id=bloco.pk)
    work()
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    job.refresh_from_db()
    assert (job.estado, job.feitas, job.processadas) == ("concluido", 2, 2)
