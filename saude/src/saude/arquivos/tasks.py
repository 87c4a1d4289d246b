"""Background work of files. A task takes an id and calls one action."""

from procrastinate.contrib.django import app

from saude.arquivos import actions
from saude.arquivos.models import Conferencia
from saude.contas.models import Usuario


@app.task(name="arquivos.conferir", queue="recebimento", pass_context=False)
def conferir(conferencia_id: int) -> None:
    actions.examine(Conferencia.objects.select_related("entidade").get(pk=conferencia_id))


@app.task(name="arquivos.receber", queue="recebimento", pass_context=False)
def receber(conferencia_id: int, usuario_id: int) -> None:
    row = Conferencia.objects.select_related("entidade").get(pk=conferencia_id)
    if row.estado == Conferencia.Estado.RECEBENDO:
        actions.take_file_in(row, by=Usuario.objects.get(pk=usuario_id))
