"""CPF, 11 digits. A CPF with all digits equal passes the sum but is no CPF."""

from ledi.documents._check import Problem, cached, clean, only_digits, require_text, weighted
from ledi.documents.errors import InvalidChecksum, InvalidComponent

_FIRST = tuple(range(10, 1, -1))
_SECOND = tuple(range(11, 1, -1))


def compact(value: str) -> str:
    """Digits only, from what a person types."""
    return clean(value)


def validate(value: object) -> str:
    """The CPF itself (11 digits), or a `DocumentError`."""
    text = require_text(value)
    if problem := _problem(text):
        problem.throw()
    return text


def is_valid(value: object) -> bool:
    return isinstance(value, str) and _problem(value) is None


def format(value: str) -> str:
    return f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"


def check_digits(base: str) -> str:
    """The two check digits of the first nine."""
    first = _digit(weighted(base, _FIRST))
    return first + _digit(weighted(base + first, _SECOND))


def _digit(total: int) -> str:
    return str((11 - total % 11) % 11 % 10)


@cached(1 << 16)
def _problem(value: str) -> Problem | None:
    if problem := only_digits(value, 11, "o CPF"):
        return problem
    if value == value[0] * 11:
        return Problem(InvalidComponent, "o CPF não pode ter todos os dígitos iguais")
    if check_digits(value[:9]) != value[9:]:
        return Problem(InvalidChecksum, "o dígito verificador do CPF não confere")
    return None
