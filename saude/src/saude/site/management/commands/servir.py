"""`saude servir`: the site on waitress (pure Python, one process: the embedded server has one owner)."""

import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.wsgi import get_wsgi_application

from saude.site import vigia
from saude.site.porta import servidor
from saude.site.porta.quem import porteiro


class Command(BaseCommand):
    help = "Inicia o site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--porta", type=int, default=8000)
        parser.add_argument("--endereco", default="127.0.0.1")
        parser.add_argument("--paralelos", type=int, default=8, dest="threads", help="pedidos ao mesmo tempo")

    def handle(self, *args: Any, porta: int, endereco: str, threads: int, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        application = get_wsgi_application()
        arriving = Path(settings.DADOS) / "entrando"
        arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.tempdir = str(
            arriving
        )  # bodies on their way lie where there is room for them, without a name
        try:
            server = servidor.create(
                application, porteiro, host=endereco, port=porta, threads=threads, proxy=settings.PROXY
            )
        except OSError as error:
            raise CommandError(f"A porta {porta} não pôde ser aberta: {error.strerror}.") from error
        self.stdout.write(f"Saúde e-SUS em http://{endereco}:{porta}/")
        vigia.start()
        server.run()
