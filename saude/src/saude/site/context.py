from typing import Any

from django.conf import settings
from django.http import HttpRequest

from saude.acesso.guarda import allowed_at
from saude.contas import entradas
from saude.site.menu import menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    """What the base template needs: menu, chosen entidade and área, `pode` (what may be done in that área)."""
    context = getattr(request, "contexto", None)
    inside = getattr(request, "user", None) is not None and request.user.is_authenticated
    permissoes = getattr(request, "permissoes", frozenset())
    return {
        "contexto": context,
        "bloqueio_segundos": int(settings.LOCK_MINUTES * 60),
        "entrada_anterior": entradas.before(request) if inside else None,
        "pode": allowed_at(request, context.area.cnes)
        if context and context.area
        else dict.fromkeys(permissoes, True),
        "menu": menu_for(request, permissoes) if context and context.entidade else [],
    }
