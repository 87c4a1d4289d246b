"""Text as it is searched and sorted, and counts in words.

The embedded PostgreSQL has no unaccent and no pt-BR collation.
"""

import re
import unicodedata

FOREIGN = re.compile(r"[^\x00-\x7f]")


def fold(text: str) -> str:
    """Upper case without accents and with single spaces: `"José  d'Ávila"` -> `"JOSE D'AVILA"`."""
    if not text.isascii():
        text = FOREIGN.sub(_base, unicodedata.normalize("NFD", text))
    return " ".join(text.upper().split())


def fichas(n: int) -> str:
    """`1 ficha`, `2 fichas`."""
    return "1 ficha" if n == 1 else f"{n} fichas"


def _base(found: re.Match[str]) -> str:
    return "" if unicodedata.combining(found[0]) else found[0]
