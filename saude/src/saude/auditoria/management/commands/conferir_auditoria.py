"""`saude conferir_auditoria`: is the trail still what was sealed?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.auditoria.models import Evento, Selo
from saude.auditoria.selos import faults, seal


class Command(BaseCommand):
    help = (
        "Confere a trilha de auditoria com os seus selos; sai com 1 e diz o intervalo quando algo foi mudado."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--selar", action="store_true", help="sela antes o que já está fechado")

    def handle(self, *args: Any, selar: bool, **options: Any) -> None:
        if selar:
            seal()
        found = 0
        for fault in faults():
            found += 1
            self.stderr.write(str(fault))
        last = Selo.objects.order_by("-numero").first()
        if found:
            raise CommandError(f"A trilha de auditoria não confere: {found} problemas.")
        waiting = Evento.objects.filter(id__gt=last.ate if last else 0).count()
        if last is None:
            self.stdout.write(f"Nada selado ainda; {waiting} eventos esperam.")
            return
        self.stdout.write(
            f"A trilha confere: {last.numero} intervalos, até o evento {last.ate}; {waiting} eventos esperam selo. "
            f"Último selo: {last.cadeia}"
        )
