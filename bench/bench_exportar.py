"""Export from PostgreSQL to a synced zip, beside the best peer script: thriftpy2 (Cython) + zipfile, from objects
in memory, without database or checks. Demo mix, processadas only.

"gravação do zip": reading finished entries by server cursor and writing the synced file, nothing marked (a run of its
own, rolled back). "exportação inteira": what a user waits for: that, with items and marking in one transaction, audit
and publication; the server marks a batch while the file is written. Default 10,000; TAMANHO=1000000 grows the
database by copying rows in SQL (new uuid and entry names), and times one run.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import banco
from comum import VEZES, Linha, gravar, memoria_mb, tamanho, uma_vez

BASE = 10_000


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    n = tamanho(BASE)
    records = _encher(entidade, folder, n)
    runs = 1 if n > 200_000 else VEZES
    whole, zipped = (
        Linha("exportação inteira (zip + itens + marcação, uma transação)", 0),
        Linha("gravação do zip", 0),
    )
    peer, script = _peer(records)
    for _ in range(runs):  # ours, the peer, ours, the peer: a slow minute of the machine falls on both
        _exportar(entidade, whole, zipped)
        uma_vez(peer, script)
    memory = memoria_mb()
    gravar(
        os.environ.get("BENCH_NOME", "exportar"),
        f"Exportar {n} fichas da mistura de demonstração",
        [whole, zipped, peer],
        alvos=[
            ("gravação do zip: vezes o par", round(zipped.por_segundo / peer.por_segundo, 1), 8, ">="),
            ("exportação inteira: vezes o par", round(whole.por_segundo / peer.por_segundo, 1), 3, ">="),
            ("memória do processo que exporta (MB)", memory, 300, "<="),
        ],
    )


def _exportar(entidade: Any, whole: Linha, zipped: Linha) -> None:
    from django.db import connection

    from saude.exportacao import actions
    from saude.exportacao.files import path_of

    _desfazer()
    asked = actions.create_export(
        entidade=entidade, escopo="nao_exportados", inicio=date(2020, 1, 1), fim=date(2030, 1, 1), by=None
    )
    uma_vez(zipped, lambda: _only_zip(asked))
    uma_vez(whole, lambda: actions.run_export(asked.pk))
    asked.refresh_from_db()
    path = path_of(asked)
    assert path is not None and asked.total > 0
    whole.unidades = zipped.unidades = asked.total
    zipped.notas["MB do zip"] = round(asked.tamanho / 1e6, 1)
    shutil.rmtree(path.parent)
    connection.close()


def _only_zip(asked: Any) -> None:
    from django.db import transaction

    from saude.exportacao import actions
    from saude.exportacao.files import PartialFile

    with PartialFile(asked) as file, transaction.atomic():
        actions._write(asked, file, without=set(), hold=False, mark=lambda ids, _: len(ids))


def _desfazer() -> None:
    """Back to before the export (the lock of exported fichas lifted: only a benchmark may)."""
    from django.db import connection

    from saude.fichas.contagem_mantida import rebuild

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE exportacao_itemexportacao, exportacao_exportacao, procrastinate_jobs CASCADE"
        )
        cursor.execute("ALTER TABLE fichas_ficha DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE fichas_ficha SET situacao='processada', exportada_em=NULL WHERE situacao='exportada'"
        )
        cursor.execute("ALTER TABLE fichas_ficha ENABLE TRIGGER USER")
        rebuild()
        cursor.execute("VACUUM ANALYZE fichas_aexportar")
        cursor.execute("VACUUM ANALYZE fichas_ficha")
        cursor.execute("VACUUM ANALYZE fichas_entrada")
        cursor.execute("CHECKPOINT")


def _encher(entidade: Any, folder: Path, n: int) -> list[Any]:
    """The first 10,000 through the real intake, the others copied in SQL. Records: for the peer."""
    import json

    from saude.recebimento.actions import receive

    banco.esvaziar()
    with open(banco.arquivo(folder, min(n, BASE)), encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    receive(entidade=entidade, records=records, origem="api")
    banco.multiplicar(n)
    return records


def _peer(records: list[Any]) -> tuple[Linha, Callable[[], None]]:
    """Objects are built, serialised, wrapped and zipped (level 6): what a script in the field does."""
    from pares import thriftpy2_de

    objects, write = thriftpy2_de(records)

    def run() -> None:
        with open(Path(os.environ["SAUDE_DADOS"]) / "par.zip", "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
                for name, make in objects:
                    package.writestr(name, write(make))
            file.flush()
            os.fsync(file.fileno())

    return Linha("par: thriftpy2 (Cython) + zipfile nível 6, da memória", len(objects)), run


if __name__ == "__main__":
    main()
