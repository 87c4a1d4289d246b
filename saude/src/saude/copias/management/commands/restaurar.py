"""`saude restaurar ARQ`: a copy into an empty installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from saude.cofre import chaves
from saude.cofre.erros import CofreError
from saude.copias.formato import CopiaError, check
from saude.copias.restaurar import restore


class Command(BaseCommand):
    help = "Restaura uma cópia numa instalação vazia (recusa uma em uso), depois de conferir a cópia inteira."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arquivo", type=Path)
        parser.add_argument(
            "--chave", type=Path, help="arquivo da chave da cópia; sem ele, a desta instalação"
        )
        parser.add_argument("--so-conferir", action="store_true", help="lê a cópia inteira e nada grava")
        parser.add_argument(
            "--sem-migrar",
            action="store_true",
            help="deixa o banco na versão da cópia: a volta de uma atualização (inicie com aquela versão)",
        )

    def handle(
        self,
        *args: Any,
        arquivo: Path,
        chave: Path | None,
        so_conferir: bool,
        sem_migrar: bool,
        **options: Any,
    ) -> None:
        try:
            keys = chaves.read_file(chave) if chave else chaves.keyring()
            if so_conferir:
                return self._whole(check(arquivo, keys))
            done = restore(arquivo, by="instalação", keys=keys, migrar=not sem_migrar)
        except (CopiaError, CofreError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{arquivo} não pôde ser lido: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(
                "A restauração parou: o banco de dados não respondeu. Peça-a de novo."
            ) from error
        self.stdout.write(
            f"Restaurada a cópia de {done.manifesto['criada_em']}: {done.linhas} linhas, iguais às da cópia."
        )
        for told in done.faltam:
            self.stdout.write(f"ATENÇÃO: {told}")
        if sem_migrar:
            self.stdout.write(
                f"O banco ficou na versão da cópia, {done.manifesto['versao']}: instale aquela versão antes de iniciar."
            )
        self.stdout.write("Confira a trilha com `saude conferir_auditoria`.")

    def _whole(self, manifesto: dict[str, Any]) -> None:
        self.stdout.write(
            f"A cópia está inteira: de {manifesto['criada_em']}, versão {manifesto['versao']}, "
            f"{sum(manifesto['linhas'].values())} linhas, {manifesto['arquivos']} arquivos; chaves: "
            f"{', '.join(manifesto['com_chaves']) or 'não vieram'}."
        )
