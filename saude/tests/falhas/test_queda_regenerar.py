"""kill -9 of the worker while fichas are written in another LEDI version: each is written once, none is half done."""

import signal
import time
from typing import Any

import pytest
from producao import FIM, INICIO, receber, registro
from trabalhador_devagar import DEVAGAR

from saude.fichas.contagem_mantida import differences
from saude.fichas.models import ConteudoAnterior, Evento, Ficha
from saude.processamento import em_massa, regenerar

pytestmark = [pytest.mark.lento, pytest.mark.django_db(transaction=True)]
OLD, NEW, FICHAS = "7.4.2", "8.7.0", 120


def esperar(what: Any, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_killed_again_and_again_it_goes_on_where_it_stopped(entidade, trabalhador, monkeypatch):
    receber(entidade, *[registro("FAI") for _ in range(FICHAS)])
    monkeypatch.setattr(em_massa, "BLOCK", 5)
    row = regenerar.ask(entidade=entidade, para=OLD, inicio=INICIO, fim=FIM, by="teste")

    def now() -> Any:
        return regenerar.all_of(entidade).get(pk=row.pk)

    def kill_after_some(job: Any) -> None:
        before = job().feitas
        victim = trabalhador(DEVAGAR)
        esperar(lambda: job().feitas > before)
        victim.send_signal(signal.SIGKILL)
        victim.wait()

    kill_after_some(lambda: now().previa)
    trabalhador()
    esperar(lambda: now().estado == "pronta")
    assert now().resumo == {"total": FICHAS, "convertem": FICHAS, "perdem": FICHAS}
    regenerar.confirm(regeneracao=now(), by="teste")
    for _ in range(2):
        kill_after_some(lambda: now().trabalho)
        written = Ficha.objects.filter(versao=OLD).count()
        assert written == now().trabalho.feitas  # a block is done whole or not at all
        assert Evento.objects.filter(fato="regenerada").count() == written
    trabalhador()
    esperar(lambda: now().estado == "concluida")
    assert now().feito == {"total": FICHAS, "convertem": FICHAS, "perdem": FICHAS}
    assert set(Ficha.objects.values_list("versao", "revisao", "situacao")) == {(OLD, 2, "processada")}
    assert ConteudoAnterior.objects.count() == FICHAS
    assert differences() == []
