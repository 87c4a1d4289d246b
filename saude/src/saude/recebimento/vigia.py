"""Lots that nobody goes on with are gone on with; those that failed for good say so and can be asked for again."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psycopg
from django.db import Error, OperationalError, transaction
from django.db.models import QuerySet

from saude.auditoria.actions import Autor, record_event
from saude.banco.fila import enqueue, without_task
from saude.cadastros.models import Entidade
from saude.cofre.erros import CofreError
from saude.comum import disco
from saude.recebimento.actions import ALL_REFUSED, close_if_done, fail_lote
from saude.recebimento.models import Bloco, Lote
from saude.recebimento.storage import fair_start

Estado = Lote.Estado
CANCELLED = "O lote foi cancelado por quem administra a instalação: o que já entrou ficou."
SYSTEM = "Falha do sistema."
NO_KEY = (
    "O que foi recebido está cifrado, e a chave do cofre não está no lugar, ou o arquivo está danificado."
)
GIVEN_UP = (
    "{} O lote parou depois de muitas tentativas: o que já entrou ficou. Resolva a causa e peça de novo."
)


def why(problem: BaseException) -> str:
    """The reason in words, without anything of the records."""
    if isinstance(problem, CofreError):
        return NO_KEY
    known = isinstance(problem, OSError | OperationalError | psycopg.OperationalError)
    return disco.reason(problem) if known else SYSTEM


def tell(lote_id: int, problem: BaseException) -> None:
    """Whoever looks at a lot that waits sees why."""
    with contextlib.suppress(Error):  # the database is what failed
        open_lots = Lote.objects.filter(pk=lote_id, estado__in=(Estado.RECEBIDO, Estado.PROCESSANDO))
        open_lots.update(erro=f"{why(problem)} Será tentado de novo."[:300])


def watch(folder: Path) -> None:
    """Every open lot has somebody who works at it, or is closed. Safe to run at any time."""
    waiting = (Estado.RECEBIDO, Estado.PROCESSANDO)
    rows = Lote.objects.filter(estado__in=waiting, formato=Lote.Formato.NDJSON).defer("bruto")
    for lote in rows.select_related("entidade", "token", "usuario").order_by("pk"):
        _look_at(lote, folder)


def _look_at(lote: Lote, folder: Path) -> None:
    if lote.estado == Estado.RECEBIDO or lote.posicao < lote.tamanho:
        lost = without_task("recebimento.dividir_lote", "lote_id", [lote.pk])
        if lost.get(lote.pk):
            _give_up(lote)
        elif lost:
            enqueue("recebimento.dividir_lote", lote_id=lote.pk)
        return
    undone = lote.blocos.filter(feito_em=None).order_by("pk").values_list("pk", flat=True)
    lost = without_task("recebimento.receber_bloco", "bloco_id", undone)
    if any(lost.values()):
        _give_up(lote)
        return
    _ask(lote, lost)
    if not undone:
        close_if_done(lote, folder)


def _give_up(lote: Lote) -> None:
    fail_lote(lote, GIVEN_UP.format(lote.erro.removesuffix(" Será tentado de novo.") or SYSTEM))


def _ask(lote: Lote, blocks: Iterable[int]) -> None:
    turn = fair_start(lote.entidade_id)
    for n, pk in enumerate(sorted(blocks)):
        enqueue("recebimento.receber_bloco", priority=turn - n, bloco_id=pk)


def failed(entidade: Entidade) -> QuerySet[Lote]:
    """Those of the entidade that can be asked for again."""
    rows = Lote.objects.filter(entidade=entidade, estado=Estado.FALHOU, formato=Lote.Formato.NDJSON)
    return rows.exclude(erro=ALL_REFUSED).defer("bruto")


def failed_anywhere() -> QuerySet[Lote]:
    """Of all entidades, for who keeps the installation."""
    rows = Lote.objects.filter(estado=Estado.FALHOU, formato=Lote.Formato.NDJSON)
    return rows.exclude(erro__in=(ALL_REFUSED, CANCELLED)).defer("bruto").select_related("entidade")


def waiting_anywhere() -> QuerySet[Lote]:
    rows = Lote.objects.filter(estado__in=(Estado.RECEBIDO, Estado.PROCESSANDO), formato=Lote.Formato.NDJSON)
    return rows.defer("bruto").select_related("entidade")


@transaction.atomic
def cancel(*, lote: Lote, by: Autor) -> bool:
    """It goes no further, and leaves the list of what failed; what came in stays. It can still be asked for again."""
    row = Lote.objects.select_for_update().get(pk=lote.pk)
    if row.estado == Estado.CONCLUIDO or row.erro == CANCELLED:
        return False
    fail_lote(row, CANCELLED)
    record_event(by=by, entidade=row.entidade_id, tipo="recebimento.cancelado", alvo=row)
    return True


def can_be_asked_again(lote: Lote) -> bool:
    return lote.estado == Estado.FALHOU and lote.formato == Lote.Formato.NDJSON and lote.erro != ALL_REFUSED


@transaction.atomic
def ask_again(*, lote: Lote, by: Autor) -> bool:
    """Go on with a lot that failed, from where it stopped; False when there is nothing to go on with."""
    row = Lote.objects.select_for_update().get(pk=lote.pk)
    if not can_be_asked_again(row):
        return False
    row.estado, row.erro = Estado.PROCESSANDO, ""
    row.save(update_fields=["estado", "erro"])
    undone = Bloco.objects.filter(lote=row, feito_em=None).values_list("pk", flat=True)
    if row.posicao >= row.tamanho and undone:
        _ask(row, without_task("recebimento.receber_bloco", "bloco_id", undone))
    else:  # divides what is left, and closes
        enqueue("recebimento.dividir_lote", lote_id=row.pk)
    record_event(by=by, entidade=row.entidade_id, tipo="recebimento.repetido", alvo=row)
    return True
