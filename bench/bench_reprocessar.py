"""Reprocessing a competência's fichas after a table import: one and two workers; beside it the library alone.

Default 10,000 fichas, three runs; TAMANHO=200000 for the target itself (one run, two workers).
"""

from __future__ import annotations

import json
import os
import time

import banco
from comum import VEZES, Linha, gravar, tamanho, uma_vez

META = 200_000 / 90


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    banco.tabelas(entidade)
    n = tamanho(10_000)
    _encher(entidade, folder, n)
    big = n > 50_000
    two, one = Linha("reprocessar, 2 trabalhadores", n), Linha("reprocessar, 1 trabalhador", n)
    alone = Linha("limite: ledi.validate dos mesmos registros, um núcleo, sem banco", min(n, 10_000))
    records = _records(min(n, 10_000))
    for _ in range(1 if big else min(VEZES, 3)):
        for line, workers in ((two, 2), *(() if big else ((one, 1),))):
            _reprocessar(line, entidade, n, workers)
        uma_vez(alone, lambda: _validate(records))
    lines = [two, alone] if big else [two, one, alone]
    targets = [("fichas/s com 2 trabalhadores, relógio", round(two.por_segundo), round(META), ">=")]
    if not big:
        gain = round(two.por_segundo / one.por_segundo, 2)
        targets.append(("ganho do segundo trabalhador", gain, 1.7, ">="))
    gravar(os.environ.get("BENCH_NOME", "reprocessar"), f"Reprocessar {n} fichas", lines, alvos=targets)


def _encher(entidade: object, folder: object, n: int) -> None:
    """By intake, not by copying: a citizen has as many fichas as in a real month."""
    from saude.recebimento.models import Lote

    banco.esvaziar()
    running = banco.Trabalhadores(2)
    lote = banco.entregar(entidade, banco.arquivo(folder, n))  # type: ignore[arg-type]
    while Lote.objects.values_list("estado", flat=True).get(pk=lote.pk) != "concluido":
        running.vivos()
        time.sleep(0.2)
    running.parar()


def _reprocessar(line: Linha, entidade: object, n: int, workers: int) -> None:
    from django.db import connection

    from saude.fichas.contagem_mantida import differences
    from saude.fichas.filtro import Filtro
    from saude.fichas.models import Reprocessamento
    from saude.processamento.em_massa import start_reprocess

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, fichas_reprocessamento CASCADE")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    running = banco.Trabalhadores(workers)
    idle = running.cpu()
    server, start = banco.servidor_cpu(), time.perf_counter()
    job = start_reprocess(entidade=entidade, filtro=Filtro(), by="bench")
    while Reprocessamento.objects.get(pk=job.pk).estado != "concluido":
        running.vivos()
        time.sleep(0.05)
    line.relogio.append(time.perf_counter() - start)
    server = banco.servidor_cpu() - server
    line.cpu.append(running.parar() - idle + server)
    job.refresh_from_db()
    assert job.feitas == job.total == n, (job.feitas, job.total, n)
    assert differences() == []
    line.notas["CPU do PostgreSQL (s)"] = round(server, 1)
    connection.close()


def _records(n: int) -> list[object]:
    from saude.fichas.models import Conteudo

    return [json.loads(t) for t in Conteudo.objects.order_by("pk").values_list("registro", flat=True)[:n]]


def _validate(records: list[object]) -> None:
    from ledi import validate
    from ledi_gerador.gerador import HOJE

    for record in records:
        validate(record, hoje=HOJE)


if __name__ == "__main__":
    main()
