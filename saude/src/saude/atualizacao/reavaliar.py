"""Judge fichas again in the background because a table changed, as a mass reprocessing of its own."""

from collections.abc import Iterable

from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade
from saude.contas.queries import as_user
from saude.fichas.models import Reprocessamento
from saude.processamento.em_massa import cut
from saude.referencias.models import Publicacao


def start(
    *, entidade: Entidade, publicacao: Publicacao, ids: Iterable[int], by: Autor
) -> Reprocessamento | None:
    """Queue these fichas; None when there are none. In the caller's transaction: the tasks start with it."""
    job = Reprocessamento.objects.create(
        entidade=entidade,
        filtro={"publicacao": publicacao.pk},
        por=as_user(by),
        estado=Reprocessamento.Estado.RODANDO,
    )
    job.total = cut(job, ids)
    if not job.total:
        job.delete()
        return None
    job.save(update_fields=["total"])
    return job


def job_of(publicacao: Publicacao, entidade: Entidade) -> Reprocessamento | None:
    """The re-evaluation that a release started in an entidade."""
    mine = Reprocessamento.objects.filter(entidade=entidade, filtro={"publicacao": publicacao.pk})
    return mine.order_by("-pk").first()
