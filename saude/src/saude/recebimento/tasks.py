"""Background work of intake. A task takes an id and calls one action."""

from pathlib import Path

from django.conf import settings
from procrastinate.contrib.django import app

from saude.recebimento import actions
from saude.recebimento.models import Bloco, Lote


def spool_folder() -> Path:
    return Path(settings.DADOS) / "recebidos"


@app.task(name="recebimento.dividir_lote", queue="recebimento", retry=5, pass_context=False)
def dividir_lote(lote_id: int) -> None:
    actions.divide(Lote.objects.get(pk=lote_id), spool_folder())


@app.task(name="recebimento.receber_bloco", queue="recebimento", retry=5, pass_context=False)
def receber_bloco(bloco_id: int) -> None:
    bloco = Bloco.objects.select_related("lote__entidade", "lote__token", "lote__usuario").get(pk=bloco_id)
    actions.take_block(bloco, spool_folder())


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="recebimento.retomar_lotes", queue="recebimento", queueing_lock="retomar_lotes", pass_context=False
)
def retomar_lotes(timestamp: int) -> None:
    for lote in actions.left_behind():
        actions.resume(lote)
