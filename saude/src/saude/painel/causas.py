"""Causes of inconsistências under their rules: the values of one rule together, those of the CNES apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from saude.inconsistencias.queries import Causa

#: what a ficha says against the CNES that is loaded: mended there (or by loading a newer one), not by typing
CNES = ("CTX-CNES-", "CTX-INE-", "CTX-LOT-")


@dataclass(slots=True)
class Regra:
    """A rule and what it found, most fichas first."""

    codigo: str
    mensagem: str
    causas: list[Causa] = field(default_factory=list)


def of_cnes(codigo: str) -> bool:
    return codigo.startswith(CNES)


def by_rule(causes: Iterable[Causa]) -> list[Regra]:
    """In the order of their first cause: the rule with the commonest cause first."""
    rules: dict[str, Regra] = {}
    for cause in causes:
        rules.setdefault(cause.codigo, Regra(cause.codigo, cause.mensagem)).causas.append(cause)
    return list(rules.values())
