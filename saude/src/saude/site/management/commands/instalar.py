"""`saude instalar`: the municipality and its first administrator, in an empty production database."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from saude.acesso.permissoes import PRESETS
from saude.cadastros.actions import create_entidade
from saude.cadastros.models import Entidade
from saude.contas.actions import create_user, grant, new_password, set_rules_installation
from saude.contas.models import Usuario


class Command(BaseCommand):
    help = "Cria a entidade e o primeiro administrador (a senha provisória é mostrada uma vez)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--nome", required=True, help="nome do município")
        parser.add_argument("--ibge", required=True, help="código IBGE, 7 dígitos")
        parser.add_argument("--uf", required=True)
        parser.add_argument("--fuso", default="America/Sao_Paulo")
        parser.add_argument("--cnpj", required=True, help="CNPJ ou CPF de quem envia")
        parser.add_argument("--razao-social", required=True, dest="razao")
        parser.add_argument("--email", default="")
        parser.add_argument("--usuario", default="administrador")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self._whole(**options)

    @transaction.atomic
    def _whole(self, **options: Any) -> None:
        if Entidade.objects.filter(ibge=options["ibge"]).exists():
            raise CommandError(f"Já existe uma entidade com o IBGE {options['ibge']}.")
        try:
            self._install(**options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

    def _install(self, **options: Any) -> None:
        entidade = Entidade(nome=options["nome"], ibge=options["ibge"], uf=options["uf"])
        entidade.clean_fields()
        entidade = create_entidade(
            by="instalação",
            nome=options["nome"],
            ibge=options["ibge"],
            uf=options["uf"].upper(),
            fuso=options["fuso"],
            cpf_cnpj=options["cnpj"],
            nome_razao_social=options["razao"],
            email=options["email"],
        )
        self._administrator(entidade, options["usuario"])

    def _administrator(self, entidade: Entidade, username: str) -> None:
        existing = Usuario.objects.filter(username=username).first()
        if existing:
            grant(by="instalação", usuario=existing, entidade=entidade, permissoes=PRESETS["Administrador"])
            self.stdout.write(f"{entidade} criada; {username} também a administra, com a senha que já tem.")
            return
        password = new_password()
        user = create_user(
            by="instalação",
            entidade=entidade,
            username=username,
            nome="Administrador",
            senha=password,
            preset="Administrador",
        )
        if not Usuario.objects.exclude(pk=user.pk).filter(administra_instalacao=True).exists():
            set_rules_installation(by="instalação", usuario=user, sim=True)
        self.stdout.write(f"{entidade} criada. Usuário: {username}  Senha provisória: {password}")
