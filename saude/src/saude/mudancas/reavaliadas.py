"""The fichas that a new CNES or SIGTAP had judged again: where the numbers of the release's page lead."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from saude.acesso.areas import in_areas
from saude.acesso.guarda import requires
from saude.atualizacao.reavaliar import job_of
from saude.contas.request import UserRequest
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia
from saude.mudancas.fichas_do_lote import listed, of_job
from saude.referencias import queries

POST = "CTX-LOT-"  # codes of the rules on the professional's post
ALL, BROKEN, MENDED = "todas", "passaram", "deixaram"
TITLES = {
    ALL: "Fichas reavaliadas",
    BROKEN: "Passaram a ter erro de vínculo",
    MENDED: "Deixaram de ter erro de vínculo",
    Situacao.PROCESSADA.value: "Reavaliadas, agora processadas",
    Situacao.INCONSISTENTE.value: "Reavaliadas, agora com inconsistência",
    Situacao.PENDENTE.value: "Reavaliadas, agora pendentes",
}


@requires("ver")
def reavaliadas(request: UserRequest, pk: int, quais: str) -> HttpResponse:
    release = get_object_or_404(queries.releases(request.entidade), pk=pk)
    job = job_of(release, request.entidade)
    if job is None or quais not in TITLES:
        raise Http404
    found = in_areas(Ficha.objects.filter(entidade=request.entidade), request.cnes_do_acesso)
    shown = listed(request, _which(found, job, quais), job, "reavaliadas por uma tabela")
    context = {"publicacao": release, "titulo": TITLES[quais], **shown}
    return render(request, "lotes/reavaliadas.html", context)


def _which(found: QuerySet[Ficha], job: Reprocessamento, quais: str) -> QuerySet[Ficha]:
    found = of_job(found, job)
    if quais in Situacao.values:
        return found.filter(situacao=quais)
    if quais == ALL:
        return found
    when = (job.criado_em, job.terminado_em or timezone.now())
    wrong = Inconsistencia.objects.filter(
        ficha=OuterRef("pk"), entidade=job.entidade_id, severidade="erro", codigo__startswith=POST
    )
    still = Exists(wrong.filter(encerrada_em=None))
    if quais == BROKEN:
        return found.filter(still, Exists(wrong.filter(aberta_em__range=when)))
    return found.filter(~still, Exists(wrong.filter(encerrada_em__range=when)))
