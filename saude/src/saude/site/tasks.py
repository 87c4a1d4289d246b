"""Background work of the roof: what a change of key found half written, every night."""

from procrastinate.contrib.django import app

from saude.site import trocar


@app.periodic(cron="30 3 * * *")
@app.task(name="site.recifrar", queue="manutencao", queueing_lock="site.recifrar", pass_context=False)
def recifrar(timestamp: int) -> None:
    trocar.late()
