"""The trail: what sealing costs those who write events meanwhile; how long a whole one takes to seal, to check."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import banco
from comum import VEZES, Linha, alternar, gravar, tamanho, uma_vez

TAKEN = 1_000  # records of one run
WRITTEN = 2_000  # events one after the other, each its own transaction, as pages do


def main() -> None:
    total = tamanho(200_000)
    banco.preparar()
    from django.utils import timezone

    from saude.auditoria import selos
    from saude.auditoria.models import Evento

    selos.AGE = timedelta(0)
    old = timezone.now() - timedelta(days=1)
    row = {
        "usuario_nome": "coordenador",
        "tipo": "ficha.vista",
        "alvo_tipo": "fichas.ficha",
        "entidade_id": 1,
    }
    for start in range(0, total, 10_000):
        rows = (Evento(**row, alvo_id=f"2513838-{n:036}", detalhe={"mostrados": n}, momento=old)
                for n in range(start, min(start + 10_000, total)))  # fmt: skip
        Evento.objects.bulk_create(rows)
    alone = Linha("gravar eventos, um a um", WRITTEN)
    beside = Linha("o mesmo, com a conferência de toda a trilha ao lado", WRITTEN)
    sealing = Linha("selar a trilha inteira", total)
    uma_vez(sealing, _seal_all)
    checking = Linha("conferir a trilha inteira", total)
    for _ in range(VEZES):
        uma_vez(checking, _check)
    alternar(VEZES, (alone, _write), (beside, lambda: _beside(_write)))
    slower = round(100 * (1 - beside.por_segundo / alone.por_segundo), 1)
    take_in = Linha("receber listas de 100 registros", TAKEN)
    take_in_beside = Linha("o mesmo, com a trilha selada e conferida ao lado sem parar", TAKEN)
    receive = _receiver()
    receive()  # what the first request of a process loads
    alternar(VEZES, (take_in, receive), (take_in_beside, lambda: _beside(receive)))
    intake = round(100 * (1 - take_in_beside.por_segundo / take_in.por_segundo), 1)
    gravar(
        "trilha",
        "Selar e conferir a trilha de auditoria",
        [alone, beside, sealing, checking, take_in, take_in_beside],
        extra={
            "Gravar fica mais lento enquanto outro processo lê a trilha toda (%)": slower,
            "Receber fica mais lento enquanto outro processo lê a trilha toda (%)": intake,
        },
    )


def _write() -> None:
    from saude.auditoria.actions import record_event

    for n in range(WRITTEN):
        record_event(by="coordenador", entidade=1, tipo="ficha.vista", alvo=("fichas.ficha", n), mostrados=50)


def _receiver() -> Callable[[], None]:
    """Lists as the API takes them: each leaves one event in the trail."""
    from ledi_gerador.gerador import gerar
    from saude.recebimento.actions import receive

    entidade = banco.municipio()
    made = gerar(semente=7, fichas=TAKEN * (2 * VEZES + 1), erros=0.06, app=0.0)

    def run() -> None:
        for _ in range(TAKEN // 100):
            records = [next(made) for _ in range(100)]
            receive(entidade=entidade, records=records, origem="api", raw=b"[]")

    return run


def _seal_all() -> None:
    from saude.auditoria import selos

    while selos.seal():
        pass


def _check() -> None:
    from saude.auditoria import selos

    found = list(selos.faults())
    assert not found, found


def _beside(work: Callable[[], None]) -> None:
    """The reading runs over and over in another connection until the writing ends."""
    over = threading.Event()

    def read() -> None:
        from django.db import connection

        while not over.is_set():
            _seal_all()
            _check()
        connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        work()
    finally:
        over.set()
        reader.join()


if __name__ == "__main__":
    main()
