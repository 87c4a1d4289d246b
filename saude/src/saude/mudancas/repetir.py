"""A batch that failed or stopped half-way, asked for again: it goes on with what is left."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.acesso.lote import em_lote
from saude.contas.request import UserRequest
from saude.mudancas.lotes import batch_of, may_do
from saude.processamento import vigia


@em_lote()
@requires("corrigir", "reprocessar")
@require_POST
def repetir(request: UserRequest, pk: int) -> HttpResponse:
    job = batch_of(request, pk)
    if not may_do(request, job):
        raise PermissionDenied
    if vigia.ask_again(job=job, by=request.user):
        messages.success(request, "O trabalho voltou para a fila e continua de onde parou.")
    return redirect("mudancas:lote", pk=job.pk)
