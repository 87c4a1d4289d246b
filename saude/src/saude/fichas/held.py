"""Fichas as they are stored, many at a time: held to be judged again, and looked up by who was attended.

Without models, which cost more than the query where there are hundreds.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from saude.banco.cursor import server_cursor
from saude.fichas.situacoes import Situacao


class Guardada(NamedTuple):
    """A ficha as it is stored."""

    pk: int
    uuid: str
    tipo: str
    competencia: str
    situacao: str
    origem: str
    revisao: int
    ordem: int
    hash: bytes | None
    registro: str
    proveniencia: str | None
    base: int | None  # revision of the content that this one was written from, in another LEDI version
    entrada: tuple[int, int, int] | None  # crc, tamanho, revisao_instalacao


_LOCKED = """
SELECT id FROM fichas_ficha WHERE entidade_id = %s AND id = ANY(%s) AND situacao = ANY(%s) ORDER BY id FOR UPDATE
"""
#: a statement of its own: who waited for the lock reads what the one before left, not what it saw before waiting
_HELD = """
SELECT f.id, f.uuid, f.tipo, f.competencia, f.situacao, f.origem, f.revisao, f.ordem, f.hash_recebido,
  c.registro, c.proveniencia::text, c.base_revisao, e.crc, e.tamanho, e.revisao_instalacao
FROM fichas_ficha f JOIN fichas_conteudo c ON c.ficha_id = f.id LEFT JOIN fichas_entrada e ON e.ficha_id = f.id
WHERE f.id = ANY(%s) ORDER BY f.id
"""


def hold(
    entidade_id: int, ids: Iterable[int], situacoes: Iterable[str] = tuple(Situacao.values)
) -> list[Guardada]:
    """Locked until the transaction ends: those of the entidade in one of these situações, in the order of their ids."""
    with server_cursor() as cursor:
        cursor.execute(_LOCKED, [entidade_id, list(ids), [str(s) for s in situacoes]])
        cursor.execute(_HELD, [[row[0] for row in cursor.fetchall()]])
        return [Guardada(*_with_entry(row)) for row in cursor]


def _with_entry(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The three columns of the entry as one; None where there is none."""
    return (*row[:12], None if row[12] is None else row[12:])


#: by citizen, whatever the planner thinks of it: by day and professional it may read a whole competência
_SAME_DAY = """
WITH a AS MATERIALIZED (
  SELECT ficha_id, posicao, cliente_id FROM fichas_atendido WHERE cliente_id = ANY(%(clientes)s::bigint[])
)
SELECT a.ficha_id, a.posicao, a.cliente_id, f.tipo, f.profissional_cns, f.data
FROM a JOIN fichas_ficha f ON f.id = a.ficha_id
WHERE f.entidade_id = %(entidade)s AND f.data = ANY(%(dias)s::date[]) AND NOT f.id = ANY(%(mine)s::bigint[])
  AND f.situacao <> 'descartada'
"""


def same_day(
    entidade_id: int, *, clientes: Collection[int], dias: Collection[date], without: Collection[int]
) -> list[tuple[int, int, int, str, str, date]]:
    """(ficha, position, client, tipo, professional, day) of what these citizens have on these days."""
    values = {
        "clientes": list(clientes), "dias": list(dias), "mine": list(without), "entidade": entidade_id,
    }  # fmt: skip
    with server_cursor() as cursor:
        return cursor.execute(_SAME_DAY, values).fetchall()
