"""CNES (estabelecimento de saúde), 7 digits. No check digit is published, so none is verified."""

from ledi.documents._check import Problem, cached, clean, only_digits, require_text

LENGTH = 7


def compact(value: str) -> str:
    """Digits only, with the leading zeros that spreadsheets eat put back."""
    text = clean(value)
    return text.zfill(LENGTH) if text else text


def validate(value: object) -> str:
    """The code itself, or a `DocumentError`."""
    text = require_text(value)
    if problem := _problem(text):
        problem.throw()
    return text


def is_valid(value: object) -> bool:
    return isinstance(value, str) and _problem(value) is None


def format(value: str) -> str:
    return value


@cached(1 << 12)
def _problem(value: str) -> Problem | None:
    return only_digits(value, LENGTH, "o CNES")
