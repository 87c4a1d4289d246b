"""Messages that come from outside may repeat what was refused: a CPF, a CNS, a telephone. None is kept or shown."""

from __future__ import annotations

import re

NUMERO = "[número]"
_PERSONAL = re.compile(
    r"\d{11,}"
    r"|(?<!\d)\d{3}[. ]\d{3}[. ]\d{3}[-./ ]?\d{2}(?!\d)"  # a CPF as people write it
    r"|(?<!\d)\d{3}[. ]\d{4}[. ]\d{4}[. ]\d{4}(?!\d)"  # a CNS
    r"|(?<!\d)(?:\+?55 ?)?\(?\d{2}\)? ?9? ?\d{4}[- ]\d{4}(?!\d)"  # a telephone with its area code
)
_PERHAPS = re.compile(r"\d{3}(?:\d{8}|[. ]\d{3}|\d[- ]\d{4})")  # in every one of them: most texts have none
_LAST_NUMBER = re.compile(r"\d[\d.\-/ ()]*$")


def texto_seguro(text: str, limit: int = 2000, *, cut: bool = False) -> str:
    """The text with every number of 11 or more digits (and every formatted CPF, CNS, telephone) masked.

    At most `limit` characters and a mark. `cut`: the text was cut before, perhaps in the middle of a number.
    """
    if cut:
        text = _LAST_NUMBER.sub("", text)
    safe = _PERSONAL.sub(NUMERO, text) if _PERHAPS.search(text) else text
    return safe if len(safe) <= limit else safe[:limit] + "…"
