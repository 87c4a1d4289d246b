"""The key changed at every moment of a gzip lot that is arriving: it is taken in whole, and in the end needs no former
key."""

import gzip
import json

import pytest
from django.core.management import call_command
from producao import registro

from saude.auditoria.models import Evento
from saude.cofre import chaves, pedacos
from saude.contas.actions import create_token
from saude.exportacao.models import Exportacao
from saude.fichas.models import Ficha
from saude.recebimento import guardados, spool
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.tasks import dividir_lote, receber_bloco
from saude.site.tasks import recifrar

pytestmark = pytest.mark.django_db
RECORDS = 5
#: what is done, in turn, with a lot that comes deflated: its body sealed, read again, its lines sealed
MOMENTS = ("write", "close", "key", "write", "close")


@pytest.fixture
def post(client, entidade, settings, tmp_path, monkeypatch):
    settings.DADOS, settings.EXPORTACOES = tmp_path, tmp_path / "exportacoes"
    monkeypatch.delenv("SAUDE_CHAVES", raising=False)
    monkeypatch.delenv("SAUDE_CHAVES_ARQUIVO", raising=False)
    monkeypatch.setattr(spool, "BLOCK_LINES", 2)
    _, secret = create_token(by="teste", entidade=entidade, nome="Sistema")

    def send(body):
        more = {"Authorization": f"Bearer {secret}", "Content-Encoding": "gzip"}
        return client.post("/api/v1/lotes", body, content_type="application/x-ndjson", headers=more)

    return send


def at(monkeypatch, moment, do):
    """`do` just before that moment of the first lot that arrives; what happened, in turn."""
    seen = []

    def hooked(name, real):
        def call(*args):
            first = do is not None and len(seen) == moment
            seen.append(name)
            if first:
                seen.extend(["done"] * 100)  # what is sealed by the change itself is no moment of the lot
                do()
            return real(*args)

        return call

    monkeypatch.setattr(pedacos.SealedWriter, "write", hooked("write", pedacos.SealedWriter.write))
    monkeypatch.setattr(pedacos.SealedWriter, "close", hooked("close", pedacos.SealedWriter.close))
    monkeypatch.setattr(guardados, "key_of", hooked("key", guardados.key_of))
    return seen


def lot():
    records = [registro() for _ in range(RECORDS)]
    return gzip.compress(b"".join(json.dumps(r).encode() + b"\n" for r in records))


def taken_in(body):
    """Taken in with the keys there are; what is kept is what came."""
    lote = Lote.objects.get()
    dividir_lote(lote.pk)
    for bloco in Bloco.objects.filter(lote=lote):
        receber_bloco(bloco.pk)
    assert Ficha.objects.count() == RECORDS
    [(name, pieces)] = guardados.bodies_of(lote)
    assert name.endswith(".gz") and b"".join(pieces) == body


def test_the_moments_are_these(post, monkeypatch):
    seen = at(monkeypatch, -1, None)
    assert post(lot()).status_code == 202
    assert [name for name, after in zip(seen, [*seen[1:], ""], strict=True) if name != after] == list(MOMENTS)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("moment", range(len(MOMENTS)), ids=[f"{n}-{m}" for n, m in enumerate(MOMENTS)])
def test_a_lot_that_arrives_while_the_key_is_changed_is_lost_at_no_moment(post, monkeypatch, moment, apart):
    if apart:
        if moment > MOMENTS.index("key"):
            pytest.skip("its lines are sealed in a process of their own")
        monkeypatch.setattr(spool, "INFLATED_HERE", 0)
    old, body = chaves.keyring().atual, lot()
    at(monkeypatch, moment, lambda: call_command("trocar_chave"))
    assert post(body).status_code == 202
    new = chaves.keyring().atual
    assert chaves.keyring().chaves == (new, old)
    assert (
        Evento.objects.get(tipo="cofre.trocado").detalhe["fechados"] == 0
    )  # one on its way is not a damaged one
    recifrar(0)  # the night after, before the lot was even divided
    assert keys_of_files() == {new.id}
    chaves.write(chaves.place()[0], chaves.Chaveiro((new,)))  # and only then is the former one thrown away
    taken_in(body)


def test_between_its_blocks_it_goes_on(post):
    body = lot()
    assert post(body).status_code == 202
    lote = Lote.objects.get()
    dividir_lote(lote.pk)
    first, *rest = Bloco.objects.filter(lote=lote).order_by("pk")
    receber_bloco(first.pk)
    call_command("trocar_chave")
    new = chaves.keyring().atual
    assert keys_of_files() == {new.id}
    chaves.write(chaves.place()[0], chaves.Chaveiro((new,)))
    for bloco in rest:
        receber_bloco(bloco.pk)
    assert Ficha.objects.count() == RECORDS and len(rest) == 2


def test_where_there_is_one_key_the_night_reads_nothing(post, monkeypatch):
    post(lot())
    monkeypatch.setattr("saude.cofre.recifrar.files", lambda *_: pytest.fail("nothing was changed"))
    recifrar(0)
    assert not Exportacao.objects.exists()


def keys_of_files():
    found = set()
    for path in guardados.folder().iterdir():
        with open(path, "rb") as file:
            found.add(pedacos.key_of(file))
    return found
