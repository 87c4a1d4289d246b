"""Background work of exports."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from saude.exportacao import actions


@app.task(
    name="exportacao.gerar",
    queue="exportacao",
    retry=RetryStrategy(max_attempts=5, exponential_wait=3),
    pass_context=False,
)
def gerar_exportacao(exportacao_id: int) -> None:
    actions.run_export(exportacao_id)
