"""What triggers keep (counts: migration 0002; `AExportar`: 0007): folding, proving, making anew."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Sum

from saude.banco import travas
from saude.fichas.models import Contagem, Ficha

KEYS = ("entidade_id", "competencia", "tipo", "situacao", "especialidade", "urgencia")


def compact() -> int:
    """Fold the differences into one row per key; returns how many rows went. Readers see the same sums."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not travas.try_alone(travas.CONTAGENS):
            return 0
        columns = ", ".join(KEYS)
        cursor.execute(
            f"WITH gone AS (DELETE FROM fichas_contagem c USING ("
            f"  SELECT {columns} FROM fichas_contagem GROUP BY {columns} HAVING count(*) > 1 OR sum(n) = 0"
            f") d WHERE ({', '.join('c.' + k for k in KEYS)}) = ({', '.join('d.' + k for k in KEYS)})"
            f" RETURNING c.*), folded AS ("
            f"  INSERT INTO fichas_contagem ({columns}, n) SELECT {columns}, sum(n) FROM gone"
            f"  GROUP BY {columns} HAVING sum(n) <> 0 RETURNING 1"
            f") SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM folded)"
        )
        return int(cursor.fetchone()[0])


def differences(entidade_ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Keys whose kept count is not the full count, in one snapshot. Empty: the panel is right."""
    kept, full = Contagem.objects.all(), Ficha.objects.all()
    if entidade_ids is not None:
        kept, full = (q.filter(entidade_id__in=list(entidade_ids)) for q in (kept, full))
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # else we are inside somebody's transaction already
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        a = {tuple(r[:-1]): r[-1] for r in kept.values_list(*KEYS).annotate(s=Sum("n")).order_by() if r[-1]}
        b = {tuple(r[:-1]): r[-1] for r in full.values_list(*KEYS).annotate(s=Count("pk")).order_by()}
    return [
        dict(zip(KEYS, key, strict=True)) | {"mantida": a.get(key, 0), "contada": b.get(key, 0)}
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
    """Make both anew from the fichas, while nobody writes: after triggers were switched off by hand."""
    columns = ", ".join(KEYS)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE fichas_ficha IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM fichas_contagem")
        cursor.execute(
            f"INSERT INTO fichas_contagem ({columns}, n) "
            f"SELECT {columns}, count(*) FROM fichas_ficha GROUP BY {columns}"
        )
        cursor.execute("DELETE FROM fichas_aexportar")
        cursor.execute(
            "INSERT INTO fichas_aexportar (ficha_id, entidade_id, data) "
            "SELECT id, entidade_id, data FROM fichas_ficha WHERE situacao = 'processada'"
        )
