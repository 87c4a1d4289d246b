"""Which addresses change many fichas at once, and where their change is seen first and taken back (ADR 31).

A test walks the URL map: an address that takes a POST says it with `@em_lote`, or is listed there as changing at most
one ficha; and every request of a test that changes more than one is held against that.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

BATCH = "em_lote"  # of a view that changes many at once
View = TypeVar("View", bound=Callable[..., Any])


class EmLote(NamedTuple):
    """Names of the URL map: the page that shows what would change, the one that does it, and the one that undoes it."""

    previa: str
    confirma: str
    desfaz: str


def em_lote(
    *,
    previa: str = "mudancas:previa",
    confirma: str = "mudancas:confirmar",
    desfaz: str = "mudancas:desfazer",
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        setattr(view, BATCH, EmLote(previa, confirma, desfaz))
        return view

    return decorate
