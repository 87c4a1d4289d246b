"""The command `ledi`. Its verbs, options, output and exit codes are a contract: scripts depend on them."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence

from ledi.cli import (
    abrir,
    converter,
    empacotar,
    esquema,
    gerar,
    pec_simulado,
    regras,
    retorno,
    validar,
    versoes,
)
from ledi.cli.common import os_words
from ledi.errors import LediError
from ledi.layouts import VERSIONS

OK, SOME_BAD, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a verb; exit code 0 all well, 1 some record is not, 2 unreadable input or bad usage."""
    _utf8()
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREADABLE
    except LediError as error:
        print(f"ledi: {error}", file=sys.stderr)
    except OSError as error:
        print(f"ledi: {error.filename or 'arquivo'}: {os_words(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("ledi: interrompido", file=sys.stderr)
    return UNREADABLE


def _utf8() -> None:
    """Output is UTF-8 whatever the console's code page; half a surrogate pair comes out as its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class _Parser(argparse.ArgumentParser):
    """argparse in Portuguese."""

    def error(self, message: str) -> None:  # type: ignore[override]
        words = {
            "the following arguments are required": "faltam argumentos",
            "unrecognized arguments": "argumentos desconhecidos",
            "invalid choice": "opção inválida",
            "expected one argument": "falta o valor",
            "expected at least one argument": "falta ao menos um valor",
            "choose from": "escolha entre",
            "invalid": "valor inválido",
            "argument": "argumento",
            " value: ": ": ",
        }
        for english, portuguese in words.items():
            message = re.sub(
                rf"(?<![a-z]){english}(?![a-z])" if english.isalpha() else english, portuguese, message
            )
        self.print_usage(sys.stderr)
        self.exit(UNREADABLE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="ledi", description="Fichas do e-SUS APS (LEDI): validar, empacotar, abrir.")
    parser.add_argument("--version", action="version", version=f"ledi (LEDI {', '.join(VERSIONS)})")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMANDO", parser_class=_Parser)
    for module in (
        validar,
        empacotar,
        abrir,
        converter,
        retorno,
        pec_simulado,
        versoes,
        esquema,
        regras,
        gerar,
    ):
        module.add(verbs)
    return parser


if __name__ == "__main__":
    sys.exit(main())
