"""`saude cofre`: which keys there are, a new one, the change of the one in use."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.cofre import chaves
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError


class Command(BaseCommand):
    help = "Chaves que cifram segredos, exportações e cópias: quais há, uma nova, a troca da que está em uso."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verbo", required=True)
        verbs.add_parser("estado", help="quais chaves há e onde estão (nunca o seu conteúdo)")
        verbs.add_parser("trocar", help="uma chave nova cifra daqui em diante; as anteriores ainda abrem")
        made = verbs.add_parser(
            "nova-chave", help="escreve uma chave nova num arquivo (para cópias, ou SAUDE_CHAVES)"
        )
        made.add_argument("arquivo", type=Path, help="arquivo que ainda não existe")

    def handle(self, *args: Any, verbo: str, arquivo: Path | None = None, **options: Any) -> None:
        try:
            if verbo == "nova-chave" and arquivo:
                self._new(arquivo)
            else:
                self._show(chaves.rotate() if verbo == "trocar" else chaves.keyring())
        except CofreError as error:
            raise CommandError(str(error)) from error

    def _show(self, chaveiro: Chaveiro) -> None:
        where = "SAUDE_CHAVES" if os.environ.get("SAUDE_CHAVES", "").strip() else chaves.place()[0]
        self.stdout.write(f"Em uso: {chaveiro.atual.id}, em {where}")
        for chave in chaveiro.chaves[1:]:
            self.stdout.write(f"Anterior, ainda abre: {chave.id}")
        self.stdout.write("Guarde uma cópia das chaves fora desta máquina, e longe das cópias dos dados.")

    def _new(self, path: Path) -> None:
        chave = chaves.new_key()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CommandError(f"{path} já existe: uma chave nunca é escrita por cima de outra.") from None
        except OSError as error:
            raise CommandError(f"{path} não pôde ser escrito: {error.strerror}.") from None
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{chave.text()}  # {chave.id}\n")
        self.stdout.write(
            f"Chave {chave.id} escrita em {path}. Guarde-a: sem ela nada do que cifrar poderá ser lido."
        )
