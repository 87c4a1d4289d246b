"""What changes while a slice is sending: the password, the address, the fichas; what is on record before it leaves."""

import re
import threading

import pytest
from django.db import connection
from pec_de_teste import (
    LOGGED_IN,
    andar,
    destino,
    exportada,
    logging_in,
    pedir,
    resposta,
    servidor,
    simulador,
    situacoes,
)

from saude.fichas.models import Ficha
from saude.transmissao import remessa, storage
from saude.transmissao.models import Destino, Reserva

pytestmark = pytest.mark.django_db(transaction=True)
UUID = re.compile(rb'filename="(\S+)[.]esus"')


@pytest.fixture
def miudo(monkeypatch):
    """Small enough that a few fichas are many."""
    for name, value in {"CHUNK": 3, "FLUSH": 1, "AHEAD": 0}.items():
        monkeypatch.setattr(remessa, name, value)


def test_the_old_password_refused_says_nothing_of_the_new_one(entidade):
    logins: list[str] = []
    sent: list[bytes] = []

    def talk(request: bytes) -> bytes:
        if b"/recebimento/login " in request[:200]:
            logins.append("nova" if request.endswith(b"senha=nova") else "velha")
            known = logins[-1] == "nova" or len(logins) == 1
            return LOGGED_IN if known else resposta(400, "Usuário ou senha inválidos".encode())
        if logins[-1] == "velha":  # at the first ficha: another was made, here and in the PEC
            destino(entidade, url, senha="nova", conexoes=1)
            connection.close()
            return resposta(401)
        sent.append(request)
        return resposta(201)

    with servidor(talk) as url:
        destino(entidade, url, senha="velha", conexoes=1)
        t = andar(pedir(exportada(entidade, 3)))
    assert (t.estado, situacoes(t), len(sent)) == ("concluida", {"aceita": 3}, 3)
    assert logins == ["velha", "velha", "nova"] and Destino.objects.get().recusa == ""


def test_another_address_is_gone_over_to_at_once(entidade, miudo):
    """The PEC was unified: what waits its turn is not given to the old one any more."""
    old: list[bytes] = []

    def moved(request: bytes) -> bytes:
        if not old:
            destino(entidade, pec.url, conexoes=1)
            connection.close()
        old.append(UUID.search(request)[1])
        return resposta(201)

    with simulador() as pec, servidor(logging_in(moved)) as url:
        destino(entidade, url, conexoes=1)
        t = andar(pedir(exportada(entidade, 12)))
        new = {row["uuid"] for row in pec.store.latest(100)}
    assert t.estado == "concluida" and situacoes(t) == {"aceita": 12}
    assert 1 <= len(old) <= 3 and len(new) == 12 - len(old) and not new & {u.decode() for u in old}


def test_a_ficha_is_on_record_as_taken_before_it_leaves(entidade, miudo):
    """Another session of the database sees it: killed at any moment, nothing that left is forgotten."""
    seen: list[bool] = []

    def look(request: bytes) -> bytes:
        uuid = UUID.search(request)[1].decode()
        taken = Ficha.objects.get(uuid=uuid).pk
        seen.append(Reserva.objects.filter(fichas__contains=[taken]).exists())
        connection.close()
        return resposta(201)

    with servidor(logging_in(look)) as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 10)))
    assert situacoes(t) == {"aceita": 10} and seen == [True] * 10 and not Reserva.objects.exists()


def test_nothing_leaves_after_the_end_of_a_slice_also_when_the_worker_waits(monkeypatch):
    stopped = threading.Event()

    class Sending:
        stop = stopped.set

    monkeypatch.setattr(remessa, "SLICE", 0.01)
    with remessa._ended_by(Sending):
        assert stopped.wait(120)
    stopped.clear()
    monkeypatch.setattr(remessa, "SLICE", 3600)
    before = set(threading.enumerate())
    with remessa._ended_by(Sending):
        assert len(set(threading.enumerate()) - before) == 1
    assert not stopped.is_set()


def test_a_whole_export_that_was_corrected_since_is_written_bit_by_bit(entidade, miudo, monkeypatch):
    flush, take, held = remessa._Envio._flush, storage.take, []

    def counting(self, **more):
        held.append(len(self.done))
        flush(self, **more)

    def outdated(*args, **more):
        reserved, rows = take(*args, **more)
        return reserved, [row._replace(vale=False) for row in rows]

    monkeypatch.setattr(remessa._Envio, "_flush", counting)
    monkeypatch.setattr(storage, "take", outdated)
    with simulador() as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 10))
        assert andar(t).estado == "concluida" and situacoes(t) == {"parada": 10}
        assert pec.store.totals() == {}
    assert max(held) <= 3 and sum(held) == 10
