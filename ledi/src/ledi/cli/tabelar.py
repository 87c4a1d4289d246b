"""`ledi tabelar`: a production as Parquet tables, one for each struct."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ledi.cli.common import tell_passed_over
from ledi.cli.many import add_processes_option, in_order
from ledi.dados import REFUSED, Rows, rows_of, tabelar
from ledi.reading import Records

DESCRIPTION = (
    "Grava uma tabela Parquet para cada estrutura do LEDI (com arquivo, registro, uuid, caminho, pai e posicao), "
    "a tabela registros e a tabela recusados (o que não coube, com o motivo). A pasta só aparece quando está inteira."
)


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("tabelar", help=words, description=DESCRIPTION)
    parser.add_argument(
        "arquivos", nargs="+", metavar="ARQ", help='arquivo (também .gz), ou "-" para a entrada padrão'
    )
    parser.add_argument("--saida", required=True, metavar="PASTA", help="pasta a criar")
    add_processes_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    def work(path: str, records: Records) -> Iterator[tuple[str, Rows]]:
        for unit, rows in in_order(path, records, rows_of, processes=options.processos):
            yield unit.where, rows
        tell_passed_over(path, records)

    made = tabelar(options.arquivos, options.saida, work=work)
    folder = Path(options.saida)
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(made.por_tipo.items()))
    print(f"{folder}: {made.registros} registros{f' ({kinds})' if kinds else ''}")
    if made.recusados:
        print(
            f"ledi: {made.recusados} recusados: o motivo de cada um está em {folder / REFUSED}.parquet",
            file=sys.stderr,
        )
    return 1 if made.recusados else 0
