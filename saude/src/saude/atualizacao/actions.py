"""Imports of reference tables. Whole or not at all: on any failure the release in force stays as it is."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledi.errors import TableError
from saude.atualizacao import efeito, reavaliar
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.banco.fila import enqueue
from saude.cadastros.models import Entidade
from saude.cadastros.sinais import lotacoes_ended
from saude.comum import isolado
from saude.contas.queries import as_user
from saude.referencias import arquivos, cnes, sigtap
from saude.referencias.arquivos import FileRefused, Guardado
from saude.referencias.models import Publicacao
from saude.referencias.tables import DatabaseTables, load_cnes, load_sigtap, releases_key, tables_of
from saude.referencias.tables import sigtap as sigtap_of

log = logging.getLogger(__name__)
T = TypeVar("T")
Tipo, Situacao = Publicacao.Tipo, Publicacao.Situacao
IN_FORCE = (Situacao.PRONTA, Situacao.SUBSTITUIDA)
DEFECT = "A importação falhou por um defeito do sistema. Nada foi alterado."


# -- CNES: read and compared first, put in force when somebody confirms


def receive_cnes(*, entidade: Entidade, pieces: Iterable[bytes], nome: str, by: Autor) -> Publicacao:
    """Read a CNES file and say what it would change. FileRefused when it cannot be imported."""
    kept = arquivos.keep(pieces, nome)
    if waiting := _waiting(entidade, kept):
        return waiting
    try:
        _not_twice(Publicacao.objects.filter(entidade=entidade), kept)
        arquivo = _read(kept)
        _fits(entidade, arquivo)
        return _compared(entidade, arquivo, kept, by)
    except FileRefused as refusal:
        arquivos.drop(kept.sha256)
        _failed(Tipo.CNES, entidade, kept, str(refusal), by)
        raise
    except Exception as error:
        log.error("comparing a CNES file failed: %s", type(error).__name__)
        arquivos.drop(kept.sha256)
        _failed(Tipo.CNES, entidade, kept, DEFECT, by)
        raise FileRefused(DEFECT) from error


def confirm_cnes(*, publicacao: Publicacao, by: Autor) -> Publicacao:
    """Put in force a release that was compared. FileRefused, nothing changed, when it cannot be any more."""
    kept = Guardado(publicacao.sha256, publicacao.guardado)
    try:
        with transaction.atomic():
            row = _lock(publicacao, Situacao.CONFERIR)
            began = time.monotonic()
            arquivo = _read(kept)
            _fits(_whose(row), arquivo)
            _put_in_force(row, arquivo, by)
            row.segundos = round(time.monotonic() - began, 2)
            row.save()
    except FileRefused as refusal:
        _mark_failed(publicacao, str(refusal))
        raise
    except Exception as error:
        log.error("import of release %s failed: %s", publicacao.pk, type(error).__name__)
        _mark_failed(publicacao, DEFECT)
        raise FileRefused(DEFECT) from error
    arquivos.drop(kept.sha256)
    return row


@transaction.atomic
def cancel_cnes(*, publicacao: Publicacao, by: Autor) -> None:
    """Give up a release that was only compared."""
    row = _lock(publicacao, Situacao.CONFERIR)
    arquivos.drop(row.sha256)
    record_event(
        by=by, entidade=row.entidade_id, tipo="referencia.desistida", alvo=row, arquivo=row.nome_arquivo
    )
    row.delete()


def _read(kept: Guardado) -> cnes.Arquivo:
    if not kept.caminho.exists():
        raise FileRefused("O arquivo não está mais guardado. Envie-o de novo.")
    return _apart(cnes.read, kept.caminho)


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


def _fits(entidade: Entidade, arquivo: cnes.Arquivo) -> None:
    if arquivo.ibge != entidade.ibge:
        raise FileRefused(
            f"Este CNES é de outro município (IBGE {arquivo.ibge}); o de {entidade} é {entidade.ibge}. "
            "Nada foi alterado."
        )
    newest = _cnes_in_force(entidade)
    if newest and arquivo.data < _day_of(newest):
        raise FileRefused(
            f"Este CNES é de {arquivo.data:%d/%m/%Y}, mais antigo que o em uso ({newest.quando}). "
            "Nada foi alterado."
        )
    if arquivo.data > timezone.localdate():
        raise FileRefused(f"Este CNES diz ser de {arquivo.data:%d/%m/%Y}, uma data que ainda não chegou.")


def _compared(entidade: Entidade, arquivo: cnes.Arquivo, kept: Guardado, by: Autor) -> Publicacao:
    with transaction.atomic():
        estado = cnes.current(entidade)
        found = cnes.compare(arquivo, estado)
        row = Publicacao.objects.create(
            tipo=Tipo.CNES, entidade=entidade, vale_de=arquivo.data, sha256=kept.sha256,
            nome_arquivo=kept.nome, guardado=kept.nome, situacao=Situacao.CONFERIR, por=as_user(by),
            contagens=_counts(arquivo), diferencas=cnes.shown(found, arquivo, estado), sem_cns=_nameless(arquivo),
        )  # fmt: skip
        row.diferencas["efeito"] = _tried(row, arquivo, found, estado).as_json()
        row.save(update_fields=["diferencas"])
    return row


def _tried(
    row: Publicacao, arquivo: cnes.Arquivo, found: cnes.Diferencas, estado: cnes.Estado
) -> efeito.Efeito:
    """What it would do: put in force, looked at, taken back."""
    entidade = _whose(row)
    before = _frozen(entidade)
    with transaction.atomic():
        cnes.apply(entidade, arquivo, found, estado, _vigencia(row))
        effect = efeito.of_cnes(entidade, before, _after(row, before), _people(found))
        row.diferencas["aparelhos"] = _ended(row, None, tentativa=True)
        transaction.set_rollback(True)
    return effect


def _put_in_force(row: Publicacao, arquivo: cnes.Arquivo, by: Autor) -> None:
    entidade = _whose(row)
    before = _frozen(entidade)
    estado = cnes.current(entidade)
    found = cnes.compare(arquivo, estado)
    row.diferencas = cnes.shown(found, arquivo, estado)
    row.sem_cns = _nameless(arquivo)
    cnes.apply(entidade, arquivo, found, estado, _vigencia(row))
    effect = efeito.of_cnes(entidade, before, _after(row, before), _people(found))
    row.diferencas["efeito"] = effect.as_json()
    row.diferencas["aparelhos"] = _ended(row, by, tentativa=False)
    Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, situacao=Situacao.PRONTA).update(
        situacao=Situacao.SUBSTITUIDA
    )
    row.situacao, row.pronta_em, row.contagens = Situacao.PRONTA, timezone.now(), _counts(arquivo)
    row.save()
    ids = list(efeito.fichas_of_cnes(entidade, effect, _people(found)))
    reavaliar.start(entidade=entidade, publicacao=row, ids=ids, by=by)
    record_event(
        by=by, entidade=entidade, tipo="referencia.importada", alvo=row, tabela="cnes", data=row.quando,
        arquivo=row.nome_arquivo, reavaliadas=len(ids), **row.contagens,
    )  # fmt: skip


def _ended(row: Publicacao, by: Autor, *, tentativa: bool) -> int:
    """Accesses of phones that end with the lotações that did."""
    told: list[tuple[Any, Any]] = lotacoes_ended.send(
        sender=Publicacao, entidade=row.entidade, origem=row.quando, tentativa=tentativa, by=by
    )
    return sum(n for _, n in told)


def _vigencia(row: Publicacao) -> cnes.Vigencia:
    """What is new counts from the file's day; with the first of all (or its correction), since always."""
    earlier = Publicacao.objects.filter(
        entidade=row.entidade_id, tipo=Tipo.CNES, situacao__in=IN_FORCE, vale_de__lt=row.vale_de
    )
    day = _day_of(row)
    return cnes.Vigencia(day, day if earlier.exists() else None)


def _frozen(entidade: Entidade) -> DatabaseTables | None:
    """The tables as they are now, whole in memory, so that what is applied next does not show."""
    tables = tables_of(entidade)
    return DatabaseTables(tables.key, entidade.pk, cnes=load_cnes(entidade.pk)) if tables else None


def _after(row: Publicacao, before: DatabaseTables | None) -> DatabaseTables:
    key = before.key if before else ()
    return efeito.proposed(key, _whose(row), row, load_cnes(_whose(row).pk))


def _people(found: cnes.Diferencas) -> set[str]:
    return {key[0] for key in (*found.lotacoes.novos, *found.lotacoes.sumidos)}


def _counts(arquivo: cnes.Arquivo) -> dict[str, int]:
    return arquivo.contagens | ({"lotacoes_de_fora": arquivo.fora} if arquivo.fora else {})


def _nameless(arquivo: cnes.Arquivo) -> list[list[str]]:
    """Posts of people without CNS, for the findings to say so."""
    return sorted(map(list, arquivo.sem_cns))


def _cnes_in_force(entidade: Entidade) -> Publicacao | None:
    return Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, situacao=Situacao.PRONTA).first()


def _waiting(entidade: Entidade, kept: Guardado) -> Publicacao | None:
    mine = Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, sha256=kept.sha256)
    return mine.filter(situacao=Situacao.CONFERIR).first()


# -- SIGTAP: checked at the door, imported in the background


def receive_sigtap(*, pieces: Iterable[bytes], nome: str, by: Autor, queue: bool = True) -> Publicacao:
    """Take in a SIGTAP zip. FileRefused when it is not one or was imported before."""
    kept = arquivos.keep(pieces, nome)
    try:
        _not_twice(Publicacao.objects.filter(tipo=Tipo.SIGTAP), kept)
    except FileRefused:
        arquivos.drop(kept.sha256)
        raise
    try:
        day = _apart(sigtap.competencia, kept.caminho)
    except FileRefused as refusal:
        arquivos.drop(kept.sha256)
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
    try:
        with transaction.atomic():
            row = _lock(publicacao, Situacao.IMPORTANDO)
            row.contagens = sigtap.store(row, kept.caminho)
            row.segundos = round(time.monotonic() - began, 2)
            _sigtap_in_force(row, by or row.por)
    except FileRefused:  # another one did it
        raise
    except TableError as error:
        _mark_failed(publicacao, _reason(error))
        raise FileRefused(_reason(error)) from error
    except Exception as error:
        log.error("import of release %s failed: %s", publicacao.pk, type(error).__name__)
        _mark_failed(publicacao, DEFECT)
        raise FileRefused(DEFECT) from error
    arquivos.drop(kept.sha256)
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
    since = _day_of(row) if before else date.min
    until = _day_of(after) if after else None
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


def _not_twice(rows: QuerySet[Publicacao], kept: Guardado) -> None:
    known = rows.filter(sha256=kept.sha256, situacao__in=(*IN_FORCE, Situacao.IMPORTANDO)).first()
    if known is None:
        return
    when = timezone.localtime(known.recebida_em)
    who = f" por {known.por.get_full_name()}" if known.por else ""
    raise FileRefused(
        f"Este mesmo arquivo já foi importado em {when:%d/%m/%Y às %H:%M}{who}. Não há nada a fazer."
    )


def _whose(row: Publicacao) -> Entidade:
    """A CNES is always of an entidade (constraint `publicacao_sigtap_nacional`)."""
    return cast(Entidade, row.entidade)


def _day_of(row: Publicacao) -> date:
    """What was read has its day; only a file that could not be has none."""
    return cast(date, row.vale_de)


def _lock(publicacao: Publicacao, situacao: str) -> Publicacao:
    """The row, held; imports of one kind go one after the other, and no ficha is judged meanwhile."""
    travas.wait(travas.TABELAS, publicacao.entidade_id or 0)
    row = (
        Publicacao.objects.select_for_update(of=("self",))
        .select_related("entidade", "por")
        .get(pk=publicacao.pk)
    )
    if row.situacao != situacao:
        raise FileRefused("Esta importação já foi concluída ou desfeita por outra pessoa.")
    return row


def _failed(tipo: str, entidade: Entidade | None, kept: Guardado, reason: str, by: Autor) -> None:
    """Keep that somebody tried, and why it was not taken."""
    Publicacao.objects.create(
        tipo=tipo, entidade=entidade, sha256=kept.sha256, nome_arquivo=kept.nome, situacao=Situacao.FALHOU,
        erro=reason[:500], por=as_user(by),
    )  # fmt: skip


def _mark_failed(publicacao: Publicacao, reason: str) -> None:
    waiting = Publicacao.objects.filter(
        pk=publicacao.pk, situacao__in=(Situacao.CONFERIR, Situacao.IMPORTANDO)
    )
    if waiting.update(situacao=Situacao.FALHOU, erro=reason[:500]):
        arquivos.drop(publicacao.sha256)


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
