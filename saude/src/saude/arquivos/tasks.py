"""Background work of files. A task takes an id and calls one action."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from saude.arquivos import actions
from saude.arquivos.guardados import forget_old

AGAIN = RetryStrategy(max_attempts=6, linear_wait=20)
PATIENCE = 10  # seconds: the database may not have noticed yet that the process before us died


@app.task(name="arquivos.conferir", queue="recebimento", retry=AGAIN, pass_context=False)
def conferir(conferencia_id: int) -> None:
    actions.examine_file(conferencia_id, patience=PATIENCE)


@app.task(name="arquivos.receber", queue="recebimento", retry=AGAIN, pass_context=False)
def receber(conferencia_id: int) -> None:
    actions.take_file_in(conferencia_id, patience=PATIENCE)


@app.periodic(cron="*/10 * * * *")
@app.task(name="arquivos.cuidar", queue="recebimento", queueing_lock="arquivos.cuidar", pass_context=False)
def cuidar(timestamp: int) -> None:
    """Files left behind are gone on with; those of more than a week ago are forgotten."""
    actions.resume_left_behind()
    forget_old()
