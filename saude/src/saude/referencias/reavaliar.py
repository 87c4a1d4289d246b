"""Judge fichas again in the background because a table changed, as a mass reprocessing of its own."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from saude.cadastros.models import Entidade
from saude.fichas.models import BlocoReprocessamento, Ficha, Reprocessamento
from saude.referencias.models import Publicacao

BLOCK = 500
AROUND = timedelta(seconds=30)  # longer than a chunk of intake takes


def start(
    *, entidade: Entidade, publicacao: Publicacao, ids: Iterable[int], by: Any, **more: Any
) -> Reprocessamento | None:
    """Queue these fichas; None when there are none. In the caller's transaction: the tasks start with it."""
    from saude.fichas.tasks import reprocessar_bloco

    waiting = iter(ids)
    block = list(islice(waiting, BLOCK))
    if not block:
        return None
    job = Reprocessamento.objects.create(
        entidade=entidade,
        filtro={"publicacao": publicacao.pk, **more},
        por=by if hasattr(by, "username") else None,
        estado=Reprocessamento.Estado.RODANDO,
    )
    while block:
        job.total += len(block)
        row = BlocoReprocessamento.objects.create(reprocessamento=job, fichas=block)
        reprocessar_bloco.defer(bloco_id=row.pk)
        block = list(islice(waiting, BLOCK))
    job.save(update_fields=["total"])
    return job


def job_of(publicacao: Publicacao, entidade: Entidade) -> Reprocessamento | None:
    """The re-evaluation that a release started in an entidade."""
    mine = Reprocessamento.objects.filter(entidade=entidade, filtro={"publicacao": publicacao.pk})
    return mine.order_by("-pk").first()


def catch_up(publicacao: Publicacao) -> int:
    """Judge again what was being received while the release came into force, by the one before."""
    assert publicacao.pronta_em is not None
    around = (publicacao.pronta_em - AROUND, publicacao.pronta_em + AROUND)
    total = 0
    entidades = [publicacao.entidade] if publicacao.entidade else Entidade.objects.all()
    for entidade in entidades:
        late = Ficha.objects.filter(
            entidade=entidade, situacao__in=["processada", "inconsistente"], processada_em__range=around
        )
        ids = list(late.order_by("pk").values_list("pk", flat=True))
        total += len(ids)
        start(entidade=entidade, publicacao=publicacao, ids=ids, by=publicacao.por, chegadas=True)
    return total
