"""Código IBGE of a município, 7 digits.

The last digit is a check digit, but nine municípios do not obey it: it is not verified.
"""

from functools import cache

from ledi.documents._check import Problem, cached, clean, only_digits, require_text
from ledi.documents.errors import InvalidComponent
from ledi.tables import closed


def compact(value: str) -> str:
    """Digits only, from what a person types."""
    return clean(value)


def validate(value: object) -> str:
    """The code itself, or a `DocumentError`. Whether the município exists, the table `municipios` says."""
    text = require_text(value)
    if problem := _problem(text):
        problem.throw()
    return text


def is_valid(value: object) -> bool:
    return isinstance(value, str) and _problem(value) is None


def format(value: str) -> str:
    return value


@cached(1 << 13)
def _problem(value: str) -> Problem | None:
    if problem := only_digits(value, 7, "o código IBGE"):
        return problem
    if value[:2] not in _states():
        return Problem(InvalidComponent, "os dois primeiros dígitos do código IBGE não são de um estado")
    return None


@cache
def _states() -> frozenset[str]:
    return frozenset(row["codigo_ibge"][:2] for row in closed.rows("municipios"))
