"""Background work of what comes back. A task takes an id and calls one action."""

from procrastinate.contrib.django import app

from saude.banco.fila import KEEPER, Paciente
from saude.retorno import actions

PATIENCE = 10


@app.task(name="retorno.ler", queue="recebimento", retry=Paciente(), pass_context=False)
def ler(relatorio_id: int) -> None:
    actions.read(relatorio_id, patience=PATIENCE)


@app.task(name="retorno.aplicar", queue="recebimento", retry=Paciente(), pass_context=False)
def aplicar(relatorio_id: int) -> None:
    actions.apply(relatorio_id)


@app.periodic(cron="* * * * *")
@app.task(
    name="retorno.vigiar",
    queue="recebimento",
    queueing_lock="retorno.vigiar",
    priority=KEEPER,
    pass_context=False,
)
def vigiar(timestamp: int) -> None:
    actions.watch()
