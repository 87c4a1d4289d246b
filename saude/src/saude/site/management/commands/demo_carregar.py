"""`saude demo_carregar`: the data of the demonstration; again, it changes nothing but the passwords."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from saude.acs import demo as acs
from saude.retorno import demo as retorno
from saude.site.demo_producao import FICHAS, SEED, load
from saude.site.demonstracao import open_doors
from saude.web.models import Marco


class Command(BaseCommand):
    help = "Carrega o município fictício da demonstração."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fichas", type=int, default=FICHAS)
        parser.add_argument("--semente", type=int, default=SEED)
        parser.add_argument(
            "--sem-senhas", action="store_true", help="não define as senhas: quem chama o faz"
        )

    def handle(self, *args: Any, fichas: int, semente: int, sem_senhas: bool, **options: Any) -> None:
        first = timezone.localdate()
        if loaded := Marco.objects.filter(nome=Marco.DEMO_CARREGADA).first():
            first = timezone.localtime(loaded.momento).date()  # the same months as the first time
        lote = load(fichas=fichas, seed=semente, today=first)
        self.stdout.write(
            f"{lote.lidos} registros: {lote.novos} novos, {lote.iguais} já recebidos, "
            f"{lote.substituidos} substituídos, {lote.recusados} recusados."
        )
        if code := acs.load(entidade=lote.entidade, today=first):
            self.stdout.write(
                f"Aplicativo Saúde Domiciliar (/acs/): código de aparelho {code}, por 72 horas."
            )
        if retorno.load(entidade=lote.entidade, today=first):
            self.stdout.write("O mês mais antigo foi exportado, e o retorno do PEC e do SISAB está nele.")
        password = os.environ.get("SAUDE_DEMO_SENHA")
        if password and not sem_senhas:
            open_doors(password)
