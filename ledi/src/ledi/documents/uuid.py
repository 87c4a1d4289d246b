"""Identifier of a ficha: a canonical UUID (36), with `<CNES>-` before it as LEDI recommends (44)."""

import re

from ledi.documents._check import Problem, cached, require_text
from ledi.documents.errors import InvalidFormat, InvalidLength

_CANONICAL = re.compile(r"(?:([0-9]{7})-)?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def compact(value: str) -> str:
    """In small letters, without the spaces around it."""
    return value.strip().lower()


def validate(value: object) -> str:
    """The identifier itself, or a `DocumentError`."""
    text = require_text(value)
    if problem := _problem(text):
        problem.throw()
    return text


def is_valid(value: object) -> bool:
    return isinstance(value, str) and _problem(value) is None


def format(value: str) -> str:
    return value


def cnes_of(value: str) -> str | None:
    """The CNES in front, None when there is none."""
    match = _CANONICAL.fullmatch(value)
    return match.group(1) if match else None


@cached(1 << 12)
def _problem(value: str) -> Problem | None:
    if not 36 <= len(value) <= 44:
        return Problem(InvalidLength, "o UUID deve ter de 36 a 44 caracteres")
    if not _CANONICAL.fullmatch(value):
        return Problem(InvalidFormat, "o UUID não está na forma canônica (com ou sem CNES e hífen à frente)")
    return None
