"""A lot of the API that failed is seen by people, and asked for again with a button."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from producao import registro

from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.contas.actions import create_token
from saude.recebimento import spool
from saude.recebimento.actions import ALL_REFUSED
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco

PAGE = reverse("painel:pendencias")


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path, monkeypatch):
    settings.DADOS = tmp_path
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)


def failed_lot(entidade, why="Falta espaço em disco. O lote parou."):
    """Its first block is in; the others failed too often."""
    secret = create_token(by="teste", entidade=entidade, nome="Fornecedor X")[1]
    body = b"".join(json.dumps(registro()).encode() + b"\n" for _ in range(6))
    headers = {"Authorization": f"Bearer {secret}"}
    Client().post("/api/v1/lotes", body, content_type="application/x-ndjson", headers=headers)
    lote = Lote.objects.get(entidade=entidade)
    dividir_lote(lote.pk)
    receber_bloco(lote.blocos.order_by("pk")[0].pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo'")
    Lote.objects.filter(pk=lote.pk).update(estado="falhou", erro=why)
    return lote


def again(lote):
    return reverse("painel:repetir_lote", args=[lote.uuid])


def waiting():
    return ProcrastinateJob.objects.filter(task_name="recebimento.receber_bloco", status="todo").count()


def test_it_is_seen_with_its_reason_and_asked_for_again_once(entidade, cliente_de):
    lote = failed_lot(entidade)
    client = cliente_de("coordenador")
    page = client.get(PAGE).content.decode()
    assert "Falta espaço em disco" in page and "Fornecedor X" in page and again(lote) in page
    before = waiting()
    for _ in range(2):  # who clicks twice
        assert client.post(again(lote)).status_code == 302
    assert waiting() == before + 2
    assert Evento.objects.filter(tipo="recebimento.repetido").count() == 1
    for bloco in Bloco.objects.filter(feito_em=None):
        receber_bloco(bloco.pk)
    lote.refresh_from_db()
    assert (lote.estado, lote.novos) == ("concluido", 6)
    assert again(lote) not in client.get(PAGE).content.decode()


def test_one_all_refused_is_not_offered(entidade, cliente_de):
    lote = failed_lot(entidade, why=ALL_REFUSED)
    client = cliente_de("coordenador")
    assert again(lote) not in client.get(PAGE).content.decode()
    client.post(again(lote))
    lote.refresh_from_db()
    assert lote.estado == "falhou"


def test_the_other_municipality_neither_sees_nor_asks(outra_entidade, cliente_de):
    lote = failed_lot(outra_entidade)
    client = cliente_de("administrador")
    assert again(lote) not in client.get(PAGE).content.decode()
    assert client.post(again(lote)).status_code == 404
    lote.refresh_from_db()
    assert lote.estado == "falhou"


def test_who_has_an_area_or_no_permission_does_not(entidade, cliente_de):
    lote = failed_lot(entidade)
    post = Estabelecimento.objects.create(entidade=entidade, cnes="0019615", nome="Posto")
    limited = cliente_de("digitador", estabelecimento=post)
    for client in (limited, cliente_de("consulta", username="so_le")):
        assert again(lote) not in client.get(PAGE).content.decode()
        assert client.post(again(lote)).status_code == 403
    assert cliente_de("coordenador", username="outra").get(again(lote)).status_code == 405
    lote.refresh_from_db()
    assert lote.estado == "falhou"
