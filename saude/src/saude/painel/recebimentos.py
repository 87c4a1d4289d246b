"""Lots of the API that failed, told where people look at what waits; and asked for again from there."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.contas.request import UserRequest
from saude.recebimento import vigia
from saude.recebimento.models import Lote

SHOWN = 20


def failed_lots(request: UserRequest) -> list[Lote]:
    """The last ones that can be asked for again. A lot is of no área: they are for who sees the whole entidade."""
    if request.limites.get("reprocessar", frozenset()) is not None:
        return []
    rows = vigia.failed(request.entidade).select_related("token").order_by("-recebido_em")
    return list(rows[:SHOWN])


@require_POST
@requires("reprocessar")
def repetir(request: UserRequest, uuid: UUID) -> HttpResponse:
    if request.cnes_do_acesso is not None:
        raise PermissionDenied
    lote = get_object_or_404(Lote.objects.defer("bruto"), entidade=request.entidade, uuid=uuid)
    if vigia.ask_again(lote=lote, by=request.user):
        messages.success(request, "O lote voltou para a fila e continua de onde parou.")
    else:
        messages.info(request, "Este lote já foi pedido de novo, ou não há o que pedir.")
    return redirect("painel:pendencias")
