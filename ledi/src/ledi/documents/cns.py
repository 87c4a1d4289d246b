"""CNS (Cartão Nacional de Saúde), 15 digits. Source: LEDI, regras/algoritmo_CNS (CNS-001 to CNS-006)."""

from ledi.documents._check import Problem, cached, clean, only_digits, require_text, weighted
from ledi.documents.errors import InvalidChecksum, InvalidComponent
from ledi.versions import is_older

_WEIGHTS = tuple(range(15, 0, -1))
DEFINITIVE = "12"
PROVISIONAL = "5789"
# LEDI began to accept the prefix 5 in this version.
_FIVE_SINCE = "7.3.7"
_BEFORE_FIVE = "12789"


def compact(value: str) -> str:
    """Digits only, from what a person types."""
    return clean(value)


def validate(value: object, *, version: str | None = None) -> str:
    """The CNS itself, or a `DocumentError`. `version`: LEDI version, None for the newest."""
    text = require_text(value)
    if problem := _problem(text, version):
        problem.throw()
    return text


def is_valid(value: object, *, version: str | None = None) -> bool:
    return isinstance(value, str) and _problem(value, version) is None


def is_provisional(value: str) -> bool:
    """True for the numbers not derived from a PIS (prefixes 5, 7, 8, 9)."""
    return value[:1] in PROVISIONAL if value else False


def format(value: str) -> str:
    return f"{value[:3]} {value[3:7]} {value[7:11]} {value[11:]}"


@cached(1 << 16)
def _problem(value: str, version: str | None) -> Problem | None:
    if problem := only_digits(value, 15, "o CNS"):
        return problem
    if value[0] not in (_BEFORE_FIVE if is_older(version, _FIVE_SINCE) else DEFINITIVE + PROVISIONAL):
        return Problem(InvalidComponent, "o primeiro dígito do CNS não existe")
    if weighted(value, _WEIGHTS) % 11:
        return Problem(InvalidChecksum, "o dígito verificador do CNS não confere")
    # A definitive number is the PIS + "000" + dv, or + "0018" when the dv would be 10 (CNS-003, CNS-004).
    if value[0] in DEFINITIVE and value[11:14] != "000" and value[11:] != "0018":
        return Problem(InvalidChecksum, "o CNS definitivo não termina como o número do PIS exige")
    return None
