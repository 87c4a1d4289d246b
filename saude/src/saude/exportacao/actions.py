"""Exports: ask for one, make its file, mark its fichas. The file and the database never disagree."""

import logging
from collections.abc import Callable, Iterator, Sequence, Set
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from typing import Any

import psycopg
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from ledi.zip import Entry, PackageWriter
from ledi.zip.deflate import inflates_to
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.banco.fila import enqueue, without_task
from saude.cadastros.models import Entidade
from saude.cofre.erros import CofreError
from saude.comum import disco
from saude.contas.queries import as_user
from saude.exportacao.envelopes import Rewrapper, refresh_stale
from saude.exportacao.files import PartialFile
from saude.exportacao.fim import OVER, tell_end
from saude.exportacao.models import Exportacao
from saude.exportacao.selection import Previa, preview, selected
from saude.exportacao.storage import changed_meanwhile, copy_items, set_progress
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao, check
from saude.fichas.storage import mark_exported
from saude.processamento.entradas import set_damaged_aside
from saude.registro.tipos import Tipo

log = logging.getLogger(__name__)
Estado = Exportacao.Estado
BATCH = 5_000
FREE_ATTEMPTS = 3  # after these, fichas are held while the file is written
NOTHING = "Não há fichas a exportar com esta escolha."
DISK = (
    "Faltou espaço em disco para gravar o arquivo. Nenhuma ficha foi marcada; libere espaço e tente de novo."
)
NOTHING_MARKED = "Nenhuma ficha foi marcada; resolva e tente de novo."
FAILED = "A exportação foi interrompida por um erro do sistema. Nenhuma ficha foi marcada; tente de novo."


class NothingToExport(ValidationError):
    """The choice selects no ficha; `previa` says why."""

    def __init__(self, previa: Previa) -> None:
        super().__init__(NOTHING)
        self.previa = previa


class _Changed(Exception):
    """Fichas were corrected while the file was written."""

    def __init__(self, ids: set[int]) -> None:
        self.ids = ids


class _Damaged(Exception):
    """Entries that do not inflate to what was validated: a byte of them changed on the disk."""

    def __init__(self, ids: set[int]) -> None:
        super().__init__(f"{len(ids)} damaged entries")
        self.ids = ids


@transaction.atomic
def create_export(
    *,
    entidade: Entidade,
    escopo: str,
    inicio: date,
    fim: date,
    tipo: str = "",
    by: Autor,
    chave: str | None = None,
    cnes: Set[str] | None = None,
) -> Exportacao:
    """Ask for an export; asked again (same `chave`, or an equal one still running) it is the same export.

    `cnes`: only the fichas of these áreas. NothingToExport when the choice selects nothing.
    """
    _validate(entidade, escopo, tipo, inicio, fim)
    travas.wait(travas.NOVA_EXPORTACAO, entidade.pk)
    choice = {"escopo": escopo, "inicio": inicio, "fim": fim, "tipo": tipo}
    areas = None if cnes is None else sorted(cnes)
    if same := _asked_already(entidade, choice, areas, chave):
        return same
    previa = preview(entidade=entidade, cnes=cnes, escopo=escopo, inicio=inicio, fim=fim, tipo=tipo)
    if not previa.vao:
        raise NothingToExport(previa)
    exportacao = Exportacao.objects.create(
        entidade=entidade,
        **choice,
        areas=areas,
        chave=chave,
        previstas=previa.vao,
        excluidas=previa.nao_vao,
        por=as_user(by),
    )
    record_event(
        by=by, entidade=entidade, tipo="exportacao.pedida", alvo=exportacao,
        escopo=escopo, ficha=tipo or "todas", inicio=str(inicio), fim=str(fim), previstas=previa.vao,
        areas=areas or "todas",
    )  # fmt: skip
    _enqueue(exportacao)
    return exportacao


def _asked_already(
    entidade: Entidade, choice: dict[str, Any], areas: list[str] | None, chave: str | None
) -> Exportacao | None:
    mine = Exportacao.objects.filter(entidade=entidade)
    if chave and (named := mine.filter(chave=chave).first()):
        return named
    same = mine.filter(**choice)
    same = same.filter(areas__isnull=True) if areas is None else same.filter(areas=areas)
    return same.filter(estado__in=[Estado.ESPERA, Estado.GERANDO]).first()


def _validate(entidade: Entidade, escopo: str, tipo: str, inicio: date, fim: date) -> None:
    if escopo not in Exportacao.Escopo.values:
        raise ValidationError("Escolha “Não exportados” ou “Todos”.")
    if tipo and tipo not in Tipo.values:
        raise ValidationError("Escolha uma ficha da lista, ou todas.")
    if fim < inicio:
        raise ValidationError("O fim do período é anterior ao início.")
    _signs_well(entidade)


def _signs_well(entidade: Entidade) -> None:
    """The PEC discards every ficha of a file whose installation is wrong: no file is made."""
    if wrong := entidade.instalacao.problems():
        told = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in wrong.items())
        raise ValidationError(
            f"O e-SUS recusaria o arquivo inteiro, porque os dados da instalação não estão certos: {told} "
            "Corrija em Administrando > Instalação."
        )


def run_export(exportacao_id: int) -> Exportacao:
    """Make the file and mark its fichas. Safe to call again at any point: done stays done."""
    exportacao = Exportacao.objects.select_related("entidade__instalacao", "por").get(pk=exportacao_id)
    with travas.session(travas.EXPORTACAO, exportacao.entidade_id, patience=None):
        exportacao.refresh_from_db(fields=["estado"])
        if exportacao.estado not in (Estado.CONCLUIDA, Estado.VAZIA):
            _attempt(exportacao)
    exportacao.refresh_from_db()
    return exportacao


def retry_export(*, exportacao: Exportacao, by: Autor) -> None:
    """Put a failed export in the queue again."""
    with transaction.atomic():
        mine = Exportacao.objects.filter(pk=exportacao.pk, estado=Estado.FALHOU)
        if mine.update(estado=Estado.ESPERA, erro=""):
            record_event(by=by, entidade=exportacao.entidade_id, tipo="exportacao.repetida", alvo=exportacao)
            _enqueue(exportacao)


@transaction.atomic
def note_download(*, exportacao: Exportacao, by: Autor) -> None:
    """The first time is kept with the export: whoever transmits it afterwards is warned."""
    mine = Exportacao.objects.filter(pk=exportacao.pk, baixada_em=None)
    mine.update(baixada_em=timezone.now())
    record_event(by=by, entidade=exportacao.entidade_id, tipo="exportacao.baixada", alvo=exportacao)


def _enqueue(exportacao: Exportacao) -> None:
    """One at a time in an entidade."""
    lock = f"exportacao-{exportacao.entidade_id}"
    enqueue("exportacao.gerar", lock=lock, exportacao_id=exportacao.pk)


def watch() -> None:
    """Exports that wait and have no task: asked for again, or (it failed for good) said so."""
    waiting = Exportacao.objects.filter(estado__in=[Estado.ESPERA, Estado.GERANDO]).order_by("pk")
    rows = {row.pk: row for row in waiting}
    for pk, failed in without_task("exportacao.gerar", "exportacao_id", rows).items():
        if failed:
            _set(rows[pk], estado=Estado.FALHOU, erro=FAILED)
        else:
            _enqueue(rows[pk])


def _attempt(exportacao: Exportacao) -> None:
    _set(exportacao, estado=Estado.GERANDO, escritas=0, erro="", iniciada_em=timezone.now())
    Exportacao.objects.filter(pk=exportacao.pk).update(tentativas=F("tentativas") + 1)
    try:
        refresh_stale(exportacao)
        _produce(exportacao)
    except CofreError as error:
        log.error("export %s: %s", exportacao.pk, type(error).__name__)
        _set(exportacao, estado=Estado.FALHOU, erro=f"{error} {NOTHING_MARKED}"[:300])
    except OSError as error:
        log.error("export %s: %s", exportacao.pk, error.strerror)
        erro = DISK if disco.is_full(error) else f"{disco.reason(error)} {NOTHING_MARKED}"
        _set(exportacao, estado=Estado.FALHOU, erro=erro)
    except Exception as error:
        log.error("export %s: %s", exportacao.pk, type(error).__name__)
        if connection.connection and not connection.connection.closed:
            _set(exportacao, estado=Estado.FALHOU, erro=FAILED)
        raise


def _produce(exportacao: Exportacao) -> None:
    """Write and mark; when fichas changed under way, write again without them."""
    changed: set[int] = set()
    for attempt in range(FREE_ATTEMPTS + 1):
        hold = attempt == FREE_ATTEMPTS
        try:
            with PartialFile(exportacao) as file, transaction.atomic():
                now = timezone.now()
                written = _write(exportacao, file, without=changed, hold=hold, mark=_marker(exportacao, now))
                if not written.total:
                    _set(exportacao, estado=Estado.VAZIA, concluida_em=now)
                else:
                    _finish(exportacao, file, written, now)
            return
        except _Changed as late:
            changed |= late.ids
        except _Damaged as found:
            changed |= found.ids
            _set_aside(exportacao, found.ids)
        except OperationalError as error:  # somebody held fichas in another order: theirs go first
            if hold or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    raise AssertionError("fichas that are held cannot change")


def _set_aside(exportacao: Exportacao, ids: set[int]) -> None:
    mine = Ficha.objects.filter(pk__in=ids).select_related("entidade__instalacao")
    for ficha in mine.order_by("pk"):
        set_damaged_aside(ficha, exportacao=exportacao.pk)


class _Written:
    """What went into the file: how many of each, and how many of them were marked just now."""

    def __init__(self) -> None:
        self.total = 0
        self.marked = 0
        self.kinds: dict[str, int] = {}

    def count(self, kinds: Sequence[str]) -> None:
        self.total += len(kinds)
        for kind in set(kinds):
            self.kinds[kind] = self.kinds.get(kind, 0) + kinds.count(kind)


Marker = Callable[[list[int], list[int]], int]


def _write(
    exportacao: Exportacao, file: PartialFile, *, without: set[int], hold: bool, mark: Marker
) -> _Written:
    """Batch by batch: a thread copies the entries into the file while the server marks their fichas.

    The thread never touches the database, and one batch is in its hands at a time: memory stays constant.
    """
    written = _Written()
    rewrap = Rewrapper(exportacao.entidade)
    damaged: set[int] = set()
    progress = connection.copy()
    try:
        with PackageWriter(file) as package, ThreadPoolExecutor(1) as beside:
            adding: Future[None] | None = None
            for rows in _stream(exportacao, hold=hold):
                batch = [row for row in rows if row[0] not in without] if without else rows
                if adding is not None:
                    adding.result()
                adding = beside.submit(_add, package, rewrap, batch, damaged)
                set_progress(progress, exportacao, written.total + len(batch))
                written.count([row[2] for row in batch])
                if batch:
                    written.marked += mark([row[0] for row in batch], [row[1] for row in batch])
            if adding is not None:
                adding.result()
        if damaged:
            raise _Damaged(damaged)
        file.sync()
    finally:
        progress.close()
    return written


def _add(package: PackageWriter, rewrap: Rewrapper, batch: Sequence[Any], damaged: set[int]) -> None:
    for ficha_id, _revisao, _kind, name, crc, size, data, envelope_revision in batch:
        if not inflates_to(data, crc, size):
            damaged.add(ficha_id)
            continue
        entry = Entry(name, crc, size, data)
        package.add(entry if envelope_revision == rewrap.revision else rewrap(entry))


def _stream(exportacao: Exportacao, *, hold: bool) -> Iterator[list[Any]]:
    """Finished entries, in order of id, by a server-side cursor: constant memory at any size."""
    fichas = selected(exportacao)
    if hold:
        fichas = fichas.select_for_update(of=("self",))
    columns = ("id", "revisao", "tipo", "entrada__nome", "entrada__crc", "entrada__tamanho", "entrada__dados")
    rows = fichas.order_by("id").values_list(*columns, "entrada__revisao_instalacao")
    sql, params = rows.query.sql_with_params()
    connection.ensure_connection()
    with connection.cursor() as plain:  # the sort by id stays in memory; compiling the query never pays
        plain.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
    with psycopg.ServerCursor(connection.connection, f"exportacao_{exportacao.pk}") as cursor:
        cursor.execute(sql, params, binary=True)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _marker(exportacao: Exportacao, now: datetime) -> Marker:
    """Marks a batch, in the transaction that is open: items and fichas; says how many fichas it moved."""
    check(Situacao.PROCESSADA, "exportar", Situacao.EXPORTADA)

    def mark(ids: list[int], revisions: list[int]) -> int:
        copy_items(exportacao, ids, revisions)
        return mark_exported(ids, revisions, now)

    return mark


def _finish(exportacao: Exportacao, file: PartialFile, written: _Written, now: datetime) -> None:
    """The export itself says it is done; the file gets its name last."""
    if written.marked != written.total:
        _check_rest(exportacao)
    _set(
        exportacao,
        estado=Estado.CONCLUIDA,
        total=written.total,
        escritas=written.total,
        por_tipo=dict(sorted(written.kinds.items())),
        versao_ledi=exportacao.entidade.instalacao.versao_ledi,
        arquivo=file.final.name,
        sha256=file.sha256,
        tamanho=file.size,
        concluida_em=now,
    )
    record_event(
        by=exportacao.por or "sistema", entidade=exportacao.entidade, tipo="exportacao.concluida",
        alvo=exportacao, fichas=written.total, sha256=file.sha256,
    )  # fmt: skip
    file.publish()


def _check_rest(exportacao: Exportacao) -> None:
    """Items not marked just now must have been exported before (Todos); any other was changed meanwhile."""
    if ids := changed_meanwhile(exportacao):
        raise _Changed(ids)


def _set(exportacao: Exportacao, **values: Any) -> None:
    Exportacao.objects.filter(pk=exportacao.pk).update(**values)
    for name, value in values.items():
        setattr(exportacao, name, value)
    if values.get("estado") in OVER:
        transaction.on_commit(lambda: tell_end(exportacao), robust=True)
