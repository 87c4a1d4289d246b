"""Reads narrowed to the áreas of a limited user."""

from collections.abc import Set
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
#: CNES a reader is limited to; None: the whole entidade
Areas = Set[str] | None


def in_areas(rows: QuerySet[Row], cnes: Areas, column: str = "cnes") -> QuerySet[Row]:
    """Only what is of these áreas; `column` leads to the CNES of the ficha."""
    return rows if cnes is None else rows.filter(**{f"{column}__in": sorted(cnes)})
