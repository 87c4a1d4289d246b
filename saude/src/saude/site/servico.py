"""Serviço: is the worker alive, what waits, what failed, how old is the last copy, how much disk is free."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from saude.acesso.guarda import requires
from saude.acesso.permissoes import INSTALACAO
from saude.auditoria.actions import record_event
from saude.banco import fila
from saude.contas.request import UserRequest
from saude.copias import agenda
from saude.recebimento import vigia
from saude.recebimento.models import Lote
from saude.site.tarefas import name_of
from saude.transmissao.queries import troubled

SHOWN = 50
LITTLE = 2 * 1024**3  # bytes: less is told as a fault
LONG = 600  # seconds a job may wait before it is told


@requires(INSTALACAO)
def servico(request: UserRequest) -> HttpResponse:
    age, free, waited = agenda.age(), agenda.free(), fila.oldest_waiting()
    context = {
        "trabalhadores": fila.workers(),
        "espera": sum(n for _, status, n in fila.depth() if status == "todo"),
        "esperou": timedelta(seconds=int(waited)) if waited > LONG else None,
        "falhas": _named(["failed"]),
        "em_espera": _named(["todo", "doing"]),
        "lotes_falhos": vigia.failed_anywhere().order_by("-recebido_em")[:SHOWN],
        "lotes": vigia.waiting_anywhere().order_by("recebido_em")[:SHOWN],
        "copias": agenda.folder() is not None,
        "copia_idade": None if age is None else timedelta(seconds=int(age)),
        "copia_velha": age is None or age > agenda.LATE,
        "livre": free,
        "pouco": free < LITTLE,
        "dados": settings.DADOS,
        "transmissoes": list(troubled()[:SHOWN]),
    }
    return render(request, "web/servico.html", context)


def _named(states: list[str]) -> list[tuple[str, fila.Tarefa]]:
    """The newest jobs in one of these states, each with what it does in words."""
    return [(name_of(job.nome), job) for job in fila.jobs(states, at_most=SHOWN)]


@requires(INSTALACAO)
@require_POST
def repetir(request: UserRequest, pk: int) -> HttpResponse:
    if fila.ask_again(pk):
        record_event(by=request.user, entidade=None, tipo="tarefa.repetida", alvo=("tarefa", pk))
        messages.success(request, "A tarefa voltou para a fila.")
    else:
        messages.info(request, "Esta tarefa já não está entre as que falharam.")
    return redirect("servico")


@requires(INSTALACAO)
@require_POST
def cancelar(request: UserRequest, pk: int) -> HttpResponse:
    if fila.cancel(pk):
        record_event(by=request.user, entidade=None, tipo="tarefa.cancelada", alvo=("tarefa", pk))
        messages.success(request, "A tarefa não será feita.")
    else:
        messages.info(request, "Esta tarefa já começou ou acabou: não pode ser cancelada.")
    return redirect("servico")


@requires(INSTALACAO)
@require_POST
def repetir_lote(request: UserRequest, pk: int) -> HttpResponse:
    if vigia.ask_again(lote=get_object_or_404(_lots(), pk=pk), by=request.user):
        messages.success(request, "O lote voltou para a fila, de onde parou.")
    else:
        messages.info(request, "Este lote já não está entre os que falharam.")
    return redirect("servico")


@requires(INSTALACAO)
@require_POST
def cancelar_lote(request: UserRequest, pk: int) -> HttpResponse:
    if vigia.cancel(lote=get_object_or_404(_lots(), pk=pk), by=request.user):
        messages.success(request, "O lote não vai adiante. O que já entrou ficou.")
    else:
        messages.info(request, "Este lote já foi concluído, ou cancelado.")
    return redirect("servico")


def _lots() -> QuerySet[Lote]:
    return Lote.objects.filter(formato=Lote.Formato.NDJSON).defer("bruto")
