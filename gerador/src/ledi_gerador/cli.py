"""`ledi gerar`: its options and its run. The command is `ledi.cli`, which asks for this module by its name."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TextIO

from ledi.cli.common import iso_date
from ledi.cli.oserror import os_words
from ledi_gerador import cnes_writer, sigtap_writer
from ledi_gerador.gerador import DOZE, competencias_antes, gerar
from ledi_gerador.minimos import TIPOS
from ledi_gerador.municipio import HOJE, Municipio, build

PRIMEIRO_ANO = 1950  # there must be time before it for the people to have been born


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `ledi gerar`."""
    parser.add_argument(
        "--semente", type=_inteiro, default=1, help="número que decide tudo: mesma semente, mesmos bytes"
    )
    parser.add_argument("--fichas", type=_quantas, default=6000, help="quantas fichas gerar (padrão: 6000)")
    parser.add_argument("--saida", default="-", help='arquivo .jsonl a gravar; "-" escreve na saída padrão')
    parser.add_argument("--hoje", type=_dia, default=HOJE, help="data atual, AAAA-MM-DD (padrão: 2026-11-24)")
    parser.add_argument("--competencias", type=_competencias, help="meses AAAAMM separados por vírgula")
    parser.add_argument(
        "--erros", type=_parte, default=0.06, help="parte das fichas com erro, de 0 a 1 (padrão: 0,06)"
    )
    parser.add_argument(
        "--erros-contexto",
        type=_parte,
        default=0.0,
        help="parte com erro que só o CNES ou o SIGTAP mostra, de 0 a 1 (padrão: 0)",
    )
    parser.add_argument(
        "--app", type=_parte, default=0.04, help="parte vinda do aplicativo, de 0 a 1 (padrão: 0,04)"
    )
    parser.add_argument(
        "--tipos", type=_tipos, default=DOZE, help="fichas separadas por vírgula, por exemplo FVD,FCI"
    )
    parser.add_argument("--gabarito", help="arquivo .jsonl com os códigos que cada ficha deve apontar")
    parser.add_argument(
        "--tabelas", help="pasta onde gravar também o CNES do município e a tabela SIGTAP de cada competência"
    )


def run(args: argparse.Namespace) -> int:
    """Writes the records, one JSON object a line; returns the exit code."""
    try:
        municipio = build(args.semente, hoje=args.hoje)
        competencias = args.competencias or competencias_antes(args.hoje)
        if args.tabelas:
            _tabelas(municipio, Path(args.tabelas), competencias)
        registros = gerar(
            semente=args.semente,
            fichas=args.fichas,
            competencias=competencias,
            municipio=municipio,
            hoje=args.hoje,
            tipos=args.tipos,
            erros=args.erros,
            erros_contexto=args.erros_contexto,
            app=args.app,
            com_gabarito=True,
        )
        with ExitStack() as abertos:
            saida = _abre(args.saida, abertos)
            gabarito = _abre(args.gabarito, abertos) if args.gabarito else None
            for registro, codigos in registros:
                saida.write(json.dumps(registro, ensure_ascii=False, separators=(",", ":")) + "\n")
                if gabarito:
                    gabarito.write(json.dumps({"uuid": registro["uuid"], "codigos": codigos}) + "\n")
    except BrokenPipeError:  # the reader (head, less) had enough
        sys.stderr.close()
        return 0
    except OSError as erro:
        print(f"ledi gerar: {erro.filename or 'saída'}: {os_words(erro)}", file=sys.stderr)
        return 2
    except ValueError as erro:
        print(f"ledi gerar: {erro}", file=sys.stderr)
        return 2
    return 0


def main(argv: list[str] | None = None) -> int:
    """`python -m ledi_gerador.cli`."""
    parser = argparse.ArgumentParser(
        "ledi gerar", description="Gera a produção fictícia de Porto das Garças."
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _tabelas(municipio: Municipio, pasta: Path, competencias: Sequence[str]) -> None:
    pasta.mkdir(parents=True, exist_ok=True)
    cnes_writer.write(municipio, pasta / "cnes.xml")
    for competencia in competencias:
        sigtap_writer.write(municipio, pasta, competencia)


def _abre(nome: str, abertos: ExitStack) -> TextIO:
    if nome == "-":
        return sys.stdout
    caminho = Path(nome)
    if not caminho.parent.is_dir():
        raise ValueError(f"{caminho.parent}: a pasta não existe; crie-a ou escolha outra")
    return abertos.enter_context(caminho.open("w", encoding="utf-8", newline="\n"))


def _inteiro(texto: str) -> int:
    try:
        return int(texto)
    except ValueError:
        raise argparse.ArgumentTypeError("deve ser um número inteiro") from None


def _quantas(texto: str) -> int:
    numero = _inteiro(texto)
    if numero < 0:
        raise argparse.ArgumentTypeError("a quantidade não pode ser negativa")
    return numero


def _parte(texto: str) -> float:
    try:
        numero = float(texto.replace(",", "."))
    except ValueError:
        numero = -1
    if not 0 <= numero <= 1:
        raise argparse.ArgumentTypeError("deve estar entre 0 e 1")
    return numero


def _dia(texto: str) -> date:
    dia = iso_date(texto)
    if dia.year < PRIMEIRO_ANO:
        raise argparse.ArgumentTypeError(f"a data deve ser de {PRIMEIRO_ANO} em diante")
    return dia


def _competencias(texto: str) -> tuple[str, ...]:
    meses = tuple(m.strip() for m in texto.split(","))
    for mes in meses:
        if len(mes) != 6 or not mes.isdecimal() or not 1 <= int(mes[4:]) <= 12 or int(mes[:4]) < PRIMEIRO_ANO:
            raise argparse.ArgumentTypeError(
                f"{mes!r} não é uma competência AAAAMM, de {PRIMEIRO_ANO} em diante"
            )
    return meses


def _tipos(texto: str) -> tuple[str, ...]:
    tipos = tuple(dict.fromkeys(t.strip().upper() for t in texto.split(",")))
    for tipo in tipos:
        if tipo not in TIPOS:
            raise argparse.ArgumentTypeError(f"{tipo!r} não é uma ficha; use {', '.join(TIPOS)}")
    return tipos


if __name__ == "__main__":
    sys.exit(main())
