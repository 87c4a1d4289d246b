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


def grouped(n: int) -> str:
    """As people read it: `102238` -> `"102.238"`. What a template does with `|intcomma`."""
    return f"{n:,}".replace(",", ".")


def counted(n: int, one: str, many: str) -> str:
    """`1 ficha`, `1.234 fichas`."""
    return f"{grouped(n)} {one if n == 1 else many}"


def fichas(n: int) -> str:
    """`1 ficha`, `1.234 fichas`."""
    return counted(n, "ficha", "fichas")


def days_left(n: int) -> str:
    """`falta 1 dia`, `faltam 3 dias`."""
    return f"{'falta' if n == 1 else 'faltam'} {counted(n, 'dia', 'dias')}"


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
