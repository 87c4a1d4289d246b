"""Exports marked as imported: of the fichas that no report names, are they accepted? Only when the counts say so.

The PEC's report lists problems alone. That a uuid is not in it means nothing by itself: it is accepted only when the
lot was processed, its counts add up to the file, and every problem they count is known by its uuid.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from saude.comum.texto import counted, grouped
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.desfechos import Resultado
from saude.retorno import storage
from saude.retorno.models import Desfecho, Relatorio
from saude.retorno.storage import Fato


@dataclass(frozen=True, slots=True)
class Conta:
    """What a mark would make of the fichas that no report names, and why."""

    resultado: str
    fichas: int
    recusadas: int  # known by their uuid
    repetidas: int
    porque: str = ""


def reckon(
    exportacao: Exportacao, lote: str, *, validas: int, invalidas: int, repetidas: int, total: int
) -> Conta:
    refused = _known(exportacao.pk, lote, Resultado.RECUSADA)
    repeated = _known(exportacao.pk, lote, Resultado.REPETIDA)
    why = ""
    if total != exportacao.total:
        why = (
            f"o lote tem {counted(total, 'ficha', 'fichas')}, e esta exportação {grouped(exportacao.total)}: "
            "confira se o lote é mesmo o dela"
        )
    elif validas + invalidas + repetidas != total:
        why = "válidas, inválidas e repetidas não somam o total: o lote ainda não foi todo processado"
    elif refused != invalidas:
        why = _missing(invalidas, refused, "inválida", "inválidas")
    elif repeated != repetidas:
        why = _missing(repetidas, repeated, "repetida", "repetidas")
    absent = max(0, exportacao.total - _reported(exportacao.pk, lote).values("ficha").distinct().count())
    result = Resultado.DESCONHECIDA if why else Resultado.ACEITA
    return Conta(str(result), absent, refused, repeated, why)


def _missing(said: int, known: int, one: str, many: str) -> str:
    are = "é conhecida" if known == 1 else "são conhecidas"
    told = f"o lote tem {counted(said, one, many)}, e {grouped(known)} {are} pelo UUID"
    return f"{told}: envie o relatório de inconsistências deste lote"


def _reported(exportacao_id: int, lote: str) -> QuerySet[Desfecho]:
    """What reports say of fichas of this export, in this lot (or in no lot that they name)."""
    return Desfecho.objects.filter(
        exportacao_id=exportacao_id, fonte=Desfecho.Fonte.RELATORIO, vale=True, lote__in={lote, ""}
    )


def _known(exportacao_id: int, lote: str, resultado: str) -> int:
    return _reported(exportacao_id, lote).filter(resultado=resultado).values("ficha").distinct().count()


def settle(mark: Relatorio) -> set[int]:
    """Make the mark's answers what the counts say now; the fichas whose answer changed. Under travas.DESFECHOS."""
    if mark.exportacao is None or mark.exportacao_id is None:
        return set()
    export = mark.exportacao_id
    counts = {name: int(mark.totais[name]) for name in ("validas", "invalidas", "repetidas", "total")}
    result = reckon(mark.exportacao, mark.lote, **counts).resultado
    named = _reported(export, mark.lote).filter(ficha=OuterRef("ficha"))
    absent = ItemExportacao.objects.filter(exportacao=export).exclude(Exists(named))
    wanted = dict(absent.values_list("ficha_id", "revisao"))
    told = dict(Desfecho.objects.filter(relatorio=mark, vale=True).values_list("ficha_id", "resultado"))
    gone = [pk for pk, said in told.items() if pk not in wanted or said != result]
    if gone:
        storage.withdraw(mark.pk, gone)
    new = sorted(pk for pk in wanted if told.get(pk) != result)

    def facts() -> Iterator[Fato]:
        for pk in new:
            yield Fato(pk, export, wanted[pk], result, mark.lote, mark.data)

    storage.copy_facts(
        mark.entidade_id, Desfecho.Fonte.MARCADA, facts(), relatorio_id=mark.pk, now=timezone.now()
    )
    return {*gone, *new}


def settle_beside(relatorio: Relatorio) -> set[int]:
    """The marks of the exports that a report speaks of, now that it does (or does no more)."""
    touched = Desfecho.objects.filter(relatorio=relatorio).values_list("exportacao_id", flat=True).distinct()
    marks = Relatorio.objects.filter(
        exportacao__in=set(touched), formato=Relatorio.Formato.MARCA, estado=Relatorio.Estado.VALE
    )
    changed: set[int] = set()
    for mark in marks.select_related("exportacao"):
        changed |= settle(mark)
    return changed
