"""Exports to PostgreSQL, many rows at a time. Callers own the transaction."""

from collections.abc import Sequence

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from saude.exportacao.models import Exportacao, ItemExportacao


def copy_items(exportacao: Exportacao, ids: Sequence[int], revisions: Sequence[int]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY exportacao_itemexportacao (exportacao_id, ficha_id, revisao) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(["int8", "int8", "int4"])
        for ficha_id, revisao in zip(ids, revisions, strict=True):
            copy.write_row((exportacao.pk, ficha_id, revisao))


def set_progress(progress: BaseDatabaseWrapper, exportacao: Exportacao, n: int) -> None:
    """By a connection of its own: it is seen while the export's transaction is open."""
    with progress.cursor() as cursor:
        cursor.execute("UPDATE exportacao_exportacao SET escritas = %s WHERE id = %s", [n, exportacao.pk])


def changed_meanwhile(exportacao: Exportacao) -> set[int]:
    """Fichas of the file that are not exported as they went into it."""
    items = ItemExportacao.objects.filter(exportacao=exportacao)
    rows = items.exclude(ficha__situacao="exportada", ficha__revisao=F("revisao"))
    return set(rows.values_list("ficha_id", flat=True))
