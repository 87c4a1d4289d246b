"""Background work of fichas, and the house-keeping of the kept counts."""

from procrastinate.contrib.django import app

from saude.fichas import counts, mass


@app.task(name="fichas.reprocessar_bloco", queue="reprocessamento", retry=5, pass_context=False)
def reprocessar_bloco(bloco_id: int) -> None:
    mass.reprocess_block(bloco_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="fichas.compactar_contagens", queue="manutencao", queueing_lock="compactar_contagens")
def compactar_contagens(timestamp: int) -> None:
    counts.compact()
