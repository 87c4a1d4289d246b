"""Which vaccine, strategy and dose go together (LEDI, regras/validar_regras_vacinacao), as of a version.

The published table speaks of strategies by their RNDS code, the ficha by the e-SUS APS code: translated here.
"""

from collections.abc import Mapping
from functools import cache

from ledi.tables import closed

_LIST = "vacina_regras_combinacoes"


@cache
def combinations(version: str | None = None) -> frozenset[tuple[int, int, int]]:
    """(imunobiologico, estrategiaVacinacao of the ficha, dose) that may be applied."""
    strategies = _esus_by_rnds()
    found = set()
    for code in closed.texts(_LIST, version):
        vaccine, strategy, dose = map(int, code.split("/"))
        found.add((vaccine, strategies[strategy], dose))
    return frozenset(found)


@cache
def doubts(version: str) -> Mapping[tuple[int, int, int], tuple[str, str]]:
    """Combinations of that version that may have come later, or gone before: (since, until) of the doubt."""
    strategies = _esus_by_rnds()
    found = {}
    for code, span in closed.doubts(_LIST, version).items():
        vaccine, strategy, dose = map(int, str(code).split("/"))
        found[vaccine, strategies[strategy], dose] = span
    return found


@cache
def vaccines(version: str | None = None) -> frozenset[int]:
    """Imunobiológicos that may be applied; the others only as a previous record (VACREG-001)."""
    return frozenset(vaccine for vaccine, _, _ in combinations(version))


@cache
def strategies(vaccine: int, version: str | None = None) -> frozenset[int]:
    """Strategies allowed for a vaccine, e-SUS APS codes."""
    return frozenset(strategy for one, strategy, _ in combinations(version) if one == vaccine)


@cache
def doses(vaccine: int, strategy: int, version: str | None = None) -> frozenset[int]:
    """Doses allowed for a vaccine in a strategy (e-SUS APS code)."""
    return frozenset(
        dose for one, other, dose in combinations(version) if (one, other) == (vaccine, strategy)
    )


@cache
def _esus_by_rnds() -> Mapping[int, int]:
    prefix = "RNDS="
    return {
        int(row["note"].removeprefix(prefix)): int(row["code"]) for row in closed.rows("EstrategiaVacinacao")
    }
