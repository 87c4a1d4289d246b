"""`saude extrair_sem_nomes`: the production for who studies it, anonymous or with pseudonyms."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from saude.cadastros.models import Entidade
from saude.cofre import chaves
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError
from saude.comum.competencia import Competencia
from saude.privacidade.extracao import MINIMO, ExtracaoError, extract, whose
from saude.privacidade.management.entidades import the_entidade


class Command(BaseCommand):
    help = (
        "Extrai a produção sem nomes (CSV): anônima, por grupos, ou com pseudônimos que só uma chave desfaz."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ibge", help="código IBGE da entidade; sem ele, a única da instalação")
        parser.add_argument("--de", metavar="AAAAMM", help="primeira competência")
        parser.add_argument("--ate", metavar="AAAAMM", help="última competência")
        parser.add_argument("--saida", type=Path, help="arquivo novo")
        parser.add_argument(
            "--chave",
            type=Path,
            help="arquivo de uma chave (saude cofre nova-chave): pseudônimos, uma linha por atendido",
        )
        parser.add_argument("--quem", metavar="PSEUDONIMO", help="de quem é, pela chave com que foi feito")

    def handle(
        self, *args: Any, ibge: str | None, chave: Path | None, quem: str | None, **options: Any
    ) -> None:
        try:
            keys = chaves.read_file(chave) if chave else None
            if quem:
                return self._whose(quem, the_entidade(ibge), keys)
            self._extract(the_entidade(ibge), keys, **options)
        except (ExtracaoError, CofreError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError("Nada foi extraído: o banco de dados não respondeu.") from error

    def _extract(
        self, entidade: Entidade, keys: Chaveiro | None, *, saida: Path | None, de: str | None, ate: str | None,
        **options: Any,
    ) -> None:  # fmt: skip
        if saida is None:
            raise CommandError("Informe em --saida o arquivo a gravar.")
        for name, given in (("--de", de), ("--ate", ate)):
            if not re.fullmatch(Competencia.regex, given or ""):
                raise CommandError(f"Informe em {name} uma competência, como 202609 (ano e mês).")
        done = extract(saida, entidade=entidade, by="instalação", de=de or "", ate=ate or "", keys=keys)
        self.stdout.write(f"{saida}: {done.linhas} linhas, sem nomes.")
        if keys:
            self.stdout.write(
                "ATENÇÃO: com a chave se sabe de quem é cada linha: são dados pessoais. Guarde-a longe do arquivo."
            )
        elif done.omitidos:
            self.stdout.write(
                f"{done.omitidos} atendimentos de grupos com menos de {MINIMO} pessoas ficaram fora."
            )

    def _whose(self, quem: str, entidade: Entidade, keys: Chaveiro | None) -> None:
        if keys is None:
            raise CommandError("Informe em --chave o arquivo da chave com que os pseudônimos foram feitos.")
        found = whose(quem, entidade=entidade, by="instalação", keys=keys)
        self.stdout.write(f"É o cadastro {found.pk} (/clientes/{found.pk}/). A pergunta ficou na trilha.")
