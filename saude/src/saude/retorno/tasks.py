"""Background work of what comes back. A task takes an id and calls one action."""

from procrastinate.contrib.django import app

from saude.banco.fila import Paciente, keeper
from saude.retorno import actions

PATIENCE = 10


@app.task(name="retorno.ler", queue="recebimento", retry=Paciente(), pass_context=False)
def ler(relatorio_id: int) -> None:
    actions.read(relatorio_id, patience=PATIENCE)


@app.task(name="retorno.aplicar", queue="recebimento", retry=Paciente(), pass_context=False)
def aplicar(relatorio_id: int) -> None:
    actions.apply(relatorio_id)


@keeper("retorno.vigiar", queue="recebimento")
def vigiar(timestamp: int) -> None:
    actions.watch()
