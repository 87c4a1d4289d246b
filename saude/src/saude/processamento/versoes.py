"""A stored record in another LEDI version, without losing what that version has no place for.

The content that a ficha had before is kept (`ConteudoAnterior`), and `Conteudo.base_revisao` says which one the present
content was written from. Written again, it is that one that is converted; what was corrected since stays corrected.
"""

import copy
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledi.errors import LediError
from ledi.findings import Finding, Report
from ledi.layouts import VERSIONS
from ledi.paths import put, steps, value_at, walk
from ledi.recast import Conversao, Perdido, convert, not_carried
from ledi.tables.port import Tables
from ledi.validation import validate
from saude.auditoria.actions import Autor
from saude.fichas.held import Guardada, hold
from saude.fichas.itens import BlocoReprocessamento
from saude.fichas.models import ConteudoAnterior, Evento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.achados import clean
from saude.processamento import esteira
from saude.processamento.actions import history_row, linha_of
from saude.processamento.contexto import Contexto
from saude.registro.texto_json import digest, dump, load

log = logging.getLogger(__name__)
OURS = "Não pôde ser escrita nesta versão por uma falha do sistema; fica como está."
WRITTEN = (Situacao.PROCESSADA, Situacao.INCONSISTENTE)
MAX_TOLD = 30  # values left out that the history of one ficha names
MAX_REASONS = 200  # kinds of it, counted over all
KINDS = ("total", "ja", "convertem", "voltam", "perdem", "viram_inconsistentes", "nao_convertem")


@dataclass(frozen=True, slots=True)
class Escrita:
    """A record in another version. `erros`: what that version refuses and the one before did not; `restaurada`: it is
    the origin itself again."""

    registro: dict[str, Any]
    report: Report
    perdidos: tuple[Perdido, ...] = ()
    erros: tuple[Finding, ...] = ()
    restaurada: bool = False


def write(
    record: dict[str, Any], para: str, *, base: dict[str, Any] | None, tabelas: Tables | None, hoje: date
) -> Escrita:
    """The record in the version `para`; LediError for one that cannot be converted.

    `base`: the content that the record was written from, in another version.
    """
    options: dict[str, Any] = {"tabelas": tabelas, "hoje": hoje}
    if base is None:
        return _converted(convert(record, para, **options))
    was = convert(base, str(record["versao"]), **options)
    if digest(was.record) == digest(record):  # nobody changed it since
        if base.get("versao") == para:
            return Escrita(base, validate(base, **options), restaurada=True)
        return _converted(convert(base, para, **options))
    return _with_what_was_left_out(_converted(convert(record, para, **options)), base, was, para, options)


def _converted(done: Conversao) -> Escrita:
    return Escrita(done.record, done.report, done.perdidos, (*done.faltam, *done.inconsistencias))


def _with_what_was_left_out(
    made: Escrita, base: dict[str, Any], was: Conversao, para: str, options: dict[str, Any]
) -> Escrita:
    """Corrected since: the values that the version between could not hold come back to where they stood."""
    record = copy.deepcopy(made.registro)
    gone = {one.campo for one in not_carried(base, para)}
    back = [one.campo for one in was.perdidos if one.campo not in gone and _put_back(one.campo, base, record)]
    return Escrita(record, validate(record, **options), made.perdidos, made.erros) if back else made


def _put_back(path: str, base: dict[str, Any], record: dict[str, Any]) -> bool:
    """The value of the origin at this path, where the record has nothing and the lists on the way are as they were."""
    value, way = value_at(base["ficha"], path), steps(path)
    if value is None or not all(
        _as_long(way[:at], base, record) for at, s in enumerate(way[:-1]) if isinstance(s, int)
    ):
        return False
    if not isinstance(way[-1], int):
        if value_at(record["ficha"], path) is not None:
            return False
        put(record["ficha"], path, copy.deepcopy(value))
        return True
    codes = walk(record["ficha"], way[:-1])  # one of a list of codes
    if codes is None:
        put(record["ficha"], path.rpartition("[")[0], [value])
        return True
    if not isinstance(codes, list) or value in codes:
        return False
    codes.insert(way[-1], value)
    return True


def _as_long(way: Sequence[Any], base: dict[str, Any], record: dict[str, Any]) -> bool:
    """Has the list at the end of this way as many items as it had?"""
    one, two = walk(base["ficha"], way), walk(record["ficha"], way)
    return isinstance(one, list) and isinstance(two, list) and len(one) == len(two)


def _bases(rows: Sequence[Guardada]) -> dict[int, dict[str, Any]]:
    """The contents that these fichas were written from, by ficha."""
    wanted = {row.pk: row.base for row in rows if row.base is not None}
    kept = ConteudoAnterior.objects.filter(ficha_id__in=wanted, revisao__in=set(wanted.values()))
    found = kept.values_list("ficha_id", "revisao", "registro")
    return {pk: load(text) for pk, revision, text in found if wanted[pk] == revision}


def _each(
    rows: Sequence[Guardada], para: str, ctx: Contexto
) -> Iterator[tuple[Guardada, dict[str, Any], Escrita | None, str]]:
    """(ficha, record, what it becomes or None when it stays as it is, why it cannot be written)."""
    bases = _bases(rows)
    for row in rows:
        record = load(row.registro)
        if record.get("versao") == para:
            yield row, record, None, ""
        elif record.get("versao") not in VERSIONS:
            yield (
                row,
                record,
                None,
                "A ficha não declara uma versão conhecida do formato do e-SUS: corrija a versão dela.",
            )
        else:
            try:
                made = write(record, para, base=bases.get(row.pk), tabelas=ctx.tabelas, hoje=ctx.today)
            except LediError as error:
                yield row, record, None, clean(str(error))[:200]
            except Exception as error:  # ours: the ficha stays as it is, and is told
                log.error("ficha not written in another version: id=%s %s", row.pk, type(error).__name__)
                yield row, record, None, OURS
            else:
                yield row, record, made, ""


def _in_reach(ids: Sequence[int], ctx: Contexto) -> list[Guardada]:
    return hold(ctx.entidade.pk, ids, WRITTEN)


def look(bloco: BlocoReprocessamento, para: str, ctx: Contexto) -> tuple[dict[str, int], Counter[str]]:
    """What writing these fichas would do, and how many lose what; each is told in `bloco.resultado`."""
    counts, told, why_lost = dict.fromkeys(KINDS, 0), [], Counter[str]()
    ctx.hold_tables()
    for row, _, made, why in _each(_in_reach(bloco.fichas, ctx), para, ctx):
        counts["total"] += 1
        if made is None:
            counts["nao_convertem" if why else "ja"] += 1
            if why:
                told.append(_told(row, [], [], why))
            continue
        breaks = row.situacao == Situacao.PROCESSADA and made.report.situacao != "processada"
        counts["convertem"] += 1
        counts["voltam"] += made.restaurada
        counts["perdem"] += bool(made.perdidos)
        counts["viram_inconsistentes"] += breaks
        why_lost.update({clean(one.motivo)[:300] for one in made.perdidos})
        if made.perdidos or breaks:
            errors = made.erros or made.report.errors if breaks else ()
            told.append(_told(row, made.perdidos, errors))
    bloco.resultado = told
    return counts, why_lost


def _told(row: Guardada, lost: Iterable[Perdido], errors: Iterable[Finding], why: str = "") -> dict[str, Any]:
    """A ficha on the page and in the list to download: fields, codes and reasons, no value of a citizen."""
    return {
        "uuid": row.uuid,
        "tipo": row.tipo,
        "competencia": row.competencia,
        "perdidos": [[clean(p.campo)[:200], clean(p.motivo)[:300]] for p in lost][:MAX_TOLD],
        "erros": [[clean(f.path)[:200], clean(f.message)[:300]] for f in errors][:MAX_TOLD],
        "motivo": why,
    }


def rewrite(ids: Sequence[int], para: str, ctx: Contexto, *, by: Autor) -> dict[str, int]:
    """Write these fichas in the version, in the caller's transaction: judged, serialised, stored, told.

    What went out meanwhile, was discarded, or is in that version already, stays as it is.
    """
    ctx.hold_tables()
    counts = dict.fromkeys(KINDS, 0) | {str(s): 0 for s in Situacao}
    rows, told = [], []
    for kept, before, made, why in _each(_in_reach(ids, ctx), para, ctx):
        counts["total"] += 1
        if made is None:
            counts["nao_convertem" if why else "ja"] += 1
            counts[kept.situacao] += 1
            continue
        linha = linha_of(kept, made.registro, ctx)
        linha.registro = dump(made.registro)
        linha.base = None if made.restaurada else kept.base or kept.revisao
        rows.append((linha, made.registro))
        told.append((linha, {"de_versao": before["versao"], "para": para,
                             "perdidos": [p.campo for p in made.perdidos][:MAX_TOLD]}))  # fmt: skip
        counts["convertem"] += 1
        counts["voltam"] += made.restaurada
        counts["perdem"] += bool(made.perdidos)
    esteira.run(ctx, rows)
    Evento.objects.bulk_create(history_row(x, Evento.Fato.REGENERADA, by, **detail) for x, detail in told)
    for linha, _ in told:
        became = str(linha.resultado.situacao)
        counts[became] += 1
        counts["viram_inconsistentes"] += (
            linha.anterior is not None
            and linha.anterior.situacao == Situacao.PROCESSADA
            and became != Situacao.PROCESSADA
        )
    return counts
