"""What the identifiers have in common."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import mul
from typing import Concatenate, NamedTuple, NoReturn, ParamSpec, TypeVar

from ledi.documents.errors import DocumentError, InvalidFormat, InvalidLength

_SEPARATORS = re.compile(r"[\s./\-]+")
NOT_TEXT = "o valor não é um texto"

P = ParamSpec("P")
R = TypeVar("R")
Checker = Callable[Concatenate[str, P], R]


class Problem(NamedTuple):
    """Why a value is not valid: kept instead of an exception, so that it can be cached."""

    error: type[DocumentError]
    message: str

    def throw(self) -> NoReturn:
        raise self.error(self.message)


def only_digits(value: str, length: int, name: str) -> Problem | None:
    """ASCII digits, exactly that many."""
    if not (value.isascii() and value.isdigit()):
        return Problem(InvalidFormat, f"{name} tem caracteres que não são dígitos")
    if len(value) != length:
        return Problem(InvalidLength, f"{name} deve ter {length} dígitos")
    return None


def weighted(value: str, weights: Sequence[int]) -> int:
    """Σ (code of the character - 48) * weight: digits count 0..9, capital letters 17..42 (CNPJ)."""
    total: int = sum(map(mul, value.encode("ascii"), weights))
    return total - 48 * sum(weights)


def clean(value: str) -> str:
    """Without the separators people type."""
    return _SEPARATORS.sub("", value)


def require_text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidFormat(NOT_TEXT)
    return value


def cached(maxsize: int, longest: int = 64) -> Callable[[Checker[P, R]], Checker[P, R]]:
    """`lru_cache` for a function of a text; hostile long texts are judged but not kept in memory."""

    def decorate(function: Checker[P, R]) -> Checker[P, R]:
        kept: Callable[..., R] = lru_cache(maxsize)(function)

        def check(value: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if len(value) > longest:
                return function(value, *args, **kwargs)
            return kept(value, *args, **kwargs)

        return check

    return decorate
