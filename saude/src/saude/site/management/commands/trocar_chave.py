"""`saude trocar_chave`: the key of the installation, or the pair of an entidade for the phones of its agents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.acs.chaves import new_pair
from saude.banco import travas
from saude.cadastros.models import Entidade
from saude.cofre import chaves
from saude.cofre.erros import CofreError
from saude.cofre.recifrar import Feito
from saude.site import trocar

BY = "linha de comando"


class Command(BaseCommand):
    help = (
        "Troca a chave da instalação e cifra de novo, com a nova, o que está guardado; com --aparelhos, a chave da "
        "entidade para os celulares dos agentes. Interrompido, é pedido de novo e continua."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--aparelhos", action="store_true", help="a chave da entidade para os aparelhos")
        parser.add_argument("--ibge", help="de que entidade (com --aparelhos; não precisa quando há uma só)")

    def handle(self, *args: Any, aparelhos: bool, ibge: str | None, **options: Any) -> None:
        if ibge and not aparelhos:
            raise CommandError("--ibge é da chave de uma entidade: use com --aparelhos. Nada foi trocado.")
        try:
            if aparelhos:
                self._phones(_entidade(ibge))
                return
            with travas.session(travas.COFRE) as ours:
                if not ours:
                    raise CommandError("Outra pessoa está trocando a chave agora. Espere que termine.")
                self._installation()
        except CofreError as error:
            raise CommandError(str(error)) from error

    def _installation(self) -> None:
        if trocar.begin():
            self.stdout.write(f"Chave nova, em uso de agora em diante: {chaves.keyring().atual.id}")
        else:
            self.stdout.write(f"Continua a troca para a chave {chaves.keyring().atual.id}")
        done = Feito()
        for name, found in trocar.again():
            done += found
            closed = (
                f"; {found.fechados} que chave nenhuma daqui abre ficaram como estavam"
                if found.fechados
                else ""
            )
            self.stdout.write(f"  {name}: {found.refeitos} cifrados de novo{closed}")
        trocar.finish(by=BY, done=done)
        for chave in chaves.keyring().chaves[1:]:
            self.stdout.write(f"Anterior, ainda abre: {chave.id}")
        self.stdout.write(
            "As anteriores ainda servem ao que estava chegando agora, que é cifrado de novo nesta noite, e às cópias e "
            "aos pacotes feitos com elas: guarde-as enquanto os houver. "
            "Guarde a nova fora desta máquina, e longe das cópias dos dados."
        )

    def _phones(self, entidade: Entidade) -> None:
        made = new_pair(entidade=entidade, by=BY)
        self.stdout.write(
            f"Chave nova de {entidade.nome} para os aparelhos: {made.identificacao}. Cada aparelho passa a ela quando "
            "falar com o servidor; até lá a anterior ainda o abre."
        )


def _entidade(ibge: str | None) -> Entidade:
    found = list(Entidade.objects.filter(**({"ibge": ibge} if ibge else {})).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    raise CommandError(
        "Não há entidade com esse código do IBGE."
        if ibge
        else "Diga de qual entidade, com --ibge e o código dela."
    )
