"""Background work of log-in: what counts no more is not kept."""

from django.core.management import call_command
from procrastinate.contrib.django import app

from saude.contas import entradas, tentativas


@app.periodic(cron="17 3 * * *")
@app.task(name="contas.limpar", queue="manutencao", queueing_lock="limpar_contas", pass_context=False)
def limpar(timestamp: int = 0) -> None:
    tentativas.tidy()
    entradas.tidy()
    call_command("clearsessions")
