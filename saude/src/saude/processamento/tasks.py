"""Background work of processing."""

from procrastinate.contrib.django import app

from saude.banco.fila import Paciente, keeper
from saude.processamento import em_massa, previa, vigia


@app.task(name="fichas.reprocessar_bloco", queue="reprocessamento", retry=Paciente(), pass_context=False)
def reprocessar_bloco(bloco_id: int) -> None:
    em_massa.reprocess_block(bloco_id)


@app.task(name="fichas.conferir_bloco", queue="reprocessamento", retry=Paciente(), pass_context=False)
def conferir_bloco(bloco_id: int) -> None:
    previa.assess_block(bloco_id)


@keeper("fichas.vigiar", queue="reprocessamento")
def vigiar(timestamp: int) -> None:
    vigia.watch()
