"""CNPJ, 14 positions: 12 digits (since LEDI 8.5.0 also capital letters) and 2 check digits.

Source of the letters: Instrução Normativa RFB 2.229/2024 (a character counts its ASCII code minus 48).
"""

import re

from ledi.documents._check import Problem, cached, clean, require_text, weighted
from ledi.documents.errors import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from ledi.versions import is_older

_NUMERIC = re.compile(r"[0-9]*")
_ALPHANUMERIC = re.compile(r"[0-9A-Z]{0,12}[0-9]*")
_FIRST = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_SECOND = (6, *_FIRST)
_LETTERS_SINCE = "8.5.0"


def compact(value: str) -> str:
    """Without separators and in capitals, from what a person types."""
    return clean(value).upper()


def validate(value: object, *, version: str | None = None) -> str:
    """The CNPJ itself (14 positions), or a `DocumentError`. `version`: LEDI version, None for the newest."""
    text = require_text(value)
    if problem := _problem(text, version):
        problem.throw()
    return text


def is_valid(value: object, *, version: str | None = None) -> bool:
    return isinstance(value, str) and _problem(value, version) is None


def format(value: str) -> str:
    return f"{value[:2]}.{value[2:5]}.{value[5:8]}/{value[8:12]}-{value[12:]}"


def check_digits(base: str) -> str:
    """The two check digits of the first twelve characters."""
    first = _digit(weighted(base, _FIRST))
    return first + _digit(weighted(base + first, _SECOND))


def _digit(total: int) -> str:
    return str((11 - total % 11) % 11 % 10)


@cached(1 << 12)
def _problem(value: str, version: str | None) -> Problem | None:
    allowed = _NUMERIC if is_older(version, _LETTERS_SINCE) else _ALPHANUMERIC
    if not allowed.fullmatch(value):
        return Problem(InvalidFormat, "o CNPJ tem caracteres que não são aceitos nesta versão do LEDI")
    if len(value) != 14:
        return Problem(InvalidLength, "o CNPJ deve ter 14 posições")
    if value == value[0] * 14:
        return Problem(InvalidComponent, "o CNPJ não pode ter todos os dígitos iguais")
    if check_digits(value[:12]) != value[12:]:
        return Problem(InvalidChecksum, "o dígito verificador do CNPJ não confere")
    return None
