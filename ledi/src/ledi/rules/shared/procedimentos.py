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
from ledi.rules.shared.exames import (
    AB,
    AB_DUVIDA,
    AB_INATIVO,
    SIGTAP,
    Told,
    is_ab,
    is_sigtap,
    right,
    starts_as_sigtap,
)
from ledi.tables import closed

_AB_COM_SIGTAP = f"O procedimento {{valor}} tem código SIGTAP{AB_INATIVO}: prefira enviar {{sigtap}}."


def unique(code: str, at: str) -> Rule:
    return Rule(code, at, "procedimentos", Unique(), text="O procedimento está repetido. Apague a repetição.")


def sigtap_written(code: str, at: str) -> Rule:
    """Ten digits, no dot nor hyphen."""
    return Rule(
        code,
        at,
        "procedimentos",
        Told(_items(_bad_sigtap), SIGTAP, told=f"{SIGTAP} {{certo}}", is_facet=True),
    )


def ab_written(code: str, at: str) -> Rule:
    """An AB code in capitals, no space."""
    return Rule(code, at, "procedimentos", Told(_items(_bad_ab), AB, told=f"{AB} {{certo}}", is_facet=True))


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
        why=AB_DUVIDA,
    )


def refused(code: str, at: str, tipo: str, fix: str) -> Rule:
    """Procedures that the ficha tells by another field."""
    codes = tuple(sorted(closed.codes(f"procedimentos_proibidos/{tipo}"), key=str))
    return Rule(code, at, "procedimentos", NotCodes(codes), fix=fix)


def _items(bad: Callable[[str], bool]) -> CheckFn:
    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        return [(index, right(item)) for index, item in each(value) if bad(item)] or None

    return run


def _bad_sigtap(value: str) -> bool:
    return starts_as_sigtap(value) and not is_sigtap(value)


def _bad_ab(value: str) -> bool:
    return not starts_as_sigtap(value) and not is_ab(value)


def _either(items: tuple[str, ...]) -> str:
    return f"{', '.join(items[:-1])} ou {items[-1]}"
