"""`saude demo`: everything for a look around: database, demonstration data, site and worker."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from saude.site.demo_fornecedor import Kit
from saude.site.demonstracao import USERS, ask, load, open_doors, vendor_kit
from saude.web.models import Marco


class Command(BaseCommand):
    help = "Prepara a demonstração e inicia o site e as tarefas em segundo plano."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--porta", type=int, default=int(os.environ.get("PORTA") or 8000))
        parser.add_argument("--fichas", type=int, help="quantas fichas criar (só na primeira vez)")

    def handle(self, *args: Any, porta: int, fichas: int | None, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, _interrupt)  # also when started in the background
        _check_port(porta)
        call_command("migrate", interactive=False, verbosity=0)
        ask()
        os.environ.setdefault("SAUDE_CONFERIDOR", "1")
        children = Children(self.stdout)
        children.start("servir", "--porta", str(porta))
        try:
            self._load(fichas)
            password = os.environ.get("SAUDE_DEMO_SENHA") or secrets.token_urlsafe(9)
            open_doors(password)
            children.start("trabalhar")
            made = vendor_kit()
            _wait_for(porta, children)
            self._announce(porta, password, made)
            connection.close()
            children.watch()
        except KeyboardInterrupt:
            self.stdout.write("\nEncerrando…")
        finally:
            children.stop()

    def _load(self, fichas: int | None) -> None:
        if not Marco.is_set(Marco.DEMO_CARREGADA):
            self.stdout.write("Carregando os dados de demonstração…")
            self.stdout.flush()
            load(fichas=fichas)

    def _announce(self, porta: int, password: str, made: Kit) -> None:
        self.stdout.write(f"\nSaúde e-SUS: http://127.0.0.1:{porta}/\n")
        for username, (_, preset) in USERS.items():
            self.stdout.write(f"  usuário {username:<14} senha {password}   ({preset})")
        self.stdout.write(
            f"\nPara experimentar a API (docs/api.md), um token da demonstração: {made.segredo}"
        )
        self.stdout.write("e três registros que ela aceita:")
        for record in made.registros:
            self.stdout.write("  " + json.dumps(record, ensure_ascii=False, separators=(",", ":")))
        self.stdout.write(
            f"Estão também em {made.pasta} (registro.json, registros.json, producao.jsonl). Envie um:\n"
            f"  curl -sS http://127.0.0.1:{porta}/api/v1/registros -H 'Authorization: Bearer {made.segredo}' \\\n"
            f"       -H 'Content-Type: application/json' --data-binary @{made.pasta}/registro.json"
        )
        self.stdout.write("\nCtrl-C encerra. Os dados ficam guardados.")
        self.stdout.flush()


def _check_port(port: int) -> None:
    """Say it now, not after loading the data."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"A porta {port} está em uso. Escolha outra: make demo PORTA=8001") from error


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _wait_for(port: int, children: "Children") -> None:
    """The address is printed when it answers."""
    while True:
        children.keep()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)


class Children:
    """The site and the worker: one that dies is started again, unless it dies again and again."""

    MAX_DEATHS, WINDOW = 5, 300  # seconds

    def __init__(self, out: Any) -> None:
        self.out = out
        self.running: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self.deaths: deque[float] = deque(maxlen=self.MAX_DEATHS)

    def start(self, *args: str) -> None:
        # a session of its own: Ctrl-C reaches only us, and we stop the children in order
        command = [sys.executable, "-m", "saude", *args]
        self.running[args] = subprocess.Popen(command, start_new_session=True)

    def watch(self) -> None:
        while True:
            self.keep()
            time.sleep(0.5)

    def keep(self) -> None:
        for args, child in list(self.running.items()):
            if child.poll() is None:
                continue
            now = time.monotonic()
            if len(self.deaths) >= self.MAX_DEATHS and now - self.deaths[-self.MAX_DEATHS] < self.WINDOW:
                raise CommandError(f"“saude {args[0]}” parou de novo (código {child.returncode}).")
            self.deaths.append(now)
            self.out.write(f"“saude {args[0]}” parou (código {child.returncode}); iniciando de novo.")
            self.out.flush()
            self.start(*args)

    def stop(self) -> None:
        children = list(reversed(self.running.values()))
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
