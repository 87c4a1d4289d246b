"""`saude importar_cnes ARQUIVO`: what would change, and then it is in force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.atualizacao import actions
from saude.cadastros.models import Entidade
from saude.referencias import arquivos
from saude.referencias.models import Publicacao


class Command(BaseCommand):
    help = "Importa o XML do CNES de uma entidade (.xml ou .zip)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arquivo", type=Path)
        parser.add_argument("--entidade", help="código IBGE; dispensável quando só há uma entidade")
        parser.add_argument("--conferir", action="store_true", help="só mostra as diferenças, sem importar")

    def handle(self, *args: Any, arquivo: Path, entidade: str | None, conferir: bool, **options: Any) -> None:
        try:
            row = actions.receive_cnes(
                entidade=_entidade(entidade),
                pieces=arquivos.pieces_of(arquivo),
                nome=arquivo.name,
                by="importar_cnes",
            )
            self._report(row)
            if conferir:
                actions.cancel_cnes(publicacao=row, by="importar_cnes")
                self.stdout.write("Nada foi alterado (--conferir).")
                return
            row = actions.confirm_cnes(publicacao=row, by="importar_cnes")
        except (actions.FileRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"CNES de {row.quando} em uso, importado em {row.segundos} s.")

    def _report(self, row: Publicacao) -> None:
        for kind in ("estabelecimentos", "equipes", "profissionais", "lotacoes"):
            found = row.diferencas[kind]
            numbers = ", ".join(f"{found[what]['n']} {what}" for what in ("novos", "mudados", "sumidos"))
            self.stdout.write(f"{kind}: {row.contagens[kind]} no arquivo; {numbers}")
        for aviso in row.diferencas.get("avisos", []):
            self.stdout.write(f"aviso: {aviso}")
        effect = row.diferencas["efeito"]
        told = f"conserta {effect['conserta']}, quebra {effect['quebra']}"
        self.stdout.write(f"fichas a reavaliar: {effect['fichas']} ({told})")


def _entidade(ibge: str | None) -> Entidade:
    rows = Entidade.objects.all()
    if ibge:
        found = rows.filter(ibge=ibge).first()
        if not found:
            raise CommandError(f"Não há entidade com o código IBGE {ibge}.")
        return found
    if rows.count() != 1:
        raise CommandError("Informe a entidade: --entidade CÓDIGO_IBGE.")
    return rows.get()
