"""`saude conferir_entradas`: is every finished file of a ficha still what was validated, byte for byte?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.processamento.entradas import damaged_entries, remake


class Command(BaseCommand):
    help = "Confere cada arquivo pronto (.esus) guardado no banco com a soma de quando foi validado."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--corrigir", action="store_true", help="refaz os danificados a partir do registro"
        )

    def handle(self, *args: Any, corrigir: bool, **options: Any) -> None:
        found = locked = 0
        for ficha in damaged_entries():
            found += 1
            state = remake(ficha) if corrigir else str(ficha.situacao)
            locked += state == "exportada"
            self.stderr.write(f"ficha {ficha.pk} (entidade {ficha.entidade_id}): danificada; {state}")
        if not found:
            self.stdout.write("Os arquivos prontos conferem.")
        elif not corrigir:
            raise CommandError(f"{found} danificados. Para refazê-los: saude conferir_entradas --corrigir")
        else:
            told = f"{found - locked} refeitos"
            self.stdout.write(
                f"{told}; {locked} de fichas já exportadas ficam como estão." if locked else f"{told}."
            )
