"""How large a value may be, in words; and what a value of JSON is called."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

Problem = tuple[str, str]  # facet, Portuguese sentence


def bounds(
    label: str, measure: Callable[[Any], Any], low: Decimal | None, high: Decimal | None, what: str
) -> Callable[[Any], Problem | None]:
    least = int(low) if low is not None else None
    most = int(high) if high is not None else None
    if (low is not None and low != least) or (high is not None and high != most):
        least, most = low, high  # type: ignore[assignment]
    exact = f"O campo {label} deve ter {_amount(least, what)}" if least == most and what else None
    verb, found = ("deve ter", "tem") if what else ("deve ser", "veio")  # a size, or the number itself
    skipped = 0 if what else None  # an empty text or list is not filled; the number zero is

    def run(value: Any) -> Problem | None:
        size = measure(value)
        if least is not None and size < least and size != skipped:
            start = exact or f"O campo {label} {verb} no mínimo {_amount(least, what)}"
            return "minimo", f"{start}; {found} {size}. {_LESS.get(what, 'Corrija o valor.')}"
        if most is not None and size > most:
            start = exact or f"O campo {label} {verb} no máximo {_amount(most, what)}"
            return "maximo", f"{start}; {found} {size}. {_MORE.get(what, 'Corrija o valor.')}"
        return None

    return run


_LESS = {"caracteres": "Complete o texto.", "dígitos": "Confira o número.", "itens": "Inclua o que falta."}
_MORE = {"caracteres": "Encurte o texto.", "dígitos": "Confira o número.", "itens": "Apague o que sobra."}


def _amount(number: Any, what: str) -> str:
    one = {"caracteres": "caractere", "dígitos": "dígito", "itens": "item"}
    return f"{number} {one.get(what, what) if number == 1 else what}".strip()


def json_kind(value: Any) -> str:
    """What arrived, in words."""
    if isinstance(value, bool):
        return "verdadeiro/falso"
    if isinstance(value, int):
        return "um número inteiro"
    if isinstance(value, float):
        return "um número com decimais"
    if isinstance(value, str):
        return "um texto"
    if isinstance(value, dict):
        return "um objeto"
    return "uma lista" if isinstance(value, list) else "outro tipo de valor"
