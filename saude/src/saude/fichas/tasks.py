"""Background work of fichas, and the house-keeping of the kept counts."""

from procrastinate.contrib.django import app

from saude.fichas import contagem_mantida


@app.periodic(cron="*/5 * * * *")
@app.task(name="fichas.compactar_contagens", queue="manutencao", queueing_lock="compactar_contagens")
def compactar_contagens(timestamp: int) -> None:
    contagem_mantida.compact()
