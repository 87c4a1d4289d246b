"""`ledi pec-simulado`: a PEC on this machine, for tests of whatever sends fichas to one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ledi.cli.oserror import os_words


def add(verbs: Any, words: str) -> None:
    parser = verbs.add_parser(
        "pec-simulado",
        help=words,
        description="Recebe fichas pelos endereços da API do PEC, confere-as de verdade e responde como ele. "
        "Cenários e parâmetros: docs/pec-simulado.md, ou --listar.",
    )
    parser.add_argument(
        "--porta", type=_port, default=9100, metavar="N", help="padrão 9100; 0 escolhe uma livre"
    )
    parser.add_argument("--usuario", metavar="U", help="usuário da credencial (padrão: simulado)")
    parser.add_argument("--senha", metavar="S", help="senha da credencial (padrão: simulado)")
    parser.add_argument(
        "--pasta", metavar="P", help="guarda aqui o que recebe, e lembra dos uuids ao recomeçar"
    )
    parser.add_argument(
        "--cenario", action="append", default=[], metavar="NOME", help="C01 a C17, recusa=5%%…"
    )
    parser.add_argument(
        "--parametro", action="append", default=[], metavar="nome=valor", help="o que não se sabe do PEC"
    )
    parser.add_argument("--listar", action="store_true", help="mostra os cenários e os parâmetros, e termina")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from ledi.pec import simulator  # noqa: PLC0415  (brings an HTTP server: not for the other verbs)

    if options.listar:
        return _list(simulator)
    settings = simulator.Settings(
        usuario=options.usuario or simulator.USUARIO,
        senha=options.senha or simulator.SENHA,
        folder=Path(options.pasta) if options.pasta else None,
        chosen=simulator.Chosen.parse(options.cenario),
        parameters=simulator.Parameters.parse(options.parametro),
    )
    try:
        pec = simulator.Simulator(settings, options.porta)
    except OSError as error:
        what = error.filename or f"porta {options.porta}"
        print(f"ledi: {what}: {os_words(error)}", file=sys.stderr)
        return 2
    print(
        f"PEC simulado em {pec.url}  (usuário {settings.usuario}, senha {'*' * 8 if options.senha else settings.senha})"
    )
    print(f"  POST {pec.url}/api/recebimento/login")
    print(f"  POST {pec.url}/api/v1/recebimento/ficha")
    print(
        f"  página {pec.url}/   recebidas {pec.url}/recebidas.json   lotes POST {pec.url}/lotes", flush=True
    )
    try:
        pec.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        pec.close()
    return 0


def _list(simulator: Any) -> int:
    for name, text in simulator.SCENARIOS.items():
        print(f"--cenario {name:8} {text}")
    for name, one in simulator.PARAMETERS.items():
        print(
            f"--parametro {name}={one.default}   {one.help} [{', '.join(one.options)}{' ou outro' if one.free else ''}]"
        )
    return 0


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a porta vai de 0 a 65535")
    return int(text)
