from typing import Any

from django.http import HttpRequest

from saude.acesso.guarda import allowed_at
from saude.site.menu import menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    """What the base template needs: menu, chosen entidade and área, `pode` (what may be done in that área)."""
    context = getattr(request, "contexto", None)
    permissoes = getattr(request, "permissoes", frozenset())
    return {
        "contexto": context,
        "pode": allowed_at(request, context.area.cnes)
        if context and context.area
        else dict.fromkeys(permissoes, True),
        "menu": menu_for(request, permissoes) if context and context.entidade else [],
    }
