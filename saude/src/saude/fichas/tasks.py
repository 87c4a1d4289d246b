"""Background work of fichas, and the house-keeping of the queue."""

from procrastinate.contrib.django import app

from saude.fichas import counts, mass


@app.task(name="fichas.reprocessar_bloco", queue="reprocessamento", retry=5, pass_context=False)
def reprocessar_bloco(bloco_id: int) -> None:
    mass.reprocess_block(bloco_id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="fichas.compactar_contagens", queue="manutencao", queueing_lock="compactar_contagens")
def compactar_contagens(timestamp: int) -> None:
    counts.compact()


@app.periodic(cron="* * * * *")
@app.task(
    name="fichas.retomar_parados", queue="manutencao", queueing_lock="retomar_parados", pass_context=False
)
async def retomar_parados(timestamp: int) -> None:
    """Jobs whose worker died (kill -9, power) go back to the queue; their actions are safe to call again."""
    stalled = await app.job_manager.get_stalled_jobs()
    for job in stalled:
        await app.job_manager.retry_job(job)
