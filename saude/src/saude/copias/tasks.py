"""Background work: the copy of every night."""

from procrastinate.contrib.django import app

from saude.copias.agenda import make_scheduled


@app.periodic(cron="30 2 * * *")
@app.task(name="copias.diaria", queue="manutencao", queueing_lock="copia_diaria", pass_context=False)
def diaria(timestamp: int) -> None:
    make_scheduled()
