"""Background work of exports."""

from procrastinate.contrib.django import app

from saude.banco.fila import KEEPER, Paciente
from saude.exportacao import actions


@app.task(
    name="exportacao.gerar",
    queue="exportacao",
    retry=Paciente(),
    pass_context=False,
)
def gerar_exportacao(exportacao_id: int) -> None:
    actions.run_export(exportacao_id)


@app.periodic(cron="* * * * *")
@app.task(
    name="exportacao.vigiar",
    queue="exportacao",
    queueing_lock="exportacao.vigiar",
    priority=KEEPER,
    pass_context=False,
)
def vigiar(timestamp: int) -> None:
    actions.watch()
