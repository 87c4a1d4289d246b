"""Text as it is searched and sorted: the embedded PostgreSQL has no unaccent and no pt-BR collation."""

import unicodedata


def fold(text: str) -> str:
    """Upper case without accents and with single spaces: `"José  d'Ávila"` -> `"JOSE D'AVILA"`."""
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.upper().split())
