"""Many fichas over several connections."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from pec_kit import QUICK, answer, answering, client, registro, sending, server

from ledi.pec import transmission
from ledi.pec.client import Client
from ledi.pec.login import Credential
from ledi.pec.outcomes import Action, Cause, Situacao
from ledi.pec.transmission import Item, Transmission

S = Situacao


def items(count: int, start: int = 0) -> list[Item]:
    return [Item(registro(n), key=n) for n in range(start, start + count)]


def test_all_are_sent_each_once():
    with sending(connections=4) as (pec, made):
        sent = Transmission(made, items(60))
        found = [(item.key, outcome.situacao) for item, outcome in sent]
        assert sorted(found) == [(n, S.ACEITA) for n in range(60)]
        assert pec.store.totals() == {"aceita": 60}
    assert sent.stopped_by is None and sent.unsent == []


def test_five_percent_are_refused():
    with sending("recusa=5%", connections=4) as (_, made):
        found = Counter(outcome.situacao for _, outcome in Transmission(made, items(100)))
    assert found == {S.ACEITA: 95, S.RECUSADA: 5}


def test_never_the_same_in_flight_twice_and_never_too_many():
    flying: Counter[int] = Counter()
    most = [0]
    lock = threading.Lock()

    class Watched(Client):
        def send(self, one, before=None):  # type: ignore[no-untyped-def]
            with lock:
                flying[one.nome] += 1
                assert flying[one.nome] == 1
                most[0] = max(most[0], sum(flying.values()))
            outcome = super().send(one)
            with lock:
                flying[one.nome] -= 1
            return outcome

    with (
        sending("lento=5") as (pec, _),
        Watched(pec.url, Credential("simulado", "simulado"), connections=3) as made,
    ):
        assert sum(1 for _ in Transmission(made, items(30))) == 30
    assert 1 < most[0] <= 3


def test_items_are_read_only_a_little_ahead():
    taken = [0]

    def counted():
        for item in items(60):
            taken[0] += 1
            yield item

    with sending(connections=2) as (_, made):
        for done, _ in enumerate(Transmission(made, counted()), 1):
            assert taken[0] <= done + 2 * 3


def test_so_deep_as_asked_but_not_so_heavy(monkeypatch):
    """Every connection has its next ficha at hand while the caller is busy; big fichas do not fill the memory."""
    taken = [0]

    def counted():
        for item in items(200):
            taken[0] += 1
            yield item

    with sending("lento=20", connections=2) as (_, made):
        sent = Transmission(made, counted(), ahead=40)
        for _ in sent:
            assert taken[0] == 80
            break
        monkeypatch.setattr(transmission, "_HEAVY", 4 * len(registro(0).dados))
        taken[0] = 0
        for done, _ in enumerate(Transmission(made, counted(), ahead=40), 1):
            assert taken[0] <= done + 5
            if done == 20:
                break
    assert done == 20


def test_the_caller_says_stop():
    """What waits its turn stays behind; what is on its way comes back."""
    with sending("lento=20", connections=2) as (pec, made):
        sent = Transmission(made, items(200), ahead=50)
        found = []
        for item, outcome in sent:
            assert outcome.situacao is S.ACEITA
            found.append(item.key)
            sent.stop()
        assert len(found) < 50 and pec.store.totals() == {"aceita": len(found)}
        left = {item.key for item in sent.unsent}
        assert len(left) + len(found) == 100 and not left & set(found) and sent.stopped_by is None


@pytest.mark.parametrize(
    "scenario, cause, action",
    [
        ("C02", Cause.CREDENCIAL, Action.PAUSE),
        ("C05", Cause.SESSAO, Action.PAUSE),
        ("C07", Cause.DESSERIALIZACAO, Action.STOP),
        ("C12", Cause.ESTRANHA, Action.PAUSE),
    ],
)
def test_a_pause_or_a_stop_ends_it(scenario, cause, action):
    taken = items(200)
    with sending(scenario, connections=2) as (_, made):
        sent = Transmission(made, iter(taken))
        found = [item.key for item, _ in sent]
        assert sent.stopped_by is not None
        assert sent.stopped_by.cause is cause
        assert action in (sent.stopped_by.action, made.paused.action if made.paused else None)
    left = {item.key for item in sent.unsent}
    assert not left & set(found) and len(left) + len(found) <= 12  # what was read ahead, no more


def test_a_pec_that_is_down_is_not_asked_for_every_ficha():
    with server(answering(answer(503, b"<html>"))) as url, client(url) as made:
        sent = Transmission(made, items(100))
        found = list(sent)
    assert len(found) <= 6 and sent.stopped_by is not None and sent.stopped_by.cause is Cause.PROXY


def test_one_request_to_go_slower_holds_back_the_others():
    asked: list[bytes] = []
    slower = answering(answer(429, b"", "Retry-After: 7"), asked=asked)
    with server(slower) as url, client(url, connections=1) as made:
        sending = Transmission(made, (Item(registro(n)) for n in range(9)))
        found = [outcome for _, outcome in sending]
        assert [(one.espera, one.action) for one in found] == [(7.0, Action.RETRY)]
        assert (len(asked), sending.stopped_by, made.paused) == (2, None, None)  # the log-in, and one ficha
        assert len(sending.unsent) == 2  # what was taken ahead


def test_nothing_decided_any_more_ends_it():
    """Every answer a time-out: a hundred thousand fichas must not become unknown one by one."""
    asked: list[bytes] = []
    with server(answering(answer(500, b"Erro ao ler registro"), asked=asked)) as url, client(url) as made:
        sent = Transmission(made, items(100))
        found = list(sent)
    assert 3 <= len(found) <= 3 + 6 and sent.stopped_by is not None


def test_cut_connections_in_the_middle():
    with sending("corta=10", connections=3, marcador_de_duplicada="duplicad") as (pec, made):
        waiting = {item.key: item for item in items(60)}
        rounds = 0
        while waiting and rounds < 10:
            rounds += 1
            for item, outcome in Transmission(made, list(waiting.values())):
                before = item.before.after(outcome)
                waiting[item.key] = Item(item.registro, before, item.key)
                if outcome.action is Action.NEXT:
                    assert outcome.situacao is S.ACEITA
                    del waiting[item.key]
        assert not waiting
        assert pec.store.totals()["aceita"] == 60


def test_leaving_early_waits_for_what_is_out_and_stops():
    with sending("lento=20", connections=2) as (pec, made):
        for _ in Transmission(made, items(100)):
            break
        seen = sum(pec.store.totals().values())
        assert seen <= 10
    assert not [thread for thread in threading.enumerate() if thread.name in ("pec-0", "pec-1", "pec-watch")]


def test_a_defect_is_told_after_what_was_out_came_back():
    class Broken(Client):
        def send(self, one, before=None):  # type: ignore[no-untyped-def]
            if "000000000003" in one.nome:
                raise RuntimeError("defeito")
            return super().send(one)

    found = []
    with (
        sending() as (pec, _),
        Broken(pec.url, Credential("simulado", "simulado"), connections=2, timeouts=QUICK) as made,
        pytest.raises(RuntimeError, match="defeito"),
    ):
        for item, _ in Transmission(made, items(50)):
            found.append(item.key)
    assert {0, 1, 2} <= set(found) and len(found) <= 12
