"""The clients a user limited to some áreas may see: those attended there."""

from collections.abc import Set
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from saude.fichas.models import Atendido

Row = TypeVar("Row", bound=Model)


def visible(clientes: QuerySet[Row], cnes: Set[str] | None, column: str = "pk") -> QuerySet[Row]:
    """`clientes` (rows whose `column` is the client), for all áreas (None) or only those with a ficha in `cnes`."""
    if cnes is None:
        return clientes
    return clientes.filter(attended_in(cnes, column))


def attended_in(cnes: Set[str], column: str = "pk") -> Exists:
    return Exists(Atendido.objects.filter(cliente=OuterRef(column), ficha__cnes__in=sorted(cnes)))
