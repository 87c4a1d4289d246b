"""Background work of intake. A task takes an id and calls one action."""

from pathlib import Path

from procrastinate.contrib.django import app

from saude.banco.fila import Paciente, keeper
from saude.recebimento import actions, guardados, vigia
from saude.recebimento.models import Bloco, Lote


def spool_folder() -> Path:
    return guardados.folder()


@app.task(
    name="recebimento.dividir_lote", queue="recebimento", retry=Paciente(), priority=1, pass_context=False
)
def dividir_lote(lote_id: int) -> None:
    try:
        actions.divide(Lote.objects.get(pk=lote_id), spool_folder())
    except Exception as problem:
        vigia.tell(lote_id, problem)
        raise


@app.task(name="recebimento.receber_bloco", queue="recebimento", retry=Paciente(), pass_context=False)
def receber_bloco(bloco_id: int) -> None:
    bloco = Bloco.objects.select_related("lote__entidade", "lote__token", "lote__usuario").get(pk=bloco_id)
    try:
        actions.take_block(bloco, spool_folder())
    except Exception as problem:
        vigia.tell(bloco.lote_id, problem)
        raise


@keeper("recebimento.retomar_lotes", queue="recebimento", queueing_lock="retomar_lotes")
def retomar_lotes(timestamp: int) -> None:
    for lote in actions.left_behind():
        actions.resume(lote)


@keeper("recebimento.vigiar", queue="recebimento")
def vigiar(timestamp: int) -> None:
    vigia.watch(spool_folder())


@app.periodic(cron="15 3 * * *")
@app.task(name="recebimento.selar", queue="manutencao", queueing_lock="recebimento.selar", pass_context=False)
def selar(timestamp: int) -> None:
    """Bodies of before they were sealed; and what was left half done."""
    guardados.forget_leftovers()
    guardados.forget_orphans()
    guardados.seal_plain()
