"""`saude conferir_auditoria`: is the trail still what was sealed?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.auditoria.models import Evento, Selo
from saude.auditoria.selos import NothingLost, StillWrong, accept_return, faults, seal


class Command(BaseCommand):
    help = (
        "Confere a trilha de auditoria com os seus selos; sai com 1 e diz o intervalo quando algo foi mudado."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--selar", action="store_true", help="sela antes o que já está fechado")
        parser.add_argument(
            "--banco-voltou",
            metavar="MOTIVO",
            help="depois de voltar o banco a um momento anterior: diz na trilha por quê, e ela segue dali",
        )

    def handle(self, *args: Any, selar: bool, banco_voltou: str | None, **options: Any) -> None:
        if banco_voltou is not None:
            self._accept(banco_voltou.strip())
        if selar:
            seal()
        found = 0
        for fault in faults():
            found += 1
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"A trilha de auditoria não confere: {found} problemas.")
        self._whole()

    def _accept(self, why: str) -> None:
        if not why:
            raise CommandError("Diga por que o banco voltou: fica na trilha.")
        try:
            lost = accept_return(by="linha de comando", motivo=why)
        except NothingLost:
            raise CommandError("O banco não voltou: o último selo anotado fora dele está nele.") from None
        except StillWrong as error:
            raise CommandError(
                f"Além da volta há outro problema na trilha, e nada foi aceito. {error}"
            ) from error
        self.stdout.write(
            f"Aceito: o selo {lost}, anotado fora do banco, é de depois do momento a que ele voltou."
        )

    def _whole(self) -> None:
        last = Selo.objects.order_by("-numero").first()
        waiting = Evento.objects.filter(id__gt=last.ate if last else 0).count()
        if last is None:
            self.stdout.write(f"Nada selado ainda; {waiting} eventos esperam.")
            return
        self.stdout.write(
            f"A trilha confere: {last.numero} intervalos, até o evento {last.ate}; {waiting} eventos esperam selo. "
            f"Último selo: {last.cadeia}"
        )
