"""`saude servir`: the site on waitress (pure Python, one process: the embedded server has one owner)."""

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application
from waitress import create_server

# the application sets its own, lower, limits and says them in Portuguese
LIMITS = {"max_request_body_size": 9 * 1024**3}


class Command(BaseCommand):
    help = "Inicia o site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--porta", type=int, default=8000)
        parser.add_argument("--endereco", default="127.0.0.1")
        parser.add_argument("--paralelos", type=int, default=8, dest="threads", help="pedidos ao mesmo tempo")

    def handle(self, *args: Any, porta: int, endereco: str, threads: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            server = create_server(
                get_wsgi_application(), host=endereco, port=porta, threads=threads, ident="saude", **LIMITS
            )
        except OSError as error:
            raise CommandError(f"A porta {porta} não pôde ser aberta: {error.strerror}.") from error
        self.stdout.write(f"Saúde e-SUS em http://{endereco}:{porta}/")
        server.run()
