"""kill -9 of the worker while a file is read, and while it is taken in: whole in the end, once, never half."""

import json
import random
import signal
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from producao import registro

from saude.arquivos import actions
from saude.arquivos.models import Conferencia, ItemConferido
from saude.fichas.contagem_mantida import differences
from saude.fichas.models import Ficha
from saude.recebimento.models import Lote, Registro
from saude.recebimento.tasks import spool_folder

pytestmark = [pytest.mark.lento, pytest.mark.django_db(transaction=True)]
SMALL_STEPS = """
import django
django.setup()
import time
from django.conf import settings
from pathlib import Path
settings.DADOS = Path({dados!r})
from saude.arquivos import actions, exame
from saude.recebimento import actions as intake
intake.CHUNK, exame.BATCH, actions.ATOMIC = {chunk}, {chunk}, {atomic}
take = actions.take_in
actions.take_in = lambda *a: (take(*a), time.sleep({hold}))[0]
mark, steps = exame.mark, []
def step(*a, **k):
    made = mark(*a, **k)
    steps.append(made)
    time.sleep(600 if len(steps) == {last} else 0.05)
    return made
exame.mark = step
"""
FOR_EVER = 600  # until it is killed


def esperar(what: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


@pytest.mark.parametrize("atomic", [0, 10_000])
def test_kill_9_while_reading_and_while_taking_in(
    entidade, criar_usuario, client, trabalhador, settings, tmp_path, monkeypatch, atomic
):
    """Killed again and again: the file is read whole and taken in whole, once; until then nothing or (by
    parts) an exact beginning of it."""
    settings.DADOS = tmp_path
    client.force_login(criar_usuario("Digitador"))
    records = [registro("FVD") for _ in range(120)]
    monkeypatch.setattr(actions, "SMALL", 10)
    monkeypatch.setattr(actions, "ATOMIC", atomic)

    def steps(last: int, hold: int) -> str:
        return SMALL_STEPS.format(dados=str(tmp_path), chunk=10, atomic=atomic, last=last, hold=hold)

    whole, doomed = (
        steps(0, 0),
        steps(9, FOR_EVER if atomic else 0),
    )  # 12 blocks: the doomed never reaches the end
    data = b"".join(json.dumps(r).encode() + b"\n" for r in records)
    where = client.post("/arquivos/conferir/", {"arquivo": SimpleUploadedFile("a.jsonl", data)})["Location"]
    estado = lambda: Conferencia.objects.get().estado  # noqa: E731
    rng = random.Random(3)

    def killed_in(state: str, done: Any) -> None:
        victim = trabalhador(doomed)
        try:
            esperar(done)
            time.sleep(rng.uniform(0, 0.1))
            assert estado() == state
        finally:
            victim.send_signal(signal.SIGKILL)
            victim.wait()

    killed_in("lendo", lambda: Conferencia.objects.get().lidos >= 30)
    second = trabalhador(whole)
    try:
        esperar(lambda: estado() == "pronta")
    finally:
        second.send_signal(signal.SIGKILL)
        second.wait()
    assert Conferencia.objects.get().lidos == 120
    assert list(ItemConferido.objects.order_by("posicao").values_list("posicao", flat=True)) == list(
        range(1, 121)
    )

    client.post(f"{where}receber/")
    assert estado() == "recebendo"
    if atomic:  # one transaction: nothing of it is to be seen
        started = (spool_folder() / Conferencia.objects.get().arquivo).exists
        killed_in("recebendo", lambda: started())
        time.sleep(0.5)
        assert not Ficha.objects.exists() and not Lote.objects.exists() and not Registro.objects.exists()
    else:
        killed_in("recebendo", lambda: Registro.objects.count() >= 30)
        time.sleep(0.5)
        n = Ficha.objects.count()
        assert 0 < n < 120
        assert set(Ficha.objects.values_list("uuid", flat=True)) == {r["uuid"] for r in records[:n]}
    last = trabalhador(whole)
    try:
        esperar(lambda: estado() == "recebida")
    finally:
        last.terminate()
        last.wait(300)
    lote = Lote.objects.get()
    assert (lote.estado, lote.lidos, lote.novos, lote.recusados) == ("concluido", 120, 120, 0)
    assert set(Ficha.objects.values_list("uuid", flat=True)) == {r["uuid"] for r in records}
    assert differences() == []
