"""`saude administrar_instalacao USUARIO`: the power over the installation, from the machine itself."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.contas.actions import set_rules_installation
from saude.contas.models import Usuario


class Command(BaseCommand):
    help = "Concede (ou, com --retirar, retira) a permissão de administrar a instalação; sem usuário, diz quem a tem."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("usuario", nargs="?")
        parser.add_argument("--retirar", action="store_true")

    def handle(self, *args: Any, usuario: str | None, retirar: bool, **options: Any) -> None:
        if usuario:
            user = Usuario.objects.filter(username=usuario, is_active=True).first()
            if user is None:
                raise CommandError(f"Não há usuário ativo com o nome {usuario}.")
            try:
                set_rules_installation(by="linha de comando", usuario=user, sim=not retirar)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        rulers = Usuario.objects.filter(administra_instalacao=True, is_active=True)
        names = ", ".join(rulers.values_list("username", flat=True)) or "ninguém"
        self.stdout.write(f"Administram a instalação: {names}.")
