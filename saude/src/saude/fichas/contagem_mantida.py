"""What triggers keep (counts: migrations 0002, 0010 and 0015; `AExportar`: 0007): folding, proving, making anew."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Sum

from saude.banco import travas
from saude.fichas.desfechos import ContagemDesfecho, DesfechoAtual
from saude.fichas.models import Contagem, ContagemDaArea, Ficha

KEYS = ("entidade_id", "competencia", "tipo", "situacao", "especialidade", "urgencia")
#: the kept tables, each with what it is kept by
Kept = type[Contagem] | type[ContagemDaArea] | type[ContagemDesfecho]
KEPT: dict[Kept, tuple[str, ...]] = {Contagem: KEYS, ContagemDaArea: (*KEYS, "cnes")}
OF_OUTCOMES = ("entidade_id", "cnes", "competencia", "resultado")


def compact() -> int:
    """Fold the differences into one row per key; returns how many rows went. Readers see the same sums."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not travas.try_alone(travas.CONTAGENS):
            return 0
        tables: dict[Kept, tuple[str, ...]] = {**KEPT, ContagemDesfecho: OF_OUTCOMES}
        return sum(_fold(cursor, model._meta.db_table, keys) for model, keys in tables.items())


def _fold(cursor: Any, table: str, keys: Sequence[str]) -> int:
    columns = ", ".join(keys)
    cursor.execute(
        f"WITH gone AS (DELETE FROM {table} c USING ("
        f"  SELECT {columns} FROM {table} GROUP BY {columns} HAVING count(*) > 1 OR sum(n) = 0"
        f") d WHERE ({', '.join('c.' + k for k in keys)}) = ({', '.join('d.' + k for k in keys)})"
        f" RETURNING c.*), folded AS ("
        f"  INSERT INTO {table} ({columns}, n) SELECT {columns}, sum(n) FROM gone"
        f"  GROUP BY {columns} HAVING sum(n) <> 0 RETURNING 1"
        f") SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM folded)"
    )
    return int(cursor.fetchone()[0])


def differences(entidade_ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Keys whose kept count is not the full count, in one snapshot. Empty: the panels are right."""
    full, answered = Ficha.objects.all(), DesfechoAtual.objects.all()
    kept: dict[Any, Any] = {model: model.objects.all() for model in (*KEPT, ContagemDesfecho)}
    if entidade_ids is not None:
        ids = list(entidade_ids)
        full, answered = full.filter(entidade_id__in=ids), answered.filter(entidade_id__in=ids)
        kept = {model: rows.filter(entidade_id__in=ids) for model, rows in kept.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # else we are inside somebody's transaction already
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = [row for model, keys in KEPT.items() for row in _different(kept[model], full, keys)]
        return found + _different(kept[ContagemDesfecho], answered, OF_OUTCOMES)


def _different(kept: Any, full: Any, keys: Sequence[str]) -> list[dict[str, Any]]:
    a = {tuple(r[:-1]): r[-1] for r in kept.values_list(*keys).annotate(s=Sum("n")).order_by() if r[-1]}
    b = {tuple(r[:-1]): r[-1] for r in full.values_list(*keys).annotate(s=Count("pk")).order_by()}
    return [
        dict(zip(keys, key, strict=True)) | {"mantida": a.get(key, 0), "contada": b.get(key, 0)}
        for key in sorted(a.keys() | b.keys(), key=str)
        if a.get(key, 0) != b.get(key, 0)
    ]


STRAYS = """
SELECT count(*) FROM (
  (SELECT id, entidade_id, data FROM fichas_ficha WHERE situacao = 'processada'
   EXCEPT SELECT ficha_id, entidade_id, data FROM fichas_aexportar)
  UNION ALL
  (SELECT ficha_id, entidade_id, data FROM fichas_aexportar
   EXCEPT SELECT id, entidade_id, data FROM fichas_ficha WHERE situacao = 'processada')
) strays
"""


def strays() -> int:
    """Processadas that `AExportar` lacks, and what it holds that is none: 0, or an export would pass fichas by."""
    with connection.cursor() as cursor:
        cursor.execute(STRAYS)
        return int(cursor.fetchone()[0])


@transaction.atomic
def rebuild() -> None:
    """Make all anew from the fichas, while nobody writes: after triggers were switched off by hand."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE fichas_ficha IN SHARE ROW EXCLUSIVE MODE")
        for model, keys in KEPT.items():
            table, columns = model._meta.db_table, ", ".join(keys)
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(
                f"INSERT INTO {table} ({columns}, n) "
                f"SELECT {columns}, count(*) FROM fichas_ficha GROUP BY {columns}"
            )
        columns = ", ".join(OF_OUTCOMES)
        cursor.execute("LOCK TABLE fichas_desfechoatual IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM fichas_contagemdesfecho")
        cursor.execute(
            f"INSERT INTO fichas_contagemdesfecho ({columns}, n) "
            f"SELECT {columns}, count(*) FROM fichas_desfechoatual GROUP BY {columns}"
        )
        cursor.execute("DELETE FROM fichas_aexportar")
        cursor.execute(
            "INSERT INTO fichas_aexportar (ficha_id, entidade_id, data) "
            "SELECT id, entidade_id, data FROM fichas_ficha WHERE situacao = 'processada'"
        )
