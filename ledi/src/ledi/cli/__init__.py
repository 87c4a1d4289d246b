"""The command `ledi`. Its verbs, options, output and exit codes are a contract: scripts depend on them."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from ledi.cli.oserror import Unwritten, os_words
from ledi.errors import LediError

OK, SOME_BAD, UNREADABLE = 0, 1, 2
#: verb -> its line in the help; the module of a verb is loaded when the verb is asked for
VERBS = {
    "validar": "diz o que o PEC recusaria, antes de enviar",
    "empacotar": "gera o zip de fichas para o PEC",
    "abrir": "decodifica .esus, .esus.xml ou zip para JSON por linhas",
    "tabelar": "grava tabelas Parquet, para perguntar com DuckDB ou pandas",
    "converter": "passa registros para outra versão do LEDI",
    "retorno": "lê relatórios do PEC, do SISAB e do SIAPS sobre o que foi enviado",
    "pec-simulado": "inicia um PEC de mentira nesta máquina, para testar envios",
    "versoes": "lista as versões do LEDI, sua validade e o PEC que as lê",
    "esquema": "JSON Schema do registro de uma ficha",
    "regras": "lista os códigos, seu estado e seu texto",
    "gerar": "gera registros fictícios (demonstração, testes, medidas)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a verb; exit code 0 all well, 1 some record is not, 2 unreadable input or bad usage."""
    _streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(given).parse_args(given)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except LediError as error:
        print(f"ledi: {error}", file=sys.stderr)
    except (OSError, Unwritten) as error:
        _unable(error.args[0] if isinstance(error, Unwritten) else error)
    except KeyboardInterrupt:
        print("ledi: interrompido", file=sys.stderr)
    return UNREADABLE


def _unable(error: OSError) -> None:
    """Who reads the output (head, less) may have had enough: nothing to say of it."""
    if isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    else:
        print(f"ledi: {error.filename or 'saída'}: {os_words(error)}", file=sys.stderr)


def _streams() -> None:
    """Output is UTF-8 whatever the console's code page; half a surrogate pair comes out as its escape.

    Who closed an output (`>&-`) wants nothing of it: it goes nowhere.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "uso: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse in Portuguese."""

    def __init__(self, **options: Any) -> None:
        asked: dict[str, Any] = {"formatter_class": _Help, "add_help": False}
        super().__init__(**asked | options)
        self._positionals.title, self._optionals.title = "argumentos", "opções"
        if options.get("prefix_chars") is None:
            self.add_argument("-h", "--help", action="help", help="mostra esta ajuda e termina")

    def error(self, message: str) -> NoReturn:
        words = {
            "the following arguments are required": "faltam argumentos",
            "unrecognized arguments": "argumentos desconhecidos",
            "not allowed with argument": "não pode vir junto de",
            "ambiguous option": "opção ambígua",
            "could match": "pode ser",
            "invalid choice": "opção inválida",
            "expected one argument": "falta o valor",
            "expected at least one argument": "falta ao menos um valor",
            "choose from": "escolha entre",
            "invalid": "valor inválido",
            "argument": "argumento",
            " value: ": ": ",
        }
        message = re.sub(r"invalid \w+ value: ", "valor inválido: ", message)  # no name of a function
        for english, portuguese in words.items():
            message = re.sub(
                rf"(?<![a-z]){english}(?![a-z])" if english.isalpha() else english, portuguese, message
            )
        self.print_usage(sys.stderr)
        self.exit(UNREADABLE, f"{self.prog}: {message}\n")


class _Version(argparse.Action):
    """The library's version and those of LEDI that it writes; the layouts are not loaded before it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        library = import_module("ledi")
        *older, newest = library.VERSIONS
        print(f"ledi {library.__version__} (LEDI {newest}; também {', '.join(reversed(older))})")
        parser.exit()


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="ledi", description="Fichas do e-SUS APS (LEDI): validar, empacotar, abrir.")
    parser.add_argument("--version", action=_Version, nargs=0, help="mostra as versões e termina")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="COMANDO", parser_class=_Parser)
    asked = next((word for word in given if word in VERBS), None)
    for verb, words in VERBS.items():
        if verb == asked:
            import_module(f"ledi.cli.{verb.replace('-', '_')}").add(verbs, words)
        else:
            verbs.add_parser(verb, help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
