"""Imports of reference tables. Whole or not at all: on any failure the release in force stays as it is."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledi.errors import TableError
from saude.atualizacao import comparar, efeito, reavaliar
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.banco.fila import enqueue, without_task
from saude.cadastros.models import Entidade
from saude.comum import isolado
from saude.contas.queries import as_user
from saude.referencias import arquivos, cnes, sigtap
from saude.referencias.arquivos import FileRefused, Guardado
from saude.referencias.models import Publicacao
from saude.referencias.tables import load_sigtap, releases_key
from saude.referencias.tables import sigtap as sigtap_of

log = logging.getLogger(__name__)
T = TypeVar("T")
Tipo, Situacao = Publicacao.Tipo, Publicacao.Situacao
TASKS = ("referencias.importar_sigtap", "referencias.comparar_cnes", "referencias.importar_cnes")
WAITING = (Situacao.CONFERIR, Situacao.IMPORTANDO)
#: items of a CNES (some 10,000 posts: 1 s and 25 MB); more of them are compared by a worker, not by the site
LARGE = 20_000
DEFECT = "A importação falhou por um defeito do sistema. Nada foi alterado."
STOPPED = "A importação parou no meio e não pôde ser retomada. Nada foi alterado. Envie o arquivo de novo."


class Decidida(FileRefused):
    """Somebody else was first: nothing of the release is wrong."""


# -- CNES: read and compared first, put in force when somebody confirms


def receive_cnes(
    *, entidade: Entidade, pieces: Iterable[bytes], nome: str, by: Autor, queue: bool = False
) -> Publicacao:
    """Read a CNES file and say what it would change. FileRefused when it cannot be imported.

    `queue`: a large one is compared by a worker, and the release handed back is *importando* until then."""
    kept = arquivos.keep(pieces, nome)
    if waiting := _waiting(entidade, kept):
        if waiting.situacao == Situacao.IMPORTANDO and not queue:
            raise Decidida("Este mesmo arquivo está sendo importado agora. Não há nada a fazer.")
        return waiting
    row = Publicacao(
        tipo=Tipo.CNES, entidade=entidade, sha256=kept.sha256, nome_arquivo=kept.nome, guardado=kept.nome,
        por=as_user(by),
    )  # fmt: skip
    try:
        _not_twice(Publicacao.objects.filter(entidade=entidade), kept)
        arquivo = _read(kept, most=LARGE if queue else None)
        comparar.fits(entidade, arquivo)
        return comparar.compare(row, arquivo)
    except cnes.Grande:
        with transaction.atomic():
            row.save()
            enqueue("referencias.comparar_cnes", publicacao_id=row.pk)
        return row
    except FileRefused as refusal:
        _failed(Tipo.CNES, entidade, kept, str(refusal), by)
        _drop(kept.sha256)
        raise
    except Exception as error:
        log.error("comparing a CNES file failed: %s", type(error).__name__)
        _failed(Tipo.CNES, entidade, kept, DEFECT, by)
        _drop(kept.sha256)
        raise FileRefused(DEFECT) from error


def compare_cnes(publicacao_id: int) -> None:
    """The comparison of a large file, by a worker. What is wrong with it is told in its release."""
    publicacao = Publicacao.objects.get(pk=publicacao_id)
    with _told_in(publicacao), transaction.atomic():
        row = _lock(publicacao, Situacao.IMPORTANDO)
        arquivo = _read(Guardado(row.sha256, row.guardado))
        comparar.fits(comparar.whose(row), arquivo)
        comparar.compare(row, arquivo)


def confirm_cnes(*, publicacao: Publicacao, by: Autor, queue: bool = False) -> Publicacao:
    """Put in force a release that was compared. FileRefused, nothing changed, when it cannot be any more.

    `queue`: a large one is put in force by a worker (`import_cnes`)."""
    if queue and sum(publicacao.contagens.values()) > LARGE:
        with transaction.atomic():
            row = _lock(publicacao, Situacao.CONFERIR)
            row.situacao = Situacao.IMPORTANDO
            row.save(update_fields=["situacao"])
            user = as_user(by)
            enqueue("referencias.importar_cnes", publicacao_id=row.pk, usuario_id=user.pk if user else None)
        return row
    return import_cnes(publicacao=publicacao, by=by, waiting=Situacao.CONFERIR)


def import_cnes(*, publicacao: Publicacao, by: Autor, waiting: str = Situacao.IMPORTANDO) -> Publicacao:
    with _told_in(publicacao), transaction.atomic():
        row = _lock(publicacao, waiting)
        began = time.monotonic()
        arquivo = _read(Guardado(row.sha256, row.guardado))
        comparar.fits(comparar.whose(row), arquivo)
        comparar.put_in_force(row, arquivo, by)
        row.segundos = round(time.monotonic() - began, 2)
        row.save()
    _drop(publicacao.sha256)
    return row


@contextlib.contextmanager
def _told_in(publicacao: Publicacao) -> Iterator[None]:
    """Whatever stops the work is the release's reason, and a FileRefused for whoever asked."""
    try:
        yield
    except Decidida:
        raise
    except FileRefused as refusal:
        _mark_failed(publicacao, str(refusal))
        raise
    except Exception as error:
        log.error("import of release %s failed: %s", publicacao.pk, type(error).__name__)
        _mark_failed(publicacao, DEFECT)
        raise FileRefused(DEFECT) from error


@transaction.atomic
def cancel_cnes(*, publicacao: Publicacao, by: Autor) -> None:
    """Give up a release that was only compared."""
    row = _lock(publicacao, Situacao.CONFERIR)
    record_event(
        by=by, entidade=row.entidade_id, tipo="referencia.desistida", alvo=row, arquivo=row.nome_arquivo
    )
    row.delete()
    _drop(row.sha256)


def _read(kept: Guardado, *, most: int | None = None) -> cnes.Arquivo:
    if not kept.caminho.exists():
        raise FileRefused("O arquivo não está mais guardado. Envie-o de novo.")
    return _apart(lambda path: cnes.read(path, most=most), kept.caminho)


def _apart(read: Callable[[Path], T], path: Path) -> T:
    """What a reader of foreign files says, in the words of this page."""
    try:
        return read(path)
    except isolado.Recusado as error:
        raise FileRefused(_reason(error)) from error
    except isolado.Excesso as excess:
        raise FileRefused(
            "O arquivo pede memória ou tempo demais para ser lido. Nada foi alterado."
        ) from excess
    except isolado.Ocupado as busy:
        raise FileRefused("Há outros arquivos sendo lidos agora. Envie de novo em um minuto.") from busy


def _waiting(entidade: Entidade, kept: Guardado) -> Publicacao | None:
    mine = Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, sha256=kept.sha256)
    return mine.filter(situacao__in=WAITING).first()


# -- SIGTAP: checked at the door, imported in the background


def receive_sigtap(*, pieces: Iterable[bytes], nome: str, by: Autor, queue: bool = True) -> Publicacao:
    """Take in a SIGTAP zip. FileRefused when it is not one or was imported before."""
    kept = arquivos.keep(pieces, nome)
    try:
        _not_twice(Publicacao.objects.filter(tipo=Tipo.SIGTAP), kept)
    except FileRefused:
        _drop(kept.sha256)
        raise
    try:
        day = _apart(sigtap.competencia, kept.caminho)
    except FileRefused as refusal:
        _drop(kept.sha256)
        _failed(Tipo.SIGTAP, None, kept, str(refusal), by)
        raise
    with transaction.atomic():
        row = Publicacao.objects.create(
            tipo=Tipo.SIGTAP, vale_de=day, sha256=kept.sha256, nome_arquivo=kept.nome, guardado=kept.nome,
            por=as_user(by),
        )  # fmt: skip
        if queue:
            enqueue("referencias.importar_sigtap", publicacao_id=row.pk)
    return row


def import_sigtap(publicacao_id: int, *, by: Autor = None) -> Publicacao:
    """Read the rows and put the release in force. A defect leaves it *não importada*, with the reason."""
    publicacao = Publicacao.objects.get(pk=publicacao_id)
    if publicacao.situacao != Situacao.IMPORTANDO:
        return publicacao  # the task ran before
    kept = Guardado(publicacao.sha256, publicacao.guardado)
    began = time.monotonic()
    with _told_in(publicacao), transaction.atomic():
        row = _lock(publicacao, Situacao.IMPORTANDO)
        try:
            row.contagens = sigtap.store(row, kept.caminho)
        except TableError as error:
            raise FileRefused(_reason(error)) from error
        row.segundos = round(time.monotonic() - began, 2)
        _sigtap_in_force(row, by or row.por)
    _drop(kept.sha256)
    sigtap.analyse()
    return row


def restore_sigtap(*, publicacao: Publicacao, by: Autor) -> Publicacao:
    """Put a superseded release back in force, in place of the one of its month. FileRefused when it is not one."""
    with transaction.atomic():
        row = _lock(publicacao, Situacao.SUBSTITUIDA)
        if row.tipo != Tipo.SIGTAP:
            raise FileRefused(
                "Só uma tabela SIGTAP pode voltar a valer; de um CNES, envie o arquivo de novo."
            )
        _sigtap_in_force(row, by, tipo="referencia.restaurada")
    return row


def _sigtap_in_force(row: Publicacao, by: Autor, tipo: str = "referencia.importada") -> None:
    months = Publicacao.objects.filter(tipo=Tipo.SIGTAP, situacao=Situacao.PRONTA)
    before = months.filter(vale_de__lte=row.vale_de).order_by("-vale_de").first()
    after = months.filter(vale_de__gt=row.vale_de).order_by("vale_de").first()
    answered = before or after  # which answered for these days until now
    codes = None
    if answered:
        codes = sigtap.changed_codes(sigtap_of(answered.pk), load_sigtap(row.pk))
    months.filter(vale_de=row.vale_de).update(situacao=Situacao.SUBSTITUIDA)
    row.situacao, row.pronta_em = Situacao.PRONTA, timezone.now()
    if codes is not None:
        row.diferencas = {"codigos": len(codes)}
    row.save()
    since = comparar.day_of(row) if before else date.min
    until = comparar.day_of(after) if after else None
    total = 0
    for entidade in Entidade.objects.all():
        ids = list(efeito.fichas_of_sigtap(entidade, since, until, codes))
        total += len(ids)
        reavaliar.start(entidade=entidade, publicacao=row, ids=ids, by=by)
        record_event(
            by=by or "sistema", entidade=entidade, tipo="referencia.mudada", alvo=row, tabela="sigtap",
            data=row.quando, arquivo=row.nome_arquivo, reavaliadas=len(ids),
        )  # fmt: skip
    record_event(
        by=by or "sistema", entidade=None, tipo=tipo, alvo=row, tabela="sigtap",
        data=row.quando, arquivo=row.nome_arquivo, reavaliadas=total, **row.contagens,
    )  # fmt: skip


# -- both


def watch() -> None:
    """Releases that no task works at any more (it failed for good) say so, and their file may be sent again."""
    rows = {row.pk: row for row in Publicacao.objects.filter(situacao=Situacao.IMPORTANDO)}
    for task in TASKS:
        lost = without_task(task, "publicacao_id", rows)
        rows = {pk: row for pk, row in rows.items() if pk in lost}
    for row in rows.values():
        _mark_failed(row, STOPPED)


def _not_twice(rows: QuerySet[Publicacao], kept: Guardado) -> None:
    known = rows.filter(sha256=kept.sha256, situacao__in=(*comparar.IN_FORCE, Situacao.IMPORTANDO)).first()
    if known is None:
        return
    when = timezone.localtime(known.recebida_em)
    who = f" por {known.por.get_full_name()}" if known.por else ""
    raise FileRefused(
        f"Este mesmo arquivo já foi importado em {when:%d/%m/%Y às %H:%M}{who}. Não há nada a fazer."
    )


def _lock(publicacao: Publicacao, situacao: str) -> Publicacao:
    """The row, held; imports of one kind go one after the other, and no ficha is judged meanwhile."""
    travas.wait(travas.TABELAS, publicacao.entidade_id or 0)
    row = (
        Publicacao.objects.select_for_update(of=("self",))
        .select_related("entidade", "por")
        .get(pk=publicacao.pk)
    )
    if row.situacao != situacao:
        raise Decidida("Esta importação já foi concluída ou desfeita por outra pessoa.")
    return row


def _failed(tipo: str, entidade: Entidade | None, kept: Guardado, reason: str, by: Autor) -> None:
    """Keep that somebody tried, and why it was not taken."""
    Publicacao.objects.create(
        tipo=tipo, entidade=entidade, sha256=kept.sha256, nome_arquivo=kept.nome, situacao=Situacao.FALHOU,
        erro=reason[:500], por=as_user(by),
    )  # fmt: skip


def _mark_failed(publicacao: Publicacao, reason: str) -> None:
    waiting = Publicacao.objects.filter(pk=publicacao.pk, situacao__in=WAITING)
    if waiting.update(situacao=Situacao.FALHOU, erro=reason[:500]):
        _drop(publicacao.sha256)


def _drop(sha256: str) -> None:
    """The kept file, unless another release waits with the same one (another municipality sent it too)."""
    if not Publicacao.objects.filter(sha256=sha256, situacao__in=WAITING).exists():
        arquivos.drop(sha256)


def _reason(error: Exception) -> str:
    return f"O arquivo não foi importado: {str(error).rstrip('.')}. Nada foi alterado."


def import_cnes_file(*, entidade: Entidade, path: Path, by: Autor) -> Publicacao:
    """Receive and confirm at once (command, demonstration)."""
    row = receive_cnes(entidade=entidade, pieces=arquivos.pieces_of(path), nome=path.name, by=by)
    return confirm_cnes(publicacao=row, by=by)


def import_sigtap_file(*, path: Path, by: Autor) -> Publicacao:
    row = receive_sigtap(pieces=arquivos.pieces_of(path), nome=path.name, by=by, queue=False)
    return import_sigtap(row.pk, by=by)


__all__ = [
    "FileRefused", "cancel_cnes", "confirm_cnes", "import_cnes_file", "import_sigtap", "import_sigtap_file",
    "receive_cnes", "receive_sigtap", "releases_key", "restore_sigtap",
]  # fmt: skip
