"""Background work of exports."""

from procrastinate.contrib.django import app

from saude.banco.fila import Paciente, keeper
from saude.exportacao import actions


@app.task(
    name="exportacao.gerar",
    queue="exportacao",
    retry=Paciente(),
    pass_context=False,
)
def gerar_exportacao(exportacao_id: int) -> None:
    actions.run_export(exportacao_id)


@keeper("exportacao.vigiar", queue="exportacao")
def vigiar(timestamp: int) -> None:
    actions.watch()
