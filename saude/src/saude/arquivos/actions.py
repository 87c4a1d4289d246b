"""Files on their way: kept, looked into, and taken in whole or not at all."""

import contextlib
import logging
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from ledi.errors import LediError
from saude.arquivos import exame
from saude.arquivos.boas import is_good
from saude.arquivos.guardados import SUFFIXES, FileRefused, folder, forget_old, keep, keep_received
from saude.arquivos.models import Conferencia
from saude.arquivos.tamanho import is_small
from saude.auditoria.actions import record_event
from saude.banco import espera, travas
from saude.banco.fila import enqueue_once
from saude.cadastros.models import Entidade
from saude.comum.texto import grouped
from saude.contas.models import Usuario
from saude.fichas.models import Ficha, Reprocessamento
from saude.inconsistencias.achados import clean
from saude.processamento import julgar, lotes
from saude.recebimento import actions as intake
from saude.recebimento.intake import take_in
from saude.recebimento.leitura_arquivo import formato_of, items
from saude.recebimento.models import Lote, Registro
from saude.recebimento.tasks import spool_folder
from saude.registro.tipos import Origem

log = logging.getLogger(__name__)
Estado = Conferencia.Estado
SMALL = 2 * 1024 * 1024  # read while the user waits, unless there is much in it
ATOMIC = 2_000  # records taken in by one transaction, as one chunk: what it locks, other receptions wait for
SPARE = 30  # seconds after which the queue looks whether the page, which did the work itself, has done it
LEFT_AFTER = timedelta(minutes=10)
BLOCK = 512 * 1024  # of 500 records, about
MANY, MOST_BEHIND = 16, 200  # blocks of a long file; how many it lets pass at most
LONG = "arquivos.longos"
FAILED = "Falha ao receber: nada deste arquivo foi recebido."
STOPPED = (
    "O recebimento parou depois de {} registros. Receba de novo para continuar de onde parou: "
    "o que já entrou não entra duas vezes."
)


def upload(*, entidade: Entidade, by: Usuario, file: UploadedFile, name: str) -> Conferencia:
    """Keep the file and look into it: at once when small, else in the background."""
    forget_old()
    where, size, digest = keep(file, name, suffixes=SUFFIXES)
    small = is_small(folder() / where, SMALL)
    with transaction.atomic():
        row = Conferencia.objects.create(
            entidade=entidade, usuario=by, nome=clean(name)[-200:], arquivo=where, tamanho=size, sha256=digest
        )
        record_event(by=by, entidade=entidade, tipo="arquivo.conferido", alvo=row, tamanho=size)
        _enqueue("conferir", row, later=small)
    if small:
        examine_file(row.pk)
    row.refresh_from_db()
    return row


def waits(row: Conferencia) -> dict[str, Any]:
    """For a page: why it is not read, or received, yet, and since when."""
    kind = "receber" if row.estado == Estado.RECEBENDO else "conferir"
    return espera.waits(
        f"arquivos.{kind}", "conferencia_id", [] if row.acabou else [row.pk], asked=row.criada_em
    )


def _enqueue(kind: str, row: Conferencia, *, later: bool = False) -> None:
    """Once per file. `later`: the work is being done by the page; the queue is there in case it dies.

    A file waits as the last block of a lot of its size would, so that small ones pass; of the long ones one is
    worked at, and the other workers are there for everybody.
    """
    blocks = row.tamanho // BLOCK
    enqueue_once(
        f"arquivos.{kind}",
        queueing_lock=f"arquivo-{kind}-{row.pk}",
        seconds=SPARE if later else 0,
        priority=-min(blocks, MOST_BEHIND),
        lock=LONG if blocks >= MANY else None,
        conferencia_id=row.pk,
    )


def examine_file(pk: int, *, patience: float = 0) -> None:
    """Safe to call again at any point: what was read stays read."""
    with travas.session(travas.ARQUIVO, pk, patience=patience) as mine:
        row = Conferencia.objects.select_related("entidade").filter(pk=pk).first()
        if not mine or row is None or row.estado not in (Estado.ESPERA, Estado.LENDO):
            return
        exame.mark(row, estado=Estado.LENDO, lidos=0)
        try:
            exame.examine(row)
        except Exception as problem:  # ours: told once, not tried for ever
            log.error("examining a file failed: %s %s", pk, type(problem).__name__)
            exame.mark(row, estado=Estado.FALHOU, erro="Falha ao ler o arquivo. Avise o suporte.")


def ask_to_take_in(*, conferencia: Conferencia, by: Usuario, so_boas: bool = False) -> None:
    """Receber para corrigir, or only what has no inconsistência: in the background when large."""
    with transaction.atomic():
        row = Conferencia.objects.select_for_update().get(pk=conferencia.pk)
        if row.estado != Estado.PRONTA:
            raise FileRefused("Este arquivo não está pronto para ser recebido.")
        small = row.tamanho <= SMALL and row.lidos <= ATOMIC
        if row.lote_id is None:  # one that stopped goes on as it began
            row.so_boas = so_boas
        row.estado, row.erro, row.recebedor, row.mudou_em = Estado.RECEBENDO, "", by, timezone.now()
        row.save(update_fields=["estado", "erro", "recebedor", "mudou_em", "so_boas"])
        _enqueue("receber", row, later=small)
    if small:
        take_file_in(row.pk)


def take_file_in(pk: int, *, patience: float = 0) -> None:
    """Safe to call again at any point. After a failure nothing of the file is there, or (a long one, which is
    taken in by parts) it is gone on with from where it stopped."""
    with travas.session(travas.ARQUIVO, pk, patience=patience) as mine:
        row = Conferencia.objects.select_related("entidade", "lote", "recebedor").filter(pk=pk).first()
        if not mine or row is None or row.estado != Estado.RECEBENDO:
            return
        try:
            with transaction.atomic() if row.lidos <= ATOMIC else contextlib.nullcontext():
                _take(row)
        except Exception as problem:
            log.error("taking in a file failed: %s %s", pk, type(problem).__name__)
            exame.mark(row, estado=Estado.PRONTA, erro=_why(row, problem))
            if not Lote.objects.filter(conferencia=row).exists():
                (spool_folder() / row.arquivo).unlink(missing_ok=True)


def _why(row: Conferencia, problem: Exception) -> str:
    taken = Lote.objects.filter(conferencia=row).values_list("lidos", flat=True).first()
    if taken:
        return STOPPED.format(grouped(taken))
    return exame.reason_shown(row, problem) if isinstance(problem, LediError | OSError) else FAILED


def _take(row: Conferencia) -> None:
    path = folder() / row.arquivo
    lote = row.lote or _open(row)
    last = Registro.objects.filter(lote=lote).aggregate(n=Max("posicao"))["n"] or 0
    ctx = julgar.context(row.entidade)
    rest = (item for item in items(path) if item.posicao > last and (not row.so_boas or is_good(item, ctx)))
    for chunk in intake.chunks(rest, ATOMIC if row.lidos <= ATOMIC else intake.CHUNK):
        take_in(lote, ctx, chunk)
        exame.mark(row)
    with transaction.atomic():
        intake.close_lote(lote, by=row.recebedor)
        exame.mark(row, estado=Estado.RECEBIDA, erro="")


@transaction.atomic
def _open(row: Conferencia) -> Lote:
    """The lot, and the file among those that were received: it outlives what is kept for looking."""
    keep_received(row.arquivo)
    lote = intake.open_lote(
        entidade=row.entidade, origem=Origem.ARQUIVO, by=row.recebedor, formato=formato_of(folder() / row.arquivo),
        nome_arquivo=row.nome, arquivo=row.arquivo, tamanho=row.tamanho, sha256=row.sha256,
    )  # fmt: skip
    exame.mark(row, lote=lote)
    return lote


def preview_undo(*, entidade: Entidade, lote: Lote, by: Usuario) -> Reprocessamento:
    """Desfazer o recebimento: the fichas the file brought, to be discarded; LoteRefused when it brought none.

    Those that were exported, mended or received again since are named in the preview, and left alone.
    """
    brought = Registro.objects.filter(lote=lote, status=Registro.Status.NOVO).values("ficha")
    return lotes.open_preview(
        entidade=entidade, acao=Reprocessamento.Acao.DESCARTAR, pedido={"lote": lote.pk}, by=by,
        fichas=Ficha.objects.filter(entidade=entidade, pk__in=brought),
    )  # fmt: skip


def resume_left_behind() -> None:
    """Files whose work nobody goes on with: their job is put in the queue again."""
    waiting = {Estado.ESPERA: "conferir", Estado.LENDO: "conferir", Estado.RECEBENDO: "receber"}
    old = Conferencia.objects.filter(estado__in=waiting, mudou_em__lt=timezone.now() - LEFT_AFTER)
    for row in old[:100]:
        _enqueue(waiting[Estado(row.estado)], row)


def forget(*, conferencia: Conferencia, by: Usuario) -> bool:
    """Apagar daqui: the file and what was read of it. What was received stays received."""
    with transaction.atomic():
        row = Conferencia.objects.select_for_update().get(pk=conferencia.pk)
        if not row.acabou:
            return False
        record_event(by=by, entidade=row.entidade, tipo="arquivo.apagado", alvo=row)
        row.delete()
    (folder() / conferencia.arquivo).unlink(missing_ok=True)
    return True
