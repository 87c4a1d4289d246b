"""Background work of the trail."""

from procrastinate.contrib.django import app

from saude.auditoria import conferencia, selos


@app.periodic(cron="*/5 * * * *")
@app.task(name="auditoria.selar", queue="manutencao", queueing_lock="selar_auditoria", pass_context=False)
def selar(timestamp: int) -> None:
    selos.seal()


@app.periodic(cron="20 3 * * *")
@app.task(
    name="auditoria.conferir", queue="manutencao", queueing_lock="conferir_auditoria", pass_context=False
)
def conferir(timestamp: int) -> None:
    conferencia.check_trail()
