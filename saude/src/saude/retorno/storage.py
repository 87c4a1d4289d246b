"""Lines and answers to PostgreSQL, many at a time. Callers own the transaction."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from saude.banco.cursor import numbers, server_cursor
from saude.fichas.retornos import Atual, set_current
from saude.retorno.leitura import COLUMNS

CHUNK = 10_000
PIECE = 1024 * 1024


class Fato(NamedTuple):
    """An answer on its way to the database."""

    ficha_id: int
    exportacao_id: int
    revisao: int
    resultado: str
    lote: str = ""
    data: Any = None
    mensagens: Sequence[dict[str, Any]] = ()


def copy_lines(path: Path) -> None:
    """Of the PEC's report, as `leitura` wrote them."""
    names = ", ".join(("relatorio_id", *COLUMNS))
    with (
        open(path, "rb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY retorno_linha ({names}) FROM STDIN") as copy,
    ):
        while piece := file.read(PIECE):
            copy.write(piece)


def copy_totals(relatorio_id: int, rows: Iterable[dict[str, Any]]) -> None:
    """Of the Ministry's reports, which count and name nobody."""
    columns = ("numero", "cnes", "ine", "situacao", "texto", "total", "dados")
    names = ", ".join(("relatorio_id", *columns))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY retorno_linhatotal ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            values = (row[name] for name in columns)
            copy.write_row((relatorio_id, *(_cell(v) for v in values)))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


_FROM_LINES = """
INSERT INTO retorno_desfecho (posicao, entidade_id, ficha_id, exportacao_id, revisao, fonte, resultado, lote, data,
  mensagens, relatorio_id, vale, repete, em)
SELECT nextval('retorno_posicao'), %(entidade)s, l.ficha_id, l.exportacao_id, l.revisao, 'relatorio', l.resultado,
  l.lote, l.data, l.mensagens, l.relatorio_id, true, EXISTS (
    SELECT 1 FROM retorno_desfecho d WHERE d.ficha_id = l.ficha_id AND d.vale AND NOT d.repete
    AND d.fonte = 'relatorio' AND d.resultado = l.resultado AND d.lote = l.lote
    AND d.data IS NOT DISTINCT FROM l.data AND d.mensagens = l.mensagens), now()
FROM (
  SELECT * FROM retorno_linha
  WHERE relatorio_id = %(relatorio)s AND ficha_id IS NOT NULL AND exportacao_id IS NOT NULL AND resultado <> ''
  ORDER BY numero
) l RETURNING ficha_id
"""


def from_lines(entidade_id: int, relatorio_id: int) -> list[int]:
    """The answers of a report's lines that are ours and were exported; the fichas they are about."""
    with connection.cursor() as cursor:
        cursor.execute(_FROM_LINES, {"entidade": entidade_id, "relatorio": relatorio_id})
        return sorted({row[0] for row in cursor.fetchall()})


def copy_facts(
    entidade_id: int, fonte: str, facts: Iterable[Fato], *, relatorio_id: int | None, now: datetime
) -> list[int]:
    """Answers, a chunk at a time; the fichas they are about."""
    ids: set[int] = set()
    iterator = iter(facts)
    with server_cursor() as cursor:
        while chunk := list(islice(iterator, CHUNK)):
            ids.update(f.ficha_id for f in chunk)
            rows = [
                (f.ficha_id, f.exportacao_id, f.revisao, str(f.resultado), f.lote, f.data, list(f.mensagens))
                for f in chunk
            ]
            told = json.dumps([dict(zip(_FACT, row, strict=True)) for row in rows], default=str)
            cursor.execute(_FACTS, [entidade_id, fonte, relatorio_id, now, told])
    return sorted(ids)


_FACTS = """
INSERT INTO retorno_desfecho (posicao, entidade_id, ficha_id, exportacao_id, revisao, fonte, resultado, lote, data,
  mensagens, relatorio_id, vale, repete, em)
SELECT nextval('retorno_posicao'), %s, v.ficha_id, v.exportacao_id, v.revisao, %s, v.resultado, v.lote, v.data,
  v.mensagens, %s, true, false, %s
FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (ficha_id bigint, exportacao_id bigint, revisao int, resultado text,
  lote text, data date, mensagens jsonb)) WITH ORDINALITY AS v(ficha_id, exportacao_id, revisao, resultado, lote, data,
  mensagens, n) ORDER BY v.n
"""
_FACT = ("ficha_id", "exportacao_id", "revisao", "resultado", "lote", "data", "mensagens")
_WITHDRAW = """
UPDATE retorno_desfecho SET vale = false, posicao = nextval('retorno_posicao')
WHERE relatorio_id = %s AND vale AND (%s::bigint[] IS NULL OR ficha_id = ANY(%s::bigint[])) RETURNING ficha_id
"""
# what another report had said too is now said by that one alone
_HEIRS = """
UPDATE retorno_desfecho d SET repete = false, posicao = nextval('retorno_posicao')
FROM (
  SELECT DISTINCT ON (r.ficha_id, r.resultado, r.lote, r.data, r.mensagens) r.id FROM retorno_desfecho r
  WHERE r.ficha_id = ANY(%s) AND r.vale AND r.repete AND NOT EXISTS (
    SELECT 1 FROM retorno_desfecho o WHERE o.ficha_id = r.ficha_id AND o.vale AND NOT o.repete
    AND o.fonte = 'relatorio' AND o.resultado = r.resultado AND o.lote = r.lote
    AND o.data IS NOT DISTINCT FROM r.data AND o.mensagens = r.mensagens)
  ORDER BY r.ficha_id, r.resultado, r.lote, r.data, r.mensagens, r.id
) h WHERE d.id = h.id
"""


def withdraw(relatorio_id: int, ids: Collection[int] | None = None) -> list[int]:
    """The answers of a report (of these fichas only) count no more; the fichas they were about."""
    only = None if ids is None else list(ids)
    with server_cursor() as cursor:
        gone = sorted({row[0] for row in cursor.execute(_WITHDRAW, [relatorio_id, only, only])})
        for chunk in chunks(gone):
            cursor.execute(_HEIRS, [chunk])
    return gone


# Of every answer that stands, the one that counts: that the PEC took or refused it says more than that it had it
# already, and that more than no answer; among the same, the newest export, then the newest day, then the last told.
_BEST = """
SELECT DISTINCT ON (ficha_id, revisao) ficha_id, revisao, resultado, id, em::text FROM retorno_desfecho
WHERE ficha_id = ANY(%s::bigint[]) AND vale
ORDER BY ficha_id, revisao,
  CASE resultado WHEN 'repetida' THEN 1 WHEN 'desconhecida' THEN 2 ELSE 0 END,
  exportacao_id DESC, coalesce(data, em::date) DESC, id DESC
"""


def settle_current(ids: Sequence[int]) -> None:
    """What counts now of these fichas, looked at anew."""
    for chunk in chunks(sorted(set(ids))):
        with server_cursor() as cursor:
            best: list[Atual] = cursor.execute(_BEST, [numbers(chunk)]).fetchall()
        set_current(chunk, best)


def chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield list(ids[start : start + CHUNK])
