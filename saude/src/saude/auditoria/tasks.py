"""Background work of the trail."""

from procrastinate.contrib.django import app

from saude.auditoria import selos


@app.periodic(cron="*/5 * * * *")
@app.task(name="auditoria.selar", queue="manutencao", queueing_lock="selar_auditoria", pass_context=False)
def selar(timestamp: int) -> None:
    selos.seal()
