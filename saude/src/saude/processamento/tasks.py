"""Background work of processing."""

from procrastinate.contrib.django import app

from saude.banco.fila import KEEPER, Paciente
from saude.processamento import em_massa, previa, vigia


@app.task(name="fichas.reprocessar_bloco", queue="reprocessamento", retry=Paciente(), pass_context=False)
def reprocessar_bloco(bloco_id: int) -> None:
    em_massa.reprocess_block(bloco_id)


@app.task(name="fichas.conferir_bloco", queue="reprocessamento", retry=Paciente(), pass_context=False)
def conferir_bloco(bloco_id: int) -> None:
    previa.assess_block(bloco_id)


@app.periodic(cron="* * * * *")
@app.task(
    name="fichas.vigiar",
    queue="reprocessamento",
    queueing_lock="fichas.vigiar",
    priority=KEEPER,
    pass_context=False,
)
def vigiar(timestamp: int) -> None:
    vigia.watch()
