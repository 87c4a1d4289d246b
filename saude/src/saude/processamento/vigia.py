"""Reprocessings and corrections that nobody goes on with are gone on with; those that failed say so."""

from django.db import transaction

from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.banco.fila import enqueue, without_task
from saude.fichas.models import Reprocessamento
from saude.processamento.em_massa import OPEN, close_if_done, revive, stopped

Estado = Reprocessamento.Estado


def watch() -> None:
    """Every open job has somebody who works at it, or is closed. Safe to run at any time."""
    for job in Reprocessamento.objects.filter(estado__in=OPEN).order_by("pk"):
        revive(job)
    for job in Reprocessamento.objects.filter(estado=Estado.MONTANDO).order_by("pk"):
        waiting = job.blocos.filter(conferido_em=None).values_list("pk", flat=True)
        for pk in sorted(without_task("fichas.conferir_bloco", "bloco_id", waiting)):
            enqueue("fichas.conferir_bloco", bloco_id=pk)


@transaction.atomic
def ask_again(*, job: Reprocessamento, by: Autor) -> bool:
    """Go on with one that failed, or that nobody goes on with, from where it stopped; each block is done once."""
    travas.wait(travas.REPROCESSAMENTO, job.entidade_id)
    row = Reprocessamento.objects.select_for_update().get(pk=job.pk)
    if row.estado != Estado.FALHOU and not stopped(row):
        return False
    row.estado, row.erro, row.terminado_em = Estado.RODANDO, "", None
    row.save(update_fields=["estado", "erro", "terminado_em"])
    undone = row.blocos.filter(feito_em=None).values_list("pk", flat=True)
    for pk in sorted(without_task("fichas.reprocessar_bloco", "bloco_id", undone)):
        enqueue("fichas.reprocessar_bloco", bloco_id=pk)
    close_if_done(row.pk)
    record_event(by=by, entidade=row.entidade_id, tipo="fichas.repetido", alvo=row)
    return True
