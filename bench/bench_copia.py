"""A copy and its restoration beside pg_dump and pg_restore alone, on the same database (BENCH_FICHAS fichas; 20,000).

Fichas of the demo mix, received and judged, then multiplied in SQL, with the zip of an export of all of them among the
files; `python bench/bench_copia.py N`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import banco

FICHAS = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("BENCH_FICHAS", "20000"))
BASE = 10_000


def main() -> None:
    folder = banco.preparar()
    from django.db import connection

    from saude.banco import ferramentas
    from saude.cofre.chaves import keyring
    from saude.copias import restaurar
    from saude.copias.copiar import DUMP, make_copy
    from saude.copias.restaurar import RESTORE

    _fill(folder)
    work = Path(tempfile.mkdtemp(prefix="saude-bench-copia-", dir="/var/tmp"))
    try:
        took: dict[str, float] = {}
        plain, sealed = work / "so.dump", work / "copia.saude"
        with open(plain, "wb") as out:
            took["pg_dump"] = _timed(lambda: _alone(ferramentas, connection, "pg_dump", *DUMP, stdout=out))
        took["copiar"] = _timed(lambda: make_copy(sealed, by="bench"))
        restaurar._empty_schema()
        target = ("-d", str(ferramentas.parameters(connection)["dbname"]))
        with open(plain, "rb") as given:
            took["pg_restore"] = _timed(
                lambda: _alone(ferramentas, connection, "pg_restore", *RESTORE, *target, stdin=given)
            )
        restaurar._empty_schema()
        shutil.rmtree(folder / "exportacoes")
        took["restaurar"] = _timed(lambda: restaurar.restore(sealed, by="bench", keys=keyring()))
        sizes = {path.name: path.stat().st_size / 1e6 for path in (plain, sealed)}
        print(f"{FICHAS} fichas; " + "; ".join(f"{name} {seconds:.1f} s" for name, seconds in took.items()))
        print("; ".join(f"{name} {size:.1f} MB" for name, size in sizes.items()))
        print(f"restaurar / pg_restore = {took['restaurar'] / took['pg_restore']:.2f}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _fill(folder: Path) -> None:
    from saude.exportacao import actions
    from saude.recebimento.actions import receive

    entidade = banco.municipio()
    with open(banco.arquivo(folder, min(FICHAS, BASE)), encoding="utf-8") as file:
        receive(entidade=entidade, records=[json.loads(line) for line in file], origem="api")
    banco.multiplicar(FICHAS)
    asked = actions.create_export(
        entidade=entidade, escopo="nao_exportados", inicio=date(2020, 1, 1), fim=date(2030, 1, 1), by=None
    )
    actions.run_export(asked.pk)


def _alone(ferramentas: Any, connection: Any, name: str, *args: str, **pipes: Any) -> None:
    with (
        tempfile.TemporaryFile() as errors,
        ferramentas.run(connection, name, *args, errors=errors, **pipes) as process,
    ):
        if process.wait() != 0:
            errors.seek(0)
            raise SystemExit(errors.read().decode())


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
