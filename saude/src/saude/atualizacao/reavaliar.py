"""Judge fichas again in the background because a table changed, as a mass reprocessing of its own."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from saude.banco.fila import enqueue
from saude.cadastros.models import Entidade
from saude.fichas.models import BlocoReprocessamento, Reprocessamento
from saude.referencias.models import Publicacao

BLOCK = 500


def start(
    *, entidade: Entidade, publicacao: Publicacao, ids: Iterable[int], by: Any
) -> Reprocessamento | None:
    """Queue these fichas; None when there are none. In the caller's transaction: the tasks start with it."""
    waiting = iter(ids)
    block = list(islice(waiting, BLOCK))
    if not block:
        return None
    job = Reprocessamento.objects.create(
        entidade=entidade,
        filtro={"publicacao": publicacao.pk},
        por=by if hasattr(by, "username") else None,
        estado=Reprocessamento.Estado.RODANDO,
    )
    while block:
        job.total += len(block)
        row = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=block)
        enqueue("fichas.reprocessar_bloco", bloco_id=row.pk)
        block = list(islice(waiting, BLOCK))
    job.save(update_fields=["total"])
    return job


def job_of(publicacao: Publicacao, entidade: Entidade) -> Reprocessamento | None:
    """The re-evaluation that a release started in an entidade."""
    mine = Reprocessamento.objects.filter(entidade=entidade, filtro={"publicacao": publicacao.pk})
    return mine.order_by("-pk").first()
