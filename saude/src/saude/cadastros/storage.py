"""Registrations to and from PostgreSQL, many at a time, without models. Callers own the transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from saude.banco.cursor import server_cursor

#: profissional_id, estabelecimento_id, equipe_id, cbo, microarea, inicio
LinhaLotacao = tuple[int, int, int | None, str, str, date | None]


def places(entidade_id: int) -> list[tuple[Any, ...]]:
    """(cnes, nome, tipo_nome, inicio, fim) of every post."""
    return _rows(
        "SELECT cnes, nome, tipo_nome, inicio, fim FROM cadastros_estabelecimento WHERE entidade_id = %s",
        entidade_id,
    )


def teams(entidade_id: int) -> list[tuple[Any, ...]]:
    """(ine, cnes, nome, tipo, sigla, area, desativada_em, outros, inicio, fim) of every team; `outros`: the CNES of
    the other establishments that it serves."""
    return _rows(
        "SELECT t.ine, e.cnes, t.nome, t.tipo, t.sigla, t.area, t.desativada_em, "
        "ARRAY(SELECT o.cnes FROM cadastros_equipe_outros_estabelecimentos m "
        " JOIN cadastros_estabelecimento o ON o.id = m.estabelecimento_id WHERE m.equipe_id = t.id), "
        "t.inicio, t.fim "
        "FROM cadastros_equipe t JOIN cadastros_estabelecimento e ON e.id = t.estabelecimento_id "
        "WHERE t.entidade_id = %s",
        entidade_id,
    )


def posts(entidade_id: int) -> list[tuple[Any, ...]]:
    """(cns, cbo, cnes, ine, inicio, fim) of every place somebody works in."""
    return _rows(
        "SELECT p.cns, l.cbo, e.cnes, coalesce(t.ine, ''), l.inicio, l.fim FROM cadastros_lotacao l "
        "JOIN cadastros_profissional p ON p.id = l.profissional_id "
        "JOIN cadastros_estabelecimento e ON e.id = l.estabelecimento_id "
        "LEFT JOIN cadastros_equipe t ON t.id = l.equipe_id WHERE p.entidade_id = %s AND p.cns <> ''",
        entidade_id,
    )


def update_people(columns: Sequence[Sequence[Any]]) -> None:
    """Columns (id, nome, nome_busca, cpf): after a change of system every name of a big city may differ."""
    with server_cursor() as cursor:
        cursor.execute(
            "UPDATE cadastros_profissional p "
            "SET nome = v.nome, nome_busca = v.busca, cpf = v.cpf, ativo = true "
            "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS v(id, nome, busca, cpf) "
            "WHERE p.id = v.id",
            columns,
        )


def change_posts(
    *, never: Collection[int], ended: Collection[int], end: date, new: Iterable[LinhaLotacao]
) -> None:
    """Those that never were go, those that ended get their last day, and the new ones come in."""
    with server_cursor() as cursor:
        cursor.execute("DELETE FROM cadastros_lotacao WHERE id = ANY(%s)", [list(never)])
        cursor.execute("UPDATE cadastros_lotacao SET fim = %s WHERE id = ANY(%s)", [end, list(ended)])
        columns = "profissional_id, estabelecimento_id, equipe_id, cbo, microarea, inicio"
        with cursor.copy(f"COPY cadastros_lotacao ({columns}) FROM STDIN") as copy:
            for row in new:
                copy.write_row(row)


def _rows(query: str, entidade_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [entidade_id])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
