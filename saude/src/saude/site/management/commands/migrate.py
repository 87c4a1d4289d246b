"""`saude migrate`: as the owner of the tables; the application then gets what it needs, and no more."""

import os
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connections

from saude.banco.papeis import as_owner, grant_work

MAINTAIN = 170_000  # version of PostgreSQL that has this privilege


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.in_atomic_block:
            super().handle(*args, **options)
            return
        with as_owner(connection):
            super().handle(*args, **options)
            if hasattr(connection, "works_as_owner"):
                with connection.cursor() as cursor:
                    grant_work(cursor.execute)
            elif role := os.environ.get("SAUDE_PAPEL"):
                self._grant(connection, role)

    def _grant(self, connection: Any, role: str) -> None:
        """On a server of the municipality: DATABASE_URL is the owner's here, SAUDE_PAPEL the application's role."""
        try:
            with connection.cursor() as cursor:
                grant_work(cursor.execute, role=role, maintain=connection.pg_version >= MAINTAIN)
        except (DatabaseError, ValueError) as error:
            raise CommandError(f"O papel {role} não recebeu o que precisa: confira SAUDE_PAPEL.") from error
