"""`saude exportar_entidade`: all data of one entidade, to take away."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from saude.cofre import chaves
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError
from saude.privacidade.management.entidades import the_entidade
from saude.privacidade.pacote import PacoteError, check, take_out, unseal


class Command(BaseCommand):
    help = "Tira todos os dados de uma entidade num pacote (zip), cifrado com uma chave dada ou em claro, e o confere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ibge", help="código IBGE da entidade; sem ele, a única da instalação")
        parser.add_argument("--saida", type=Path, help="arquivo novo")
        parser.add_argument(
            "--chave", type=Path, help="arquivo da chave (saude cofre nova-chave) que cifra ou abre"
        )
        parser.add_argument(
            "--em-claro", action="store_true", help="um zip que qualquer um lê, por escolha sua"
        )
        parser.add_argument(
            "--abrir", type=Path, metavar="PACOTE", help="abre um cifrado: grava o zip em --saida"
        )
        parser.add_argument(
            "--conferir", type=Path, metavar="PACOTE", help="lê um pacote inteiro e nada grava"
        )

    def handle(
        self, *args: Any, saida: Path | None, abrir: Path | None, conferir: Path | None, **options: Any
    ) -> None:
        try:
            keys = chaves.read_file(options["chave"]) if options["chave"] else None
            if conferir:
                return self._told("O pacote está inteiro", check(conferir, keys))
            if saida is None:
                raise CommandError("Informe em --saida o arquivo a gravar.")
            if abrir:
                return self._told(f"Aberto em {saida}", self._unseal(abrir, saida, keys))
            self._take(saida, keys, **options)
        except (PacoteError, CofreError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"O arquivo não pôde ser lido ou gravado: {error.filename or saida}."
            ) from error
        except DatabaseError as error:
            raise CommandError("O pacote não foi feito: o banco de dados não respondeu.") from error

    def _take(
        self, saida: Path, keys: Chaveiro | None, *, ibge: str | None, em_claro: bool, **options: Any
    ) -> None:
        if (keys is None) != em_claro:
            raise CommandError(
                "Escolha: --chave ARQ cifra o pacote (`saude cofre nova-chave ARQ` faz uma), ou --em-claro deixa um "
                "zip que qualquer um lê. São dados de saúde."
            )
        manifesto = take_out(saida, entidade=the_entidade(ibge), by="instalação", keys=keys)
        self._told(f"Pacote de {manifesto['entidade']['nome']} pronto e lido de volta: {saida}", manifesto)
        if em_claro:
            self.stdout.write("ATENÇÃO: está em claro. Guarde-o como se guarda um prontuário.")

    def _unseal(self, path: Path, saida: Path, keys: Chaveiro | None) -> dict[str, Any]:
        if keys is None:
            raise CommandError("Informe em --chave o arquivo da chave com que o pacote foi feito.")
        return unseal(path, saida, keys)

    def _told(self, what: str, manifesto: dict[str, Any]) -> None:
        self.stdout.write(f"{what} ({manifesto['linhas']} linhas, {manifesto['arquivos']} arquivos).")
