"""The planner hears of a table that has grown, and is not told twice."""

from django.db import connection
from producao import receber, registro

from saude.recebimento.estatisticas import refresh


def test_grown_tables_are_analysed_once(entidade):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert refresh() == []
    receber(entidade, registro())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO recebimento_registro (lote_id, posicao, uuid, status, situacao, resposta) "
            "SELECT id, 10 + i, repeat('x', 40), 'recusado', '', repeat('x', 200) "
            "FROM recebimento_lote, generate_series(1, 5000) i"
        )
    assert refresh() == ["recebimento_registro"]
    assert refresh() == []
