"""Taking in: NDJSON on disk -> validated with all rules, serialised, stored, counted; one and two workers.

Beside it the limit of the same machine: the same lines parsed and copied (COPY) into a table, nothing else.
Default 10,000 fichas, five runs; TAMANHO=1000000 for the target itself (one run, two workers).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import banco
from comum import VEZES, Linha, gravar, memoria_mb, tamanho, uma_vez

META = 1_000_000 / 360  # 1,000,000 in 6 minutes


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    banco.tabelas(entidade)
    n = tamanho(10_000)
    path = banco.arquivo(folder, n)
    big = n > 50_000
    runs = 1 if big else VEZES
    two, one = (
        Linha("receber e processar, 2 trabalhadores", n),
        Linha("receber e processar, 1 trabalhador", n),
    )
    limit = Linha("limite: json.loads + COPY do texto cru, sem validar", n)
    for _ in range(runs):
        for line, workers in ((two, 2), *(() if big else ((one, 1),))):
            banco.esvaziar()
            _receber(line, entidade, path, n, workers)
        uma_vez(limit, lambda: _copiar(path))
    lines = [two, limit] if big else [two, one, limit]
    gravar(
        os.environ.get("BENCH_NOME", "receber"),
        "Receber e processar (NDJSON no disco → conferido, serializado, guardado)",
        lines,
        alvos=[("fichas/s com 2 trabalhadores, relógio", round(two.por_segundo), round(META), ">=")],
        extra={"Memória deste processo (MB)": memoria_mb(), "1.000.000 de fichas, extrapolado (min)":
               round(1_000_000 / two.por_segundo / 60, 1)},
    )  # fmt: skip


def _receber(line: Linha, entidade: object, path: Path, n: int, workers: int) -> None:
    """The clock starts when the workers are up: a worker lives for weeks. CPU: workers and the server's.

    The panel's kept counts are proven equal to a full count again and again while it runs.
    """
    from django.db import connection

    from saude.fichas.contagem_mantida import differences
    from saude.fichas.models import Ficha
    from saude.recebimento.models import Bloco, Lote
    from saude.recebimento.tasks import spool_folder

    running = banco.Trabalhadores(workers)
    idle = running.cpu()
    server, start = banco.servidor_cpu(), time.perf_counter()
    lote = banco.entregar(entidade, path)
    every = 1 if n <= 50_000 else 15
    checks, due = 0, start + every
    while Lote.objects.values_list("estado", flat=True).get(pk=lote.pk) != "concluido":
        running.vivos()
        if time.perf_counter() > due:
            assert differences() == [], "o painel não confere durante o recebimento"
            checks, due = checks + 1, time.perf_counter() + every
        time.sleep(0.05)
    line.relogio.append(time.perf_counter() - start)
    server = banco.servidor_cpu() - server
    line.cpu.append(running.parar() - idle + server)
    assert Ficha.objects.count() == n, "fichas perdidas"
    assert differences() == [], "o painel não confere"
    (spool_folder() / Lote.objects.get(pk=lote.pk).arquivo).unlink()
    line.notas["CPU do PostgreSQL (s)"] = round(server, 1)
    line.notas["blocos"] = Bloco.objects.count()
    line.notas["painel conferido durante"] = checks
    connection.close()


def _copiar(path: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_cru (uuid text, registro text)")
        cursor.execute("TRUNCATE bench_cru")
        with open(path, "rb") as file, cursor.copy("COPY bench_cru FROM STDIN") as copy:
            for row in file:
                copy.write_row((json.loads(row)["uuid"], row.decode()))


if __name__ == "__main__":
    main()
