"""Bodies of lots lie sealed, are read by the same doors, and those of before are sealed where they are."""

import gzip
import json
import os
import shutil

import pytest
from producao import registro
from recebidos import inside

from saude.cofre.erros import Danificado
from saude.contas.actions import create_token
from saude.fichas.models import Ficha
from saude.recebimento import guardados, spool
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco, selar

LOTS = "/api/v1/lotes"


@pytest.fixture
def post(client, entidade):
    _, secret = create_token(by="teste", entidade=entidade, nome="Sistema")

    def send(body, address=LOTS, **more):
        headers = {"Authorization": f"Bearer {secret}"} | more
        return client.post(address, body, content_type="application/x-ndjson", headers=headers)

    return send


@pytest.fixture
def dados(settings, tmp_path, monkeypatch):
    settings.DADOS = tmp_path
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)
    return tmp_path


def ndjson(*records) -> bytes:
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


def work(lote: Lote) -> None:
    dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(lote=lote):
        receber_bloco(bloco.pk)


@pytest.mark.parametrize("gzipped", [False, True])
def test_nothing_of_a_lot_can_be_read_on_disk_and_it_is_taken_in(post, dados, gzipped):
    records = [registro() for _ in range(5)]
    body = ndjson(*records)
    sent, more = (gzip.compress(body), {"Content-Encoding": "gzip"}) if gzipped else (body, {})
    assert post(sent, **more).status_code == 202
    lote = Lote.objects.get()
    lines = dados / "recebidos" / lote.arquivo
    for path in (dados / "recebidos").iterdir():
        raw = path.read_bytes()
        assert raw.startswith(b"SAUDECF1") and records[0]["uuid"].encode() not in raw
        assert path.stat().st_mode & 0o777 == 0o600
    assert inside(lines) == body and lote.tamanho == len(body)
    assert not list((dados / "entrando").glob("*")) or not gzipped  # nothing plain is left
    work(lote)
    assert Ficha.objects.count() == 5
    [(name, pieces)] = guardados.bodies_of(lote)
    assert b"".join(pieces) == sent and name.endswith(".gz") == gzipped


def test_a_plain_body_of_before_is_read_and_then_sealed_in_its_place_even_under_way(post, dados):
    records = [registro() for _ in range(5)]
    body = ndjson(*records)
    post(body)
    lote = Lote.objects.get()
    path = dados / "recebidos" / lote.arquivo
    path.write_bytes(body)  # as versions of before left it
    dividir_lote(lote.pk)
    first, *rest = Bloco.objects.filter(lote=lote).order_by("pk")
    receber_bloco(first.pk)
    selar(0)
    assert inside(path) == body and [p.name for p in path.parent.iterdir()] == [path.name]
    for bloco in rest:
        receber_bloco(bloco.pk)
    assert Ficha.objects.count() == 5
    before = path.read_bytes()
    assert guardados.seal_plain() == 0 and path.read_bytes() == before  # done once


def test_what_a_killed_process_left_goes_after_a_day(dados):
    old, new = dados / "recebidos" / "a.ndjson.selando", dados / "recebidos" / "b.ndjson.selando"
    place = dados / "entrando" / f"{guardados.ARRIVING}x"
    place.mkdir(parents=True)
    old.parent.mkdir()
    for path in (old, new, place / "gz"):
        path.write_bytes(b"x")
    for path in (old, place / "gz"):
        os.utime(path, (0, 0))
    selar(0)
    assert not old.exists() and new.exists() and not place.exists()


def test_a_body_in_the_place_of_another_or_changed_is_not_taken_in(post, dados):
    post(ndjson(registro(), registro()))
    post(ndjson(registro()))
    one, other = Lote.objects.order_by("pk")
    folder = dados / "recebidos"
    shutil.copy(folder / one.arquivo, folder / other.arquivo)
    with pytest.raises(Danificado):
        dividir_lote(other.pk)
    other.refresh_from_db()
    assert "danificado" in other.erro and not Ficha.objects.exists()
    raw = bytearray((folder / one.arquivo).read_bytes())
    raw[-30] ^= 1
    (folder / one.arquivo).write_bytes(raw)
    with pytest.raises(Danificado):
        dividir_lote(one.pk)
    assert not Ficha.objects.exists()


def test_without_its_key_nothing_is_taken_and_the_sender_is_told_to_come_back(post, dados):
    post(ndjson(registro()))
    (dados / "cofre" / "chaves").unlink()
    answer = post(ndjson(registro()))
    assert answer.status_code == 503 and answer["Retry-After"]
    assert Lote.objects.count() == 1
