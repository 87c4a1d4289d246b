"""Background work: copies past their term go, every night."""

from procrastinate.contrib.django import app

from saude.privacidade.actions import purge


@app.periodic(cron="45 3 * * *")
@app.task(name="privacidade.expurgar", queue="manutencao", queueing_lock="expurgar", pass_context=False)
def expurgar(timestamp: int) -> None:
    purge()
