"""Text as it is searched and sorted, and counts in words.

The embedded PostgreSQL has no unaccent and no pt-BR collation.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import overload

FOREIGN = re.compile(r"[^\x00-\x7f]")


def fold(text: str) -> str:
    """Upper case without accents and with single spaces: `"José  d'Ávila"` -> `"JOSE D'AVILA"`."""
    if not text.isascii():
        text = FOREIGN.sub(_base, unicodedata.normalize("NFD", text))
    return " ".join(text.upper().split())


def fichas(n: int) -> str:
    """`1 ficha`, `2 fichas`."""
    return "1 ficha" if n == 1 else f"{n} fichas"


@overload
def number(text: str) -> int | None: ...
@overload
def number(text: str, default: int) -> int: ...
def number(text: str, default: int | None = None) -> int | None:
    """The number of a row as an address or a form says it; `default` for what is none, or none that a row can have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else default


def numbers(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are a `number`."""
    return [found for text in texts if (found := number(text)) is not None]


def _base(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]
