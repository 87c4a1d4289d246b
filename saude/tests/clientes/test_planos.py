"""What intake asks for a chunk goes by index, with arrays as long as a chunk makes them."""

from datetime import date

import pytest
from django.db import connection
from producao import receber, registro

from saude.banco.cursor import server_cursor
from saude.clientes import storage
from saude.fichas import held

BIG = ("clientes_cliente", "fichas_atendido", "fichas_ficha")


@pytest.fixture
def many(entidade):
    """20,000 clients with two fichas each."""
    receber(entidade, registro("FAI"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clientes_cliente (entidade_id, nome, nome_social, busca, nascimento, cns, cpf, nome_mae, "
            "desconhece_mae, telefone, microarea, revisao) SELECT %s, 'N' || i, '', 'N' || i, "
            "date '1950-01-01' + i %% 20000, lpad(i::text, 15, '0'), lpad(i::text, 11, '0'), '', false, '', '', 1 "
            "FROM generate_series(1, 20000) i",
            [entidade.pk],
        )
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'fichas_ficha' "
            "AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'uuid', 'data')"
        )
        names = ", ".join(row[0] for row in cursor.fetchall())
        cursor.execute(
            f"INSERT INTO fichas_ficha (uuid, data, {names}) SELECT 'x' || i, date '2026-01-01' + i % 200, {names} "
            "FROM fichas_ficha, generate_series(1, 40000) i"
        )
        cursor.execute(
            "INSERT INTO fichas_atendido (entidade_id, ficha_id, posicao, cliente_id, identificado) "
            "SELECT f.entidade_id, f.id, 0, c.id, true FROM (SELECT *, row_number() OVER (ORDER BY id) n "
            "FROM fichas_ficha WHERE uuid LIKE 'x%') f JOIN (SELECT id, row_number() OVER (ORDER BY id) n "
            "FROM clientes_cliente WHERE nome LIKE 'N%') c ON c.n = 1 + f.n % 20000"
        )
        cursor.execute("ANALYZE clientes_cliente, fichas_ficha, fichas_atendido")
    return entidade


def test_no_chunk_reads_a_big_table_from_end_to_end(many):
    cpf, cns = [f"{i:011d}" for i in range(700)], [f"{i:0>15}" for i in range(700)]
    documents = {"e": many.pk, "cpf": cpf, "cns": cns}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM clientes_cliente ORDER BY id LIMIT 600")
        clients = [row[0] for row in cursor.fetchall()]
    same_day = {
        "clientes": clients,
        "dias": [date(2026, 1, 5)] * 40,
        "mine": clients[:500],
        "entidade": many.pk,
    }
    asked = ((storage._DOCUMENTS, documents), (storage._MERGED, documents), (held._SAME_DAY, same_day))
    for query, values in asked:
        with server_cursor() as cursor:
            cursor.execute("EXPLAIN " + query, values)
            plan = "\n".join(row[0] for row in cursor)
        assert not any(f"Seq Scan on {table}" in plan for table in BIG), plan
