"""`saude importar_sigtap ARQUIVO`: a month of SIGTAP."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.atualizacao import actions


class Command(BaseCommand):
    help = "Importa a Tabela Unificada do SIGTAP de um mês (.zip)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arquivo", type=Path)

    def handle(self, *args: Any, arquivo: Path, **options: Any) -> None:
        try:
            row = actions.import_sigtap_file(path=arquivo, by="importar_sigtap")
        except (actions.FileRefused, OSError) as error:
            raise CommandError(str(error)) from error
        counts = ", ".join(f"{n} {name}" for name, n in row.contagens.items())
        self.stdout.write(f"SIGTAP de {row.quando} em uso, importado em {row.segundos} s: {counts}.")
