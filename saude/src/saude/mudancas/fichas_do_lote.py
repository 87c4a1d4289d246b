"""The fichas of a batch by what they are now: where the numbers of its result lead."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import redirect, render

from saude.acesso.areas import in_areas
from saude.acesso.guarda import allowed_at, requires
from saude.contas.request import UserRequest
from saude.fichas.models import Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.fichas.storage import FICHAS_OF_JOB
from saude.mudancas.lotes import batch_of, title_of, was_read
from saude.painel.apresenta import rows

PER_PAGE = 50


def of_job(found: QuerySet[Ficha], job: Reprocessamento) -> QuerySet[Ficha]:
    """Those that a batch took: what was chosen in its preview, or all of one that had none (a table's, a release's)."""
    chosen = job.itens.filter(escolhida=True)
    if chosen.exists():
        return found.filter(pk__in=chosen.values("ficha"))
    return found.filter(pk__in=RawSQL(FICHAS_OF_JOB, [job.pk]))


@requires("ver")
def fichas(request: UserRequest, pk: int, situacao: str) -> HttpResponse:
    job = batch_of(request, pk)
    if situacao not in Situacao.values:
        return redirect("mudancas:lote", pk=pk)
    found = in_areas(Ficha.objects.filter(entidade=request.entidade), request.cnes_do_acesso)
    context = {
        "job": job,
        "titulo": title_of(job),
        "situacao": Situacao(situacao),
        "legenda": f"Fichas do lote na situação {Situacao(situacao).label.lower()}",
        **listed(request, of_job(found, job).filter(situacao=situacao), job, "de um lote"),
    }
    return render(request, "lotes/fichas.html", context)


def listed(request: UserRequest, found: QuerySet[Ficha], job: Reprocessamento, name: str) -> dict[str, Any]:
    """A page of the fichas of a batch, the newest first, and that it was read (`name` in the trail)."""
    page = Paginator(found.order_by("-data", "-pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    shown = list(page.object_list)
    for ficha in shown:
        ficha.pode = allowed_at(request, ficha.cnes)
    if shown:
        was_read(request, job, name, len(shown))
    return {"linhas": rows(request.entidade, shown), "page_obj": page}
