"""`saude conferir_contagens`: are the kept counts those of a full count?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saude.fichas.counts import differences


class Command(BaseCommand):
    help = "Confere as contagens mantidas com a contagem completa das fichas."

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = differences()
        for row in wrong[:50]:
            self.stderr.write(str(row))
        if wrong:
            raise CommandError(f"{len(wrong)} contagens diferem.")
        self.stdout.write("As contagens conferem.")
