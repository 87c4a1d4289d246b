"""An export marked as imported, without a file: a lot without problems prints no report."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from saude.acesso.guarda import requires
from saude.acesso.lote import em_lote
from saude.contas.request import UserRequest
from saude.exportacao.models import Exportacao
from saude.exportacao.queries import exports, takes_only
from saude.retorno import actions, marcas
from saude.retorno.forms import MarcaForm
from saude.retorno.models import Relatorio


@em_lote(previa="retorno:marcar", confirma="retorno:marcar", desfaz="retorno:desfazer")
@requires("exportar")
def marcar(request: UserRequest, pk: int) -> HttpResponse:
    """GET asks; POST shows what it would make of the fichas and, with that shown (`confere`), does it."""
    row = get_object_or_404(exports(request.entidade, cnes=request.cnes_do_acesso), pk=pk)
    if not takes_only(row, request.cnes_do_acesso):
        raise PermissionDenied
    if row.estado != Exportacao.Estado.CONCLUIDA:
        raise Http404
    form = MarcaForm(request.POST or None, initial=_initial(row))
    context = {"exportacao": row, "form": form, "marca": _mark_of(row)}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "retorno/marcar.html", context, status=status)
    said = form.said()
    account = marcas.reckon(row, **{name: value for name, value in said.items() if name != "data"})
    shown = f"{account.resultado} {account.fichas}"
    if request.POST.get("confere") != shown:
        context |= {"conta": account, "confere": shown}
        return render(request, "retorno/marcar.html", context)
    mark = actions.mark_imported(exportacao=row, by=request.user, **said)
    return redirect("retorno:relatorio", mark.pk)


def _mark_of(row: Exportacao) -> Relatorio | None:
    return row.marcas.filter(estado=Relatorio.Estado.VALE).first()


def _initial(row: Exportacao) -> dict[str, object]:
    if (mark := _mark_of(row)) is not None:
        return {"lote": mark.lote, "dia": mark.data, **mark.totais}
    return {"validas": row.total, "invalidas": 0, "repetidas": 0, "total": row.total}
