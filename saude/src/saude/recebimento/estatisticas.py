"""What the planner knows of the tables that intake fills.

A first month of a million fichas comes in within minutes; autovacuum looks once a minute. Until then the planner
takes a table for what it was when it was empty, and a chunk's look-ups read all of it.
"""

from django.db import connection

from saude.banco import travas

TABLES = (
    "fichas_ficha",
    "fichas_atendido",
    "fichas_conteudo",
    "fichas_entrada",
    "clientes_cliente",
    "inconsistencias_inconsistencia",
    "recebimento_registro",
)
SMALL = 64  # pages: read whole anyhow


def refresh() -> list[str]:
    """ANALYZE the tables that have doubled since they were last looked at; those it looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' "
            "AND pg_relation_size(oid) / 8192 > 2 * greatest(relpages, %s)",
            [list(TABLES), SMALL // 2],
        )
        grown = sorted(row[0] for row in cursor.fetchall())
    if not grown:
        return []
    with travas.session(travas.ESTATISTICAS) as mine:
        if not mine:  # another worker is at it
            return []
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(grown)}")
    return grown
