"""`saude migrate`: as the owner of the tables; the application then gets what it needs, and no more."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from saude.banco.papeis import as_owner, grant_here
from saude.copias import antes
from saude.copias.formato import CopiaError


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--sem-copia", action="store_true", help="não faz antes a cópia do que está em uso: já tem outra"
        )

    def handle(self, *args: Any, sem_copia: bool = False, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.in_atomic_block:
            super().handle(*args, **options)
            return
        with as_owner(connection):
            if not (sem_copia or settings.TESTING or options.get("plan") or options.get("check_unapplied")):
                self._copy(connection, elsewhere=bool(options.get("app_label")))
            super().handle(*args, **options)
            self._grant(connection)

    def _copy(self, connection: Any, *, elsewhere: bool) -> None:
        """Of what is in use only: a fresh installation has nothing to lose."""
        try:
            if antes.needed(connection, elsewhere=elsewhere):
                self.stdout.write("Antes de atualizar, uma cópia do que está em uso…")
                self.stdout.write(antes.told(*antes.copy_first()))
        except CopiaError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError("Nada foi atualizado: o banco de dados não respondeu.") from error

    def _grant(self, connection: Any) -> None:
        try:
            grant_here(connection, os.environ.get("SAUDE_PAPEL", ""))
        except (DatabaseError, ValueError) as error:
            raise CommandError(
                "O papel da aplicação não recebeu o que precisa: confira SAUDE_PAPEL."
            ) from error
