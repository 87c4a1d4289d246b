"""Background work of processing."""

from procrastinate.contrib.django import app

from saude.processamento import em_massa, previa


@app.task(name="fichas.reprocessar_bloco", queue="reprocessamento", retry=5, pass_context=False)
def reprocessar_bloco(bloco_id: int) -> None:
    em_massa.reprocess_block(bloco_id)


@app.task(name="fichas.conferir_bloco", queue="reprocessamento", retry=5, pass_context=False)
def conferir_bloco(bloco_id: int) -> None:
    previa.assess_block(bloco_id)
