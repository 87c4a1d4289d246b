"""The entidade that a command is about."""

from django.core.management.base import CommandError

from saude.cadastros.models import Entidade


def the_entidade(ibge: str | None) -> Entidade:
    """By its IBGE; without one, the only one there is."""
    found = list(Entidade.objects.filter(**({"ibge": ibge} if ibge else {})).order_by("ibge")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError("Há mais de uma entidade nesta instalação: informe o código IBGE em --ibge.")
    raise CommandError(f"Não há entidade com o IBGE {ibge}." if ibge else "Não há entidade nesta instalação.")
