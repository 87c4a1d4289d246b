"""Receptions to PostgreSQL, many rows at a time. Callers own the transaction."""

from collections.abc import Iterable

from django.db import connection

#: posicao, uuid, ficha_id, hash, status, situacao, resposta
Linha = tuple[int, str, int | None, bytes | None, str, str, str]


def copy_answers(lote_id: int, rows: Iterable[Linha]) -> None:
    columns = "lote_id, posicao, uuid, ficha_id, hash, status, situacao, resposta"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY recebimento_registro ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((lote_id, *row))


def fair_start(entidade_id: int) -> int:
    """The priority of this entidade's next block, so that the blocks of all that wait go in turns.

    Priorities fall as numbers in a queue rise: behind one's own last block, and not before what others have come to.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(j.priority), min(j.priority) FILTER (WHERE l.entidade_id = %s) FROM procrastinate_jobs j "
            "JOIN recebimento_bloco b ON b.id = (j.args->>'bloco_id')::bigint "
            "JOIN recebimento_lote l ON l.id = b.lote_id "
            "WHERE j.task_name = 'recebimento.receber_bloco' AND j.status = 'todo'",
            [entidade_id],
        )
        foremost, mine = cursor.fetchone()
    return min(foremost or 0, 0 if mine is None else mine - 1)


def open_blocks(entidade_id: int, at_most: int) -> int:
    """Blocks of the entidade that are not done, and lots not yet divided, counted no further than that."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM recebimento_lote l LEFT JOIN recebimento_bloco b ON b.lote_id = l.id "
            "WHERE l.entidade_id = %s AND l.estado IN ('recebido', 'processando') AND l.formato = 'ndjson' "
            "AND b.feito_em IS NULL LIMIT %s) q",
            [entidade_id, at_most],
        )
        return int(cursor.fetchone()[0])


def count_request(token_id: int, minute: int) -> int:
    """How many requests the token has made in this minute, this one too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recebimento_usotoken AS u (token_id, minuto, pedidos) VALUES (%s, %s, 1) "
            "ON CONFLICT (token_id) DO UPDATE SET "
            "pedidos = CASE WHEN u.minuto = excluded.minuto THEN u.pedidos + 1 ELSE 1 END, "
            "minuto = excluded.minuto RETURNING pedidos",
            [token_id, minute],
        )
        return int(cursor.fetchone()[0])
