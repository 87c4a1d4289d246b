"""Name of a person. Source: LEDI, regras/validar_nome (rules NOME-001 to NOME-007, from CADSUS)."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
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
    return tuple(_find(normalize(value), bool(_common()(value)) or _only_letters(value)))


def _only_letters(value: str) -> bool:
    return all(map(_is_letter, unicodedata.normalize("NFC", value))) and all(map(_is_itself, value))


@cache
def _common() -> Callable[[str], object]:
    """Matches the names whose letters are all among the first of Unicode: nearly every name."""
    good = [char for char in map(chr, range(0x250)) if _is_letter(char) and _is_itself(char)]
    return re.compile(f"[{re.escape(''.join(good))}]*").fullmatch


def _find(name: str, letters: bool) -> Iterator[Breach]:
    words = name.split()
    if len(name.strip()) < 3:
        yield Breach("NOME-001", InvalidLength, "o nome deve ter pelo menos 3 caracteres")
    if len(words) < 2:
        yield Breach("NOME-002", InvalidComponent, "o nome deve ter pelo menos dois termos")
    if "  " in name:
        yield Breach("NOME-003", InvalidFormat, "o nome tem espaços repetidos")
    if not letters:
        yield Breach("NOME-005", InvalidFormat, "o nome só pode ter letras, acentos e apóstrofo")
    if len(words) >= 2 and len(words[0]) == len(words[1]) == 1:
        yield Breach("NOME-006", InvalidComponent, "os dois primeiros termos do nome têm um só caractere")
    if len(words) == 2 and len(words[0]) == len(words[1]) == 2:
        yield Breach("NOME-007", InvalidComponent, "os dois únicos termos do nome têm dois caracteres cada")


@lru_cache(maxsize=1 << 10)
def _is_letter(char: str) -> bool:
    """As it was written: a ligature or a foreign letter does not become a letter by being capitalised (ß, ﬁ, ı, ſ)."""
    if char == " " or char in _APOSTROPHES:
        return True
    capital = char.upper()
    if len(capital) > 1 or char not in (capital, capital.lower()):
        return False
    return _accepted(capital)


def _is_itself(char: str) -> bool:
    """Not a sign that only looks like a letter (the kelvin sign), and that composing would turn into one."""
    return char.isascii() or unicodedata.normalize("NFC", char) == char


def _accepted(char: str) -> bool:
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not "A" <= base <= "Z":
        return False
    return all(mark in _ACCENTS or (base == "C" and mark == "\u0327") for mark in marks)
