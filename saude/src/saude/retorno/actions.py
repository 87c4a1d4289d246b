"""Reports of the way back: kept, read, seen, confirmed, taken back; and every answer about a ficha."""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from ledi.masking import texto_seguro
from saude.auditoria.actions import Autor, record_event
from saude.banco import espera, travas
from saude.banco.fila import enqueue, enqueue_once, without_task
from saude.cadastros.models import Entidade
from saude.comum.texto import grouped
from saude.contas.queries import as_user
from saude.exportacao.models import Exportacao
from saude.inconsistencias.achados import clean
from saude.recebimento.spool import BodyRefused, BodyTooLarge, spool
from saude.retorno import leitura, marcas, storage
from saude.retorno.casar import match
from saude.retorno.leitura import GrandeDemais, Ocupado, Recusado
from saude.retorno.models import Desfecho, LinhaTotal, Relatorio
from saude.retorno.queries import counted
from saude.retorno.storage import Fato

log = logging.getLogger(__name__)
Estado, Formato = Relatorio.Estado, Relatorio.Formato
LIMIT = 256 * 1024 * 1024
SMALL = 1 * 1024 * 1024  # read while the person waits
FEW = 5_000  # answers recorded while the person waits
SPARE = 60
TOO_BIG = (
    f"O arquivo passa de {LIMIT // 1024**2} MB. Baixe o relatório de um período menor e envie as partes."
)
BUSY = "Outros arquivos estão sendo lidos agora. Tente de novo em um minuto."
FAILED = "Falha ao ler o arquivo. Nada foi registrado; envie-o de novo ou avise o suporte."
ELSEWHERE = (
    "O relatório é de outro município (IBGE {}); este é {}. Confira a entidade escolhida no alto da página."
)
NONE_OURS = (
    "Nenhum UUID deste relatório é de uma ficha exportada desta entidade: ele é de outro município ou de outro "
    "sistema."
)
CHANGED = (
    "O relatório mudou depois que esta página foi aberta: agora são {} fichas. Confira e confirme de novo."
)


class RetornoRefused(Exception):
    """Cannot be done; the message is for the user."""


def folder() -> Path:
    return Path(settings.DADOS) / "retornos"


def upload(
    *, entidade: Entidade, file: Any, name: str, by: Autor = None, token: Any = None
) -> tuple[Relatorio, bool]:
    """(the report, was it known already): read at once when small, else in the background. Recusado when it is none.

    Of a vendor (`token`) it counts as soon as it is read. While others are being read, a person's waits for the worker,
    as a large one does; a vendor, whose program waits for the answer, gets Ocupado, and nothing is kept.
    """
    kept = _keep(file)
    try:
        row, known = _row_of(entidade, kept, name, by, token)
    except BaseException:
        (folder() / kept.arquivo).unlink(missing_ok=True)
        raise
    if known:
        (folder() / kept.arquivo).unlink(missing_ok=True)
        return row, True
    if row.tamanho <= SMALL:
        try:
            read(row.pk)
        except Ocupado:
            if token is not None:
                _refuse(row, BUSY)
                raise
    row.refresh_from_db()
    if row.estado == Estado.RECUSADO:
        raise Recusado(row.erro)
    return row, False


def _keep(file: Any) -> Any:
    try:
        return spool(file, folder(), gzipped=False, limit=LIMIT, sealed=False)  # read apart, by its path
    except BodyTooLarge as large:
        raise GrandeDemais(TOO_BIG) from large
    except BodyRefused as empty:
        raise Recusado("O arquivo está vazio.") from empty


def _row_of(entidade: Entidade, kept: Any, name: str, by: Autor, token: Any) -> tuple[Relatorio, bool]:
    """One row per content that counts: two clicks, or the same file again, find the first."""
    alive = Relatorio.objects.filter(entidade=entidade, sha256=kept.sha256, estado__in=Relatorio.ALIVE)
    try:
        with transaction.atomic():
            if found := alive.first():
                return found, True
            row = Relatorio.objects.create(
                entidade=entidade, por=as_user(by), token=token, nome=clean(name)[-200:], arquivo=kept.arquivo,
                sha256=kept.sha256, tamanho=kept.tamanho, direto=token is not None,
            )  # fmt: skip
            record_event(
                by=by or token, entidade=entidade, tipo="retorno.enviado", alvo=row, tamanho=kept.tamanho
            )
            _enqueue("ler", row, later=row.tamanho <= SMALL)
    except IntegrityError:
        return alive.get(), True
    return row, False


def waits(row: Relatorio) -> dict[str, Any]:
    """For a page: why it is not read, or recorded, yet, and since when."""
    kind, asked = {"lendo": ("ler", row.criado_em), "aplicando": ("aplicar", row.confirmado_em)}.get(
        row.estado, ("", None)
    )
    return espera.waits(f"retorno.{kind}", "relatorio_id", [row.pk] if kind else [], asked=asked)


def _enqueue(kind: str, row: Relatorio, *, later: bool = False) -> None:
    enqueue_once(
        f"retorno.{kind}",
        queueing_lock=f"retorno-{kind}-{row.pk}",
        seconds=SPARE if later else 0,
        relatorio_id=row.pk,
    )


# -- reading


def read(pk: int, *, patience: float = 0) -> None:
    """Safe to call again at any point: what was read is either all there or not at all. Ocupado: not yet."""
    with travas.session(travas.RELATORIO, pk, patience=patience) as mine:
        row = Relatorio.objects.select_related("entidade").filter(pk=pk).first()
        if not mine or row is None or row.estado != Estado.LENDO:
            return
        source = folder() / row.arquivo
        try:
            _read(row, source)
        except Recusado as refused:
            _refuse(row, str(refused))
        except OSError:
            log.error("report %s: its file cannot be read", pk)
            _refuse(row, FAILED)
        if row.direto and row.estado == Estado.PREVIA:
            if row.do_pec and not row.totais["a_registrar"]:
                _refuse(row, NONE_OURS)
            else:
                _ask_to_apply(row)


def _read(row: Relatorio, source: Path) -> None:
    lines = source.with_suffix(".linhas")
    try:
        about = leitura.read(source, lines, row.pk)
        with transaction.atomic():
            row.linhas.all().delete()
            row.totais_por_linha.all().delete()
            row.formato, row.leitura, row.avisos = about["formato"], about["leitura"], about["avisos"]
            row.contexto, row.totais = about["contexto"], about["totais"] | {"linhas": about["linhas"]}
            if row.do_pec:
                storage.copy_lines(lines)
                match(row)
            else:
                _totals(row, lines)
            row.competencia = str(row.contexto.get("competencia") or "")
            row.totais |= counted(row)
            row.estado, row.arquivo = Estado.PREVIA, ""
            row.save()
    finally:
        lines.unlink(missing_ok=True)
    source.unlink(missing_ok=True)  # the messages of the PEC may name a CPF: what was read of them does not


def _totals(row: Relatorio, lines: Path) -> None:
    """Of this municipality only: a report of the whole state brings the others too."""
    ibge6 = row.entidade.ibge[:6]
    said = str(row.contexto.get("municipio_ibge6") or "")
    if said and said != ibge6:
        raise Recusado(ELSEWHERE.format(said, f"{row.entidade} ({ibge6})"))
    others: set[str] = set()

    def mine() -> Iterable[dict[str, Any]]:
        for line in leitura.lines(lines):
            town = str(line["dados"].get("ibge") or "")
            if not town or town == ibge6:
                yield line
            else:
                others.add(town)

    storage.copy_totals(row.pk, mine())
    if others and not LinhaTotal.objects.filter(relatorio=row).exists():
        raise Recusado(ELSEWHERE.format(", ".join(sorted(others)[:3]), f"{row.entidade} ({ibge6})"))
    row.contexto["outros_municipios"] = len(others)


def _refuse(row: Relatorio, why: str) -> None:
    Relatorio.objects.filter(pk=row.pk).update(estado=Estado.RECUSADO, erro=why[:400], arquivo="")
    if row.arquivo:  # else what was read of it is all there is
        (folder() / row.arquivo).unlink(missing_ok=True)


# -- confirming, and taking back


def confirm(*, relatorio: Relatorio, numero: int, by: Autor) -> None:
    """Record what the preview showed. `numero`: how many fichas it said; another click finds it done."""
    with transaction.atomic():
        row = Relatorio.objects.select_for_update().get(pk=relatorio.pk)
        if row.estado != Estado.PREVIA:
            return
        if row.do_pec:
            match(row)  # what was exported since counts
            row.totais |= counted(row)
            row.save(update_fields=["totais"])
        n = to_record(row)
        if n != numero:
            raise RetornoRefused(CHANGED.format(grouped(n)))
        if row.do_pec and not n:
            raise RetornoRefused("Nenhuma linha é de uma ficha exportada daqui: não há o que registrar.")
    _ask_to_apply(row, by=by)


def to_record(row: Relatorio) -> int:
    """The number that the preview shows and the confirmation carries."""
    return int(row.totais.get("a_registrar" if row.do_pec else "linhas", 0))


def _ask_to_apply(row: Relatorio, by: Autor = None) -> None:
    with transaction.atomic():
        mine = Relatorio.objects.filter(pk=row.pk, estado=Estado.PREVIA)
        if not mine.update(estado=Estado.APLICANDO, confirmado_em=timezone.now()):
            return
        record_event(
            by=by or row.token or "sistema", entidade=row.entidade_id, tipo="retorno.confirmado", alvo=row,
            formato=row.formato, fichas=to_record(row),
        )  # fmt: skip
        few = to_record(row) <= FEW
        _enqueue("aplicar", row, later=few)
    if few:
        apply(row.pk)


def apply(pk: int) -> None:
    """Its answers, what they make of the marks, and what counts now: all in one transaction."""
    with transaction.atomic():
        row = Relatorio.objects.select_for_update().filter(pk=pk, estado=Estado.APLICANDO).first()
        if row is None:
            return
        if row.do_pec:
            travas.wait(travas.DESFECHOS, row.entidade_id)
            ids = set(storage.from_lines(row.entidade_id, row.pk))
            ids |= marcas.settle_beside(row)
            storage.settle_current(sorted(ids))
        elif row.marca:
            travas.wait(travas.DESFECHOS, row.entidade_id)
            storage.settle_current(sorted(marcas.settle(row)))
        row.estado = Estado.VALE
        row.save(update_fields=["estado"])


@transaction.atomic
def undo(*, relatorio: Relatorio, by: Autor) -> bool:
    """What it said counts no more; what was made of it (a new record, a reopened ficha) stays. Once."""
    row = Relatorio.objects.select_for_update().get(pk=relatorio.pk)
    if row.estado != Estado.VALE:
        return False
    travas.wait(travas.DESFECHOS, row.entidade_id)
    ids = set(storage.withdraw(row.pk))
    row.estado, row.desfeito_em, row.desfeito_por = Estado.DESFEITO, timezone.now(), as_user(by)
    row.save(update_fields=["estado", "desfeito_em", "desfeito_por"])
    if row.do_pec:
        ids |= marcas.settle_beside(row)
    storage.settle_current(sorted(ids))
    record_event(by=by, entidade=row.entidade_id, tipo="retorno.desfeito", alvo=row, fichas=len(ids))
    return True


@transaction.atomic
def drop(*, relatorio: Relatorio, by: Autor) -> bool:
    """A preview that nobody wants; its lines go."""
    mine = Relatorio.objects.filter(pk=relatorio.pk, estado=Estado.PREVIA)
    if not mine.update(estado=Estado.DEIXADO):
        return False
    relatorio.linhas.all().delete()
    relatorio.totais_por_linha.all().delete()
    record_event(by=by, entidade=relatorio.entidade_id, tipo="retorno.deixado", alvo=relatorio)
    return True


# -- an export marked as imported, and what is told one by one


def mark_imported(
    *, exportacao: Exportacao, lote: str, data: Any, validas: int, invalidas: int, repetidas: int, total: int,
    by: Autor,
) -> Relatorio:  # fmt: skip
    """What the PEC's list of lots says of an export. In place of an earlier mark of it, which is then undone."""
    counts = {"validas": validas, "invalidas": invalidas, "repetidas": repetidas, "total": total}
    said = f"marca {exportacao.pk} {lote} {data} {counts}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    with transaction.atomic():
        travas.wait(travas.DESFECHOS, exportacao.entidade_id)
        before = Relatorio.objects.filter(
            exportacao=exportacao, formato=Formato.MARCA, estado=Estado.VALE
        ).first()
        if before and before.sha256 == digest:
            return before
        if before:
            undo(relatorio=before, by=by)
        row = Relatorio.objects.create(
            entidade_id=exportacao.entidade_id, formato=Formato.MARCA, estado=Estado.APLICANDO, sha256=digest,
            nome=f"Exportação {exportacao.pk}, lote {lote}", exportacao=exportacao, lote=lote, data=data,
            totais=counts, por=as_user(by), confirmado_em=timezone.now(),
        )  # fmt: skip
        record_event(
            by=by, entidade=exportacao.entidade_id, tipo="retorno.marcada", alvo=row, exportacao=exportacao.pk,
            lote=lote, **counts,
        )  # fmt: skip
        apply(row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def record_outcomes(
    *,
    exportacao: Exportacao,
    outcomes: Iterable[Fato],
    by: Autor,
    fonte: str = Desfecho.Fonte.TRANSMISSAO,
    trilha: bool = True,
) -> int:
    """Answers about fichas of an export, one by one: what the transmission tells as it learns it.

    Messages are masked here; the newest answer of a ficha counts by the rule that holds for all of them. Without
    `trilha` the trail is left to the caller, who tells a whole transmission in a row or two.
    """
    travas.wait(travas.DESFECHOS, exportacao.entidade_id)
    facts = [f._replace(mensagens=[_safe(m) for m in f.mensagens]) if f.mensagens else f for f in outcomes]
    ids = storage.copy_facts(exportacao.entidade_id, str(fonte), facts, relatorio_id=None, now=timezone.now())
    storage.settle_current(ids)
    if not trilha:
        return len(facts)
    counts = {r: sum(f.resultado == r for f in facts) for r in sorted({str(f.resultado) for f in facts})}
    record_event(
        by=by,
        entidade=exportacao.entidade_id,
        tipo="retorno.registrado",
        alvo=exportacao,
        fonte=str(fonte),
        **counts,
    )
    return len(facts)


def _safe(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"texto": texto_seguro(str(message.get("texto", "")))}


def watch() -> None:
    """Reports that wait and have no task: asked for again."""
    for state, kind in ((Estado.LENDO, "ler"), (Estado.APLICANDO, "aplicar")):
        rows = {row.pk: row for row in Relatorio.objects.filter(estado=state).order_by("pk")[:200]}
        for pk, failed in without_task(f"retorno.{kind}", "relatorio_id", rows).items():
            if failed and state == Estado.LENDO:
                _refuse(rows[pk], FAILED)
            else:
                enqueue(f"retorno.{kind}", relatorio_id=pk)
