"""`saude conferir_contagens`: is what triggers keep (counts, fichas to export) what a full look finds?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.fichas.contagem_mantida import differences, rebuild, strays


class Command(BaseCommand):
    help = "Confere as contagens mantidas e a lista das fichas a exportar com as próprias fichas."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--corrigir", action="store_true", help="refaz as duas, se diferirem")

    def handle(self, *args: Any, corrigir: bool, **options: Any) -> None:
        wrong, lost = differences(), strays()
        for row in wrong[:50]:
            self.stderr.write(str(row))
        if lost:
            self.stderr.write(f"{lost} fichas a mais ou a menos na lista a exportar")
        if not wrong and not lost:
            self.stdout.write("As contagens conferem.")
            return
        told = f"{len(wrong)} contagens e {lost} fichas a exportar diferem."
        if not corrigir:
            raise CommandError(f"{told} Para refazê-las: saude conferir_contagens --corrigir")
        rebuild()
        self.stdout.write(f"{told} Foram refeitas.")
