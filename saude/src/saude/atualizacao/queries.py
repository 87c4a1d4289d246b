"""What the tables in force leave open. All scoped by entidade."""

from typing import Any

from saude.cadastros.models import Entidade
from saude.fichas.contagens import panel
from saude.fichas.models import Ficha
from saude.referencias.queries import Situacao, Tipo, releases


def gaps(entidade: Entidade) -> list[tuple[str, str]]:
    """(competência with production but without a SIGTAP table, the one used in its place)."""

    months = sorted(
        f"{day:%Y%m}"
        for day in releases(entidade)
        .filter(tipo=Tipo.SIGTAP, situacao=Situacao.PRONTA)
        .values_list("vale_de", flat=True)
    )
    if not months:
        return []
    asked = sorted((line.competencia for line in panel(entidade) if not line.sem_data), reverse=True)
    return [(c, max((m for m in months if m <= c), default=months[0])) for c in asked if c not in months]


def open_fichas(entidade: Entidade, **where: Any) -> int:
    """Fichas with inconsistências of a professional, post or team."""
    return Ficha.objects.filter(entidade=entidade, parada=True, situacao="inconsistente", **where).count()
