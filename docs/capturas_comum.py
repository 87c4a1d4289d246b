"""What the pictures of the manual share: where things are, and the month that is looked at."""

from __future__ import annotations

import re
from typing import Any

from figuras import NARROW, WIDE, enter, shot

__all__ = [
    "CADASTROS", "EXPORTS", "NARROW", "PANEL", "WAIT", "WIDE", "competencia", "detail", "enter", "of_kind", "shot",
]  # fmt: skip

PANEL = "/executando/sistema/exportacao/"
EXPORTS = "/executando/sistema/exportacoes/"
CADASTROS = "/configurando/cadastros/"
WAIT = 120_000


def competencia(page: Any, before: int = 0) -> str:
    """The last closed one, the second row of the panel, or one so many months `before` it."""
    page.goto(PANEL)
    found = sorted(set(re.findall(rf"{PANEL}(\d{{6}})/", page.content())))
    return found[-2 - before] if len(found) > 1 + before else found[0]


def detail(page: Any, situacao: str, guia: str) -> None:
    page.goto(f"{PANEL}{competencia(page)}/{situacao}/?guia={guia}")


def of_kind(page: Any, situacao: str, tipo: str) -> None:
    detail(page, situacao, f"fichas&ficha={tipo}")
    page.locator("tbody th a").first.click()
