"""A sentence that a page says before the rest, and where to mend what it tells of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aviso:
    """`acao` and `endereco`: the link, "" where nobody reading it can do anything."""

    texto: str
    acao: str = ""
    endereco: str = ""
    grave: bool = False
