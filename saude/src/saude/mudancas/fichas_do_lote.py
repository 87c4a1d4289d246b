"""The fichas of a batch by what they are now: where the numbers of its result lead."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from saude.acesso.areas import in_areas
from saude.acesso.guarda import allowed_at, requires
from saude.contas.request import UserRequest
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.mudancas.lotes import batch_of, title_of, was_read
from saude.painel.apresenta import rows

PER_PAGE = 50


@requires("ver")
def fichas(request: UserRequest, pk: int, situacao: str) -> HttpResponse:
    job = batch_of(request, pk)
    if situacao not in Situacao.values:
        return redirect("mudancas:lote", pk=pk)
    found = in_areas(Ficha.objects.filter(entidade=request.entidade), request.cnes_do_acesso)
    found = found.filter(pk__in=job.itens.filter(escolhida=True).values("ficha"), situacao=situacao)
    page = Paginator(found.order_by("-data", "-pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    shown = list(page.object_list)
    for ficha in shown:
        ficha.pode = allowed_at(request, ficha.cnes)
    if shown:
        was_read(request, job, "de um lote", len(shown))
    context = {
        "job": job,
        "titulo": title_of(job),
        "situacao": Situacao(situacao),
        "linhas": rows(request.entidade, shown),
        "page_obj": page,
    }
    return render(request, "lotes/fichas.html", context)
