"""Background work of transmissions. A task takes an id and calls one action."""

from procrastinate.contrib.django import app

from saude.banco.fila import Paciente, keeper
from saude.transmissao import actions, remessa


@app.task(name="transmissao.enviar", queue="transmissao", retry=Paciente(), pass_context=False)
def enviar(transmissao_id: int) -> None:
    remessa.run(transmissao_id)


@keeper("transmissao.vigiar", queue="transmissao")
def vigiar(timestamp: int) -> None:
    actions.watch()
