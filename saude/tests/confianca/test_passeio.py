"""The walk: a vendor's lot with poison in it, the other municipality unaffected, the bad seen, discarded, put back."""

import json

import pytest
from django.urls import reverse
from producao import quebrado, registro

from saude.contas.actions import create_token
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco

pytestmark = pytest.mark.django_db(transaction=True)
LOTS = "/api/v1/lotes"


def bearer(entidade):
    return {"Authorization": f"Bearer {create_token(by='teste', entidade=entidade, nome='fornecedor')[1]}"}


def send(client, body, headers):
    answer = client.post(LOTS, body, content_type="application/x-ndjson", headers=headers)
    assert answer.status_code == 202
    return answer["Location"]


def work():
    for lote in Lote.objects.filter(estado="recebido"):
        dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(feito_em=None):
        receber_bloco(bloco.pk)


def test_from_the_poison_to_what_is_put_back(
    client, criar_usuario, entidade, outra_entidade, settings, tmp_path
):
    settings.DADOS = tmp_path
    good, bad = [registro("FVD") for _ in range(5)], quebrado("FVD")
    poison = [
        b"[" * 3000,
        json.dumps(registro("FVD", uuid="../../etc/passwd")).encode(),
        json.dumps(registro("FVD") | {"versao": "8.\u0000\ud800"}).encode(),
        b'{"uuid": "a',
    ]
    lines = [*(json.dumps(r).encode() for r in (*good, bad)), *poison]
    mine, theirs = bearer(entidade), bearer(outra_entidade)
    where = send(client, b"\n".join(lines) + b"\n", mine)
    neighbour = send(client, json.dumps(registro("FVD")).encode() + b"\n", theirs)
    work()

    told = client.get(where, headers=mine).json()
    assert told["estado"] == "concluido"
    assert told["registros"] == len(lines)
    assert told["recusados"] == sum(told["recusas_por_causa"].values()) >= 3
    problems = client.get(f"{where}/respostas?problemas=true", headers=mine).json()["respostas"]
    assert all(p.get("mensagem") or p["inconsistencias"] for p in problems)
    uuids = set(Ficha.objects.filter(entidade=entidade).values_list("uuid", flat=True))
    assert {r["uuid"] for r in (*good, bad)} <= uuids
    assert client.get(neighbour, headers=theirs).json()["estado"] == "concluido"
    assert client.get(where, headers=theirs).status_code == 404
    assert Ficha.objects.filter(entidade=outra_entidade).count() == 1

    client.force_login(criar_usuario("Administrador"))
    ficha = Ficha.objects.get(entidade=entidade, uuid=bad["uuid"])
    assert ficha.situacao == "inconsistente"
    page = client.get(reverse("fichas:detalhe", args=[ficha.uuid]))
    assert page.status_code == 200
    discarded = client.post(
        reverse("fichas:descartar", args=[ficha.uuid]),
        {"motivo": "teste", "revisao": ficha.revisao, "observacao": ""},
    )
    assert discarded.status_code == 302
    ficha.refresh_from_db()
    assert ficha.situacao == "descartada"
    assert ficha.uuid in client.get(reverse("fichas:descartadas")).content.decode()
    again = send(client, json.dumps(bad).encode() + b"\n", mine)
    work()
    [answer] = client.get(f"{again}/respostas", headers=mine).json()["respostas"]
    assert answer["status"] == "descartada"
    client.post(reverse("fichas:restaurar", args=[ficha.uuid]), {"revisao": ficha.revisao})
    ficha.refresh_from_db()
    assert ficha.situacao == "inconsistente"
    assert differences() == []
