"""What 50 people do in the month, for locust: mostly the panel, lists and fichas; now and then an export's preview.

The addresses and one session per user come from the file in CARGA (written by bench_carga.py).
"""

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

from locust import HttpUser, between, task

DADOS: dict[str, Any] = json.loads(Path(os.environ["CARGA"]).read_text())
SESSOES = itertools.cycle(DADOS["sessoes"])


class Pessoa(HttpUser):
    wait_time = between(2, 6)

    def on_start(self) -> None:
        self.client.cookies.set("saude_sessao", next(SESSOES))

    def _open(self, name: str) -> None:
        path = random.choice(DADOS["paginas"][name])
        with self.client.get(path, name=name, catch_response=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                answer.failure(f"respondeu {answer.status_code}")

    @task(6)
    def painel(self) -> None:
        self._open("painel")

    @task(6)
    def lista(self) -> None:
        self._open("lista de fichas")

    @task(6)
    def ficha(self) -> None:
        self._open("ficha")

    @task(3)
    def inconsistencias(self) -> None:
        self._open("inconsistências")

    @task(3)
    def clientes(self) -> None:
        self._open("clientes")

    @task(2)
    def exportacoes(self) -> None:
        self._open("exportações")

    @task(1)
    def previa(self) -> None:
        self._open("prévia da exportação")
