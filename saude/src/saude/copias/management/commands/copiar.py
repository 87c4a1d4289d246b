"""`saude copiar --saida ARQ`: a copy of everything, sealed, read back before it counts."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from saude.cofre import chaves
from saude.cofre.erros import CofreError
from saude.copias.copiar import make_copy
from saude.copias.formato import CopiaError


class Command(BaseCommand):
    help = "Copia o banco e os arquivos num arquivo cifrado, e o lê de volta antes de dizer que está pronto."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--saida", type=Path, required=True, help="arquivo novo")
        parser.add_argument(
            "--chave",
            type=Path,
            help="arquivo da chave (saude cofre nova-chave); sem ele, a chave desta instalação",
        )
        parser.add_argument(
            "--sem-chaves",
            action="store_true",
            help="com --chave: não leva as chaves desta instalação na cópia",
        )

    def handle(self, *args: Any, saida: Path, chave: Path | None, sem_chaves: bool, **options: Any) -> None:
        try:
            keys = chaves.read_file(chave) if chave else None
            found = make_copy(saida, by="instalação", keys=keys, com_chaves=bool(chave) and not sem_chaves)
        except (CopiaError, CofreError) as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError("A cópia não foi feita: o banco de dados não respondeu.") from error
        size = saida.stat().st_size / 1024**2
        self.stdout.write(
            f"Cópia pronta e lida de volta: {saida} ({size:.1f} MB, {sum(found['linhas'].values())} linhas, "
            f"{found['arquivos']} arquivos)."
        )
        if found["com_chaves"]:
            self.stdout.write(
                "As chaves desta instalação estão na cópia: guarde a chave da cópia longe dela."
            )
        else:
            self.stdout.write(
                f"A chave do cofre NÃO está na cópia: guarde à parte {chaves.place()[0]} (ou SAUDE_CHAVES) e a chave "
                "secreta. Sem elas nem tudo poderá ser lido."
            )
