"""`saude gerar_docs`: documents drawn from the code; --conferir only says whether they are current."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saude.fichas.situacoes import document

DOCUMENTS = {"situacoes.md": document}


class Command(BaseCommand):
    help = "Gera os documentos que vêm do código (docs/situacoes.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--pasta", type=Path, default=Path("docs"))
        parser.add_argument("--conferir", action="store_true", help="não grava; falha se houver diferença")

    def handle(self, *args: Any, pasta: Path, conferir: bool, **options: Any) -> None:
        for name, make in DOCUMENTS.items():
            path, text = pasta / name, make()
            same = path.exists() and path.read_text(encoding="utf-8") == text
            if conferir and not same:
                raise CommandError(f"{path} está desatualizado: rode “saude gerar_docs”.")
            if not same:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"{path} gerado.")
