"""Sending fichas to the PEC simulator (scenario `ralo`, a process of its own) beside a bare loop: the same HTTP library
(urllib3), the same number of connections, posts of bytes that are ready. And reading the PEC's report. With the client
alone, and with the whole system: the sealed file opened piecewise, the outbox, each answer in PostgreSQL.

The bare loop knows nothing: no log-in, no outcome, no pausing. Targets: 70 % of it; a report of 200,000 rows in 10 s.
"""

from __future__ import annotations

import os
import queue
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import banco
import urllib3
from comum import VEZES, Linha, gravar, memoria_mb, tamanho, uma_vez

from ledi.installation import FICTICIA
from ledi.pec.client import FICHA_PATH, Client, Registro
from ledi.pec.login import Credential
from ledi.pec.multipart import file_frame
from ledi.pec.outcomes import Situacao
from ledi.pec.transmission import Item, Transmission
from ledi.processing import process
from ledi.retorno import open_retorno
from ledi_gerador.minimos import minimal

CONEXOES = int(os.environ.get("CONEXOES", "4"))
LINHAS = int(os.environ.get("LINHAS", "200000"))  # of the report; 0: not read


def main() -> None:
    banco.preparar()
    n = tamanho(5_000)
    registro = _registro()
    ours, bare = Linha("cliente do PEC", n), Linha("par: laço nu de urllib3, bytes prontos", n)
    sistema = Sistema(n)
    with _simulator() as url:
        sistema.destino(url)
        before, grown = memoria_mb(), 0.0
        for _ in range(VEZES):  # in turn: a slow minute of the machine falls on all
            uma_vez(ours, lambda: _ours(url, registro, n))
            uma_vez(bare, lambda: _bare(url, registro, n))
            grown = max(grown, memoria_mb() - before)
            sistema.transmitir()
            before = memoria_mb()
    whole = sistema.linha
    title = f"Transmitir {n} fichas ao PEC simulado por {CONEXOES} conexões"
    targets = [
        ("sistema inteiro: vezes o laço nu", round(whole.por_segundo / bare.por_segundo, 2), 0.7, ">="),
        (
            "sistema inteiro: CPU do laço nu / CPU do sistema",
            round(whole.por_cpu / bare.por_cpu, 2),
            0.7,
            ">=",
        ),
        ("sistema inteiro: memória que cresce do primeiro décimo ao fim (MB)", sistema.cresceu, 30, "<="),
        ("cliente: vezes o laço nu", round(ours.por_segundo / bare.por_segundo, 2), 0.7, ">="),
        ("memória que cresce ao transmitir (MB)", round(grown, 1), 30, "<="),
    ]
    gravar(os.environ.get("BENCH_NOME", "transmissao"), title, [ours, whole, bare], alvos=targets)
    if LINHAS:
        _relatorio()


def _relatorio() -> None:
    line = Linha("relatório de inconsistências do PEC, lido", LINHAS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "inconsistencias.csv"
        _report(path)
        for _ in range(min(VEZES, 3)):
            uma_vez(line, lambda: _read(path))
    seconds = sorted(line.relogio)[len(line.relogio) // 2]
    gravar(
        os.environ.get("BENCH_RELATORIO", "relatorio"),
        f"Ler um relatório de {LINHAS} linhas",
        [line],
        alvos=[("segundos para ler o relatório", round(seconds, 1), 10, "<=")],
    )


def _registro() -> Registro:
    made = process(minimal("FVD"), instalacao=FICTICIA)
    assert made.entry is not None
    return Registro.of_entry(made.entry, "FVD")


@contextmanager
def _simulator() -> Iterator[str]:
    command = [sys.executable, "-m", "ledi", "pec-simulado", "--porta", "0", "--cenario", "ralo"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None, "the simulator did not start"
        yield found[0]
    finally:
        process.terminate()
        process.wait()


def _ours(url: str, registro: Registro, n: int) -> None:
    items = (Item(registro, key=number) for number in range(n))
    with Client(url, Credential("simulado", "simulado"), connections=CONEXOES) as client:
        accepted = sum(outcome.situacao is Situacao.ACEITA for _, outcome in Transmission(client, items))
    assert accepted == n, accepted


class Sistema:
    """An export of the demo mix, sent as the worker sends it; memory after a tenth and at the end."""

    def __init__(self, n: int) -> None:
        self.export = _export(n)
        name = "o sistema: arquivo cifrado, caixa de saída, respostas no banco"
        self.linha, self.cresceu = Linha(name, self.export.total), 0.0
        from django.urls import reverse

        reverse("inicio")  # a worker has loaded its addresses long before

    def destino(self, url: str) -> None:
        from saude.transmissao import actions

        actions.save_destino(
            entidade=self.export.entidade, by="bench", senha="simulado", endereco=url, usuario="simulado",
            conexoes=CONEXOES, prazo_horas=1, autoridade="", entrada="campos", duplicada="",
        )  # fmt: skip

    def transmitir(self) -> None:
        from saude.transmissao import actions, remessa
        from saude.transmissao.models import Transmissao
        from saude.transmissao.previa import preview
        from saude.transmissao.storage import counts

        _esquecer()
        made = actions.create_transmissao(
            exportacao=self.export, confere=preview(self.export).confere, by=None
        )
        seen: list[float] = []

        def watched(self: Any, **more: Any) -> None:
            flush(self, **more)
            seen.append(rss_mb())

        def send() -> None:
            while Transmissao.objects.get(pk=made.pk).viva:
                remessa.run(made.pk)

        flush, remessa._Envio._flush = remessa._Envio._flush, watched  # type: ignore[method-assign]
        try:
            uma_vez(self.linha, send)
        finally:
            remessa._Envio._flush = flush  # type: ignore[method-assign]
        assert counts(made.pk) == {"aceita": self.export.total}, counts(made.pk)
        self.cresceu = max(self.cresceu, round(max(seen) - seen[len(seen) // 10], 1))


def _esquecer() -> None:
    """The export as it was before it was transmitted, so that the next run begins equal."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE transmissao_envio, transmissao_reserva, transmissao_transmissao, retorno_desfecho, "
            "fichas_desfechoatual, fichas_contagemdesfecho, procrastinate_jobs CASCADE"
        )
        cursor.execute("CHECKPOINT")


def _export(n: int) -> Any:
    import json
    from datetime import date

    from saude.exportacao.actions import create_export, run_export
    from saude.recebimento.actions import receive

    entidade = banco.municipio()
    with tempfile.TemporaryDirectory() as folder, open(banco.arquivo(Path(folder), min(n, 5_000))) as file:
        receive(entidade=entidade, records=[json.loads(line) for line in file], origem="api")
    banco.multiplicar(n)
    asked = create_export(
        entidade=entidade, escopo="nao_exportados", inicio=date(2020, 1, 1), fim=date(2030, 1, 1), by=None
    )
    return run_export(asked.pk)


def rss_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def _bare(url: str, registro: Registro, n: int) -> None:
    pool = urllib3.connectionpool.connection_from_url(url, maxsize=CONEXOES, retries=False)
    boundary = secrets.token_hex(16)
    head, tail = file_frame(boundary, "ficha", registro.nome)
    body = head + registro.dados + tail
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Cookie": "JSESSIONID=0"}
    numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(n):
        numbers.put(number)

    def work() -> None:
        try:
            while True:
                numbers.get_nowait()
                assert pool.urlopen("POST", FICHA_PATH, body=body, headers=headers).status == 201
        except queue.Empty:
            pass

    threads = [threading.Thread(target=work) for _ in range(CONEXOES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.close()


def _report(path: Path) -> None:
    header = (
        "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
        "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais\n"
    )
    messages = (
        "ProfissionalCNS possui um valor inválido: 720464979954494;-;-",
        "-;CpfParticipante é obrigatório;-",
        "-;-;Duplicadas: 1",
        '"CboCodigo_2002 possui um valor inválido: 999999\nCiaps possui um valor inválido: ABP022";-;-',
    )
    with open(path, "w", encoding="utf-8") as file:
        file.write(header)
        for number in range(LINHAS):
            file.write(
                "05/10/2026;ARQUIVO;-;118;CDS Ficha de Atendimento Individual;9900017;"
                f"9900017-{uuid.UUID(int=number)};8.7.0;-;{messages[number % 4]}\n"
            )


def _read(path: Path) -> dict[str, Any]:
    with open_retorno(path) as found:
        assert sum(1 for _ in found) == LINHAS
    return {"avisos": len(found.avisos)}


if __name__ == "__main__":
    main()
