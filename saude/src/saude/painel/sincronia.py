"""When each agent's phones last synchronised. The phones live on a floor above (`acs`), which registers its reading."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from saude.cadastros.models import Entidade

#: (entidade) -> {CNS of the professional: moment}
LastSyncs = Callable[[Any], dict[str, datetime]]
_sources: list[LastSyncs] = []


def register(source: LastSyncs) -> None:
    if source not in _sources:
        _sources.append(source)


def last_syncs(entidade: Entidade) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for source in _sources:
        found |= source(entidade)
    return found
