"""Name of a person. Source: LEDI, regras/validar_nome (rules NOME-001 to NOME-007, from CADSUS)."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ledi.documents._check import Problem, cached, require_text
from ledi.documents.errors import DocumentError, InvalidComponent, InvalidFormat, InvalidLength

# Acute, circumflex, tilde, diaeresis; the cedilla only under a C.
_ACCENTS = frozenset("\u0301\u0302\u0303\u0308")
_APOSTROPHES = frozenset("'\u2018\u2019")


class Breach(NamedTuple):
    """One rule not met; `rule` is its code in the official list."""

    rule: str
    error: type[DocumentError]
    message: str


def compact(value: str) -> str:
    """Capitals, composed accents, single spaces: what is to be sent (NOME-004)."""
    return " ".join(unicodedata.normalize("NFC", value).upper().split())


def normalize(value: str) -> str:
    """NOME-004 alone: capitals. Spaces stay, so that NOME-003 can be judged."""
    return unicodedata.normalize("NFC", value).upper()


def breaches(value: str) -> tuple[Breach, ...]:
    """Every rule the name does not meet, in order. Small letters are no breach: they are converted."""
    return _breaches(value)


def validate(value: object) -> str:
    """The name in capitals, or a `DocumentError` for the first rule it does not meet."""
    text = require_text(value)
    for breach in breaches(text):
        Problem(breach.error, breach.message).throw()
    return normalize(text)


def is_valid(value: object) -> bool:
    return isinstance(value, str) and not _breaches(value)


def format(value: str) -> str:
    return compact(value)


@cached(1 << 14, longest=256)
def _breaches(value: str) -> tuple[Breach, ...]:
    return tuple(_find(normalize(value)))


def _find(name: str) -> Iterator[Breach]:
    words = name.split()
    if len(name.strip()) < 3:
        yield Breach("NOME-001", InvalidLength, "o nome deve ter pelo menos 3 caracteres")
    if len(words) < 2:
        yield Breach("NOME-002", InvalidComponent, "o nome deve ter pelo menos dois termos")
    if "  " in name:
        yield Breach("NOME-003", InvalidFormat, "o nome tem espaços repetidos")
    if not all(map(_accepted, name)):
        yield Breach("NOME-005", InvalidFormat, "o nome só pode ter letras, acentos e apóstrofo")
    if len(words) >= 2 and len(words[0]) == len(words[1]) == 1:
        yield Breach("NOME-006", InvalidComponent, "os dois primeiros termos do nome têm um só caractere")
    if len(words) == 2 and len(words[0]) == len(words[1]) == 2:
        yield Breach("NOME-007", InvalidComponent, "os dois únicos termos do nome têm dois caracteres cada")


@lru_cache(maxsize=1 << 10)
def _accepted(char: str) -> bool:
    if char == " " or char in _APOSTROPHES:
        return True
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not "A" <= base <= "Z":
        return False
    return all(mark in _ACCENTS or (base == "C" and mark == "\u0327") for mark in marks)
