"""Files in bad hands: hostile content, records told twice, workers killed, users of one área."""

import json
import logging
import os
import struct
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from html_lido import lido
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from producao import cidadao, exportar, quebrado, receber, registro
from recebidos import inside

from ledi_gerador import TIPOS, minimal
from saude.arquivos import actions, exame, tasks
from saude.arquivos.guardados import folder
from saude.arquivos.models import Conferencia, ItemConferido
from saude.fichas.models import Ficha
from saude.recebimento.models import Lote
from saude.recebimento.tasks import spool_folder

URL = "/arquivos/conferir/"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


@pytest.fixture
def enviar(client, criar_usuario):
    client.force_login(criar_usuario("Digitador"))

    def send(*records: Any, name: str = "a.jsonl") -> str:
        data = records[0] if isinstance(records[0], bytes) else lines(*records)
        answer = client.post(URL, {"arquivo": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, answer.content.decode()[:2000]
        return answer["Location"]

    return send


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


# -- a uuid twice, and what is here already


def test_a_uuid_twice_in_a_file_is_told_and_the_last_one_counts(enviar, client):
    record = registro("FVD")
    first = lines(record)
    cidadao(record)["turno"] = 3
    where = enviar(first + lines(record))
    assert Conferencia.objects.get().resumo["repetidos"] == 1
    assert "De cada UUID vale o último" in lido(client.get(where))
    assert "registro 1" in client.get(f"{where}2/").content.decode()
    client.post(f"{where}receber/")
    kept = json.loads(Ficha.objects.get().conteudo.registro)
    assert cidadao(kept)["turno"] == 3


def test_what_is_here_already_and_what_is_locked_is_told_before(enviar, client, entidade):
    sent, here = registro("FVD"), registro("FVD")
    receber(entidade, sent)
    exportar(entidade)
    receber(entidade, here)
    cidadao(sent)["turno"] = 3
    where = enviar(sent, here, registro("FVD"))
    found = Conferencia.objects.get().resumo
    assert (found["aqui"], found["travadas"]) == (2, 1)
    page = lido(client.get(where))
    assert "2 registros têm" in page
    assert "já foi exportado" in page
    client.post(f"{where}receber/")
    lote = Conferencia.objects.get().lote
    assert (lote.novos, lote.iguais, lote.recusados) == (1, 1, 1)


# -- whatever is in a record, the pages stand


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["\ud800", "\x00", "a/b", "../..", "<script>", "8.7.0", "FVD", "9" * 400, 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def spoiled(draw: Any) -> Any:
    """A valid record with some of its values replaced by anything."""
    record: Any = minimal(draw(st.sampled_from(sorted(TIPOS))))
    for _ in range(draw(st.integers(1, 4))):
        node, parent, key = record, None, None
        while isinstance(node, dict | list) and node and (parent is None or draw(st.booleans())):
            parent = node
            key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
            node = node[key]
        parent[key] = draw(JUNK)
    return record


def test_half_a_surrogate_pair_is_shown_as_a_question_mark(enviar, client):
    record = registro("FVD")
    cidadao(record)["numProntuario"] = "a\ud800b"
    where = enviar(record)
    assert "a?b" in client.get(f"{where}1/").content.decode()
    uuid = Conferencia.objects.get().uuid
    page = client.get(f"/arquivos/comparar/{uuid}/{uuid}/1/1/?campos=todos")
    assert "a?b" in page.content.decode()
    client.post(f"{where}receber/")
    assert client.get(f"/fichas/{record['uuid']}/versoes/?campos=todos").status_code == 200


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(spoiled() | JUNK, min_size=1, max_size=4))
def test_any_content_is_shown_without_failing(client, entidade, criar_usuario, records):
    from saude.contas.models import Usuario

    user = Usuario.objects.filter(username="digitador").first() or criar_usuario("Digitador")
    client.force_login(user)
    text = "".join(json.dumps(r) + "\n" for r in records)
    answer = client.post(URL, {"arquivo": SimpleUploadedFile("a.jsonl", text.encode())})
    row = Conferencia.objects.latest("pk")
    assert (row.estado, row.lidos) == ("pronta", len(records)), row.erro
    where = answer["Location"]
    assert client.get(where).status_code == 200
    for n in range(1, len(records) + 1):
        page = client.get(f"{where}{n}/")
        assert page.status_code == 200
        assert b"<script></" not in page.content
        assert exame.OURS not in page.content.decode()
        if ItemConferido.objects.get(conferencia=row, posicao=n).registro.startswith("{"):
            whole = client.get(f"/arquivos/comparar/{row.uuid}/{row.uuid}/1/{n}/?campos=todos")
            assert whole.status_code in (200, 404)
    assert client.get(f"/arquivos/comparar/{row.uuid}/{row.uuid}/?so=todos").status_code == 200
    client.post(f"{where}receber/")
    row.refresh_from_db()
    assert row.estado == "recebida", row.erro


def test_what_is_kept_of_a_file_has_an_end(enviar, client, monkeypatch):
    monkeypatch.setattr(exame, "MAX_KEPT", 3)
    monkeypatch.setattr(exame, "MAX_TEXT", 1000)
    where = enviar(*[registro("FVD") for _ in range(5)])
    assert Conferencia.objects.get().lidos == 5
    assert ItemConferido.objects.count() == 3
    assert "" in list(ItemConferido.objects.values_list("registro", flat=True))
    assert "primeiros 3 registros" in client.get(where).content.decode()
    uuid = Conferencia.objects.get().uuid
    assert "vai até os primeiros 3" in client.get(f"/arquivos/comparar/{uuid}/{uuid}/").content.decode()


def test_half_a_zip_is_no_zip(enviar, client):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("a.esus", os.urandom(5000))
    where = enviar(file.getvalue()[:3000], name="meio.zip")
    row = Conferencia.objects.get()
    assert row.estado == "falhou"
    assert row.arquivo not in client.get(where).content.decode()
    assert "meio.zip" in row.erro


def test_an_entry_that_lies_about_its_size_is_refused(enviar, client):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.esus", bytes(3_000_000))
    data = bytearray(file.getvalue())
    real = struct.pack("<I", 3_000_000)
    while (at := data.find(real)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    enviar(bytes(data), name="mente.zip")
    assert Conferencia.objects.get().estado == "falhou"


def test_neither_names_nor_numbers_of_people_reach_logs_and_addresses(enviar, client, caplog, monkeypatch):
    record = registro("FVD", clientes=[{"nome": "FULANA DE TAL"}])
    record["uuid"] = "FULANA 12345678909"
    with caplog.at_level(logging.DEBUG):
        where = enviar(record, quebrado("FVD"))
        monkeypatch.setattr(actions, "take_in", lambda *a: 1 / 0)
        client.post(f"{where}receber/")
        uuid = Conferencia.objects.get().uuid
        page = client.get(f"/arquivos/comparar/{uuid}/{uuid}/?so=todos").content.decode()
    assert "FULANA" in page
    assert "FULANA" not in caplog.text and "12345678909" not in caplog.text
    assert not [x for x in page.split('href="')[1:] if "FULANA" in x.split('"')[0]]


# -- users of one área


def test_who_works_in_one_area_has_no_link_to_files_and_cannot_open_them(client, criar_usuario, entidade):
    from saude.cadastros.models import Estabelecimento

    post = Estabelecimento.objects.create(entidade=entidade, cnes="2513838", nome="UBS")
    client.force_login(criar_usuario("Digitador", username="de-uma-area", estabelecimento=post))
    page = client.get("/executando/sistema/exportacao/").content.decode()
    assert "/registrar/" in page
    assert "/arquivos/" not in page
    for address in (URL, "/arquivos/planilha/", "/arquivos/planilha/modelo/FVD.xlsx", "/arquivos/comparar/"):
        assert client.get(address).status_code == 403
    client.force_login(criar_usuario("Digitador", username="de-todas"))
    assert URL in client.get("/executando/sistema/exportacao/").content.decode()


# -- the process dies (kill -9 of a worker: tests/falhas/test_queda_arquivos.py)


@pytest.mark.django_db(transaction=True)
def test_the_queue_does_what_a_killed_page_left_undone(enviar, client, monkeypatch, transactional_db):
    """A small file is read by the page itself; its job waits in the queue should the page die."""
    where = enviar(registro("FVD"))
    row = Conferencia.objects.get()
    assert row.estado == "pronta"
    Conferencia.objects.update(estado="lendo", lidos=0)  # as a page killed in the middle leaves it
    assert _waiting("arquivos.conferir") == [row.pk]
    tasks.conferir(row.pk)
    row.refresh_from_db()
    assert (row.estado, row.lidos) == ("pronta", 1)
    monkeypatch.setattr(actions, "take_file_in", lambda *a, **k: None)
    client.post(f"{where}receber/")
    monkeypatch.undo()
    row.refresh_from_db()
    assert row.estado == "recebendo"
    assert _waiting("arquivos.receber") == [row.pk]
    tasks.receber(row.pk)
    tasks.receber(row.pk)
    row.refresh_from_db()
    assert (row.estado, Ficha.objects.count(), Lote.objects.count()) == ("recebida", 1, 1)


def _waiting(task: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'conferencia_id')::int FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'",
            [task],
        )
        return [n for (n,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_what_nobody_goes_on_with_is_queued_again_once(enviar):
    enviar(registro("FVD"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    old = timezone.now() - timedelta(minutes=30)
    Conferencia.objects.update(estado="recebendo", mudou_em=old)
    tasks.cuidar(0)
    tasks.cuidar(0)
    assert len(_waiting("arquivos.receber")) == 1
    Conferencia.objects.update(estado="lendo", mudou_em=timezone.now())
    tasks.cuidar(0)
    assert _waiting("arquivos.conferir") == []


def test_a_file_being_worked_on_is_not_deleted_and_not_forgotten(enviar, client):
    where = enviar(registro("FVD"))
    Conferencia.objects.update(estado="recebendo", criada_em=timezone.now() - timedelta(days=30))
    client.post(f"{where}apagar/")
    tasks.cuidar(0)
    assert Conferencia.objects.count() == len(list(folder().iterdir())) == 1
    Conferencia.objects.update(estado="pronta")
    tasks.cuidar(0)
    assert not Conferencia.objects.exists() and not list(folder().iterdir())


def test_what_was_received_lies_with_all_that_was_received(enviar, client):
    where = enviar(registro("FVD"))
    client.post(f"{where}receber/")
    client.post(f"{where}apagar/")
    lote = Lote.objects.get()
    assert len(inside(spool_folder() / lote.arquivo)) == lote.tamanho
    assert not Conferencia.objects.exists()
