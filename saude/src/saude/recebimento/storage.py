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
