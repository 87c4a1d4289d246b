"""Rules of lists of procedures (`procedimentos` of FP and FAD): how a code is written, the groups taken.

That a code exists in SIGTAP in the month of the attendance is a rule of context (CTX-…).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import Custom, NotCodes, Unique
from ledi.rules.checks.base import each
from ledi.rules.model import CheckFn, Rule
from ledi.tables import closed

_AB_COM_SIGTAP = "O procedimento {valor} tem código SIGTAP: prefira enviar {sigtap}."


def unique(code: str, at: str) -> Rule:
    return Rule(code, at, "procedimentos", Unique(), text="O procedimento está repetido. Apague a repetição.")


def sigtap_written(code: str, at: str) -> Rule:
    """Ten digits, no dot nor hyphen."""
    words = "O código SIGTAP deve ter 10 dígitos, sem ponto nem hífen, como 0214010015."
    return Rule(code, at, "procedimentos", Custom(_items(_bad_sigtap), words, is_facet=True))


def ab_written(code: str, at: str) -> Rule:
    """An AB code in capitals, no space."""
    words = "O código AB deve ter letras maiúsculas e números, sem espaços, como ABEX022."
    return Rule(code, at, "procedimentos", Custom(_items(_bad_ab), words, is_facet=True))


def accepted(code: str, at: str, tipo: str, *, listed: bool = False) -> Rule:
    """SIGTAP of the groups of the ficha; `listed`: or a code of its own list, AB or SIGTAP."""
    groups = tuple(sorted(str(group) for group in closed.codes(f"procedimentos_grupos/{tipo}")))
    words = f"O procedimento não é aceito nesta ficha: use um SIGTAP que comece por {_either(groups)}" + (
        " ou um procedimento da lista da ficha." if listed else "."
    )

    def strange_in(version: str) -> CheckFn:
        # every AB code: that some were retired is told by `retired_ab`
        own = closed.texts(f"procedimentos/{tipo}", version) if listed else frozenset()
        retired = {row["code"] for row in closed.rows(f"procedimentos_ab/{tipo}")} if listed else set()
        return _items(
            lambda value: not value.startswith(groups) and value not in own and value not in retired
        )

    return Rule(
        code,
        at,
        "procedimentos",
        Custom(strange_in, words, is_facet=True, by_version=True),
        text=f"{words} Código informado: {{valor}}.",
    )


def retired_ab(code: str, at: str, tipo: str) -> Rule:
    """AB codes that have a SIGTAP were retired in 8.4.0; the page does not say that they are refused."""
    sigtap = {row["code"]: row["sigtap"] for row in closed.rows(f"procedimentos_ab/{tipo}") if row["sigtap"]}

    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        return [
            (index, {"valor": item, "sigtap": sigtap[item]}) for index, item in each(value) if item in sigtap
        ] or None

    words = "Prefira o código SIGTAP ao código AB quando o procedimento tem os dois."
    return Rule(
        code,
        at,
        "procedimentos",
        Custom(run, words),
        since="8.4.0",
        severity=AVISO,
        text=_AB_COM_SIGTAP,
        why="A página não diz que o código AB com SIGTAP é recusado.",
    )


def refused(code: str, at: str, tipo: str, fix: str) -> Rule:
    """Procedures that the ficha tells by another field."""
    codes = tuple(sorted(closed.codes(f"procedimentos_proibidos/{tipo}"), key=str))
    return Rule(code, at, "procedimentos", NotCodes(codes), fix=fix)


def _items(bad: Callable[[str], bool]) -> CheckFn:
    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        return [(index, {"valor": item[:40]}) for index, item in each(value) if bad(item)] or None

    return run


def _bad_sigtap(value: str) -> bool:
    """Anything that does not begin as an AB code is taken for SIGTAP."""
    return not value[:1].isalpha() and not (len(value) == 10 and value.isascii() and value.isdigit())


def _bad_ab(value: str) -> bool:
    return value[:1].isalpha() and not (value.isascii() and value.isalnum() and value == value.upper())


def _either(items: tuple[str, ...]) -> str:
    return f"{', '.join(items[:-1])} ou {items[-1]}"
