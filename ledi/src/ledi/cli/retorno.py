"""`ledi retorno`: what a report of the PEC, of SISAB or of SIAPS says. Its JSON and exit codes are a contract."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from ledi.files import readable_again
from ledi.retorno import Refused, Retorno, document, open_retorno, refusal

FORMATOS = {
    "pec-inconsistencias": "relatório de inconsistências do PEC",
    "sisab-validacao": "Relatório de Validação do SISAB",
    "siaps-equipe-quadrimestre": "SIAPS, avaliação do quadrimestre por equipe",
    "siaps-visao-competencia": "SIAPS, visão por competência",
}


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser("retorno", help=words)
    parser.add_argument(
        "arquivo",
        metavar="ARQUIVO",
        help='.csv ou .xlsx como foi baixado (também .gz), ou "-" para a entrada padrão',
    )
    parser.add_argument("--json", action="store_true", help="um objeto JSON com tudo o que o arquivo traz")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    try:
        with readable_again(options.arquivo) as path:
            if options.json:
                for piece in document(path, options.arquivo):
                    sys.stdout.write(piece)
            else:
                with open_retorno(path) as found:
                    for line in _told(found):
                        print(line)
    except Refused as refused:
        if options.json:
            print(json.dumps(refusal(options.arquivo, refused), ensure_ascii=False, separators=(",", ":")))
        print(f"ledi: {options.arquivo}: recusado: {refused}", file=sys.stderr)
        return 1
    return 0


def _told(found: Retorno) -> Iterator[str]:
    yield FORMATOS[found.formato]
    for name, value in (found.contexto or {}).items():
        if value is not None:
            yield f"  {name}: {value}"
    for registro in found:
        yield _line(registro)
    yield "totais: " + ", ".join(f"{name} {value}" for name, value in found.totais.items())
    for aviso in found.avisos:
        yield f"aviso: {aviso}"


def _line(registro: dict[str, Any]) -> str:
    if "mensagens" in registro:
        texts = "; ".join(one["texto_seguro"] for one in registro["mensagens"])
        who = f"{registro['ficha'] or registro['tipo_ficha'] or '?'} {registro['uuid'] or '(sem uuid)'}"
        return (
            f"  linha {registro['linha']}: {who}: {registro['situacao'] or '?'}{': ' if texts else ''}{texts}"
        )
    shown = (f"{name} {value}" for name, value in registro.items() if isinstance(value, str | int | float))
    return "  " + ", ".join(shown)
