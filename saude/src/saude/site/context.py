from functools import cache
from importlib.metadata import version
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from saude.acesso.guarda import allowed_at
from saude.ajuda.mapa import help_for
from saude.avisos.queries import unread
from saude.contas import entradas
from saude.contas.request import UserRequest
from saude.site.menu import menu_for

#: What a browser may have chosen (tema.js); without a choice the machine decides
THEMES = ("claro", "escuro")


def page(request: HttpRequest) -> dict[str, Any]:
    """What the base template needs: menu, chosen entidade and área, `pode` (what may be done in that área).

    What asks the database is a function that the template calls: a part of a page, asked for every second, has none.
    """
    theme = request.COOKIES.get("tema")
    inside = getattr(request, "user", None) is not None and request.user.is_authenticated
    return {
        "tema": theme if theme in THEMES else None,
        "ajuda_da_pagina": help_for(request.path),
        "tem_conferidor": settings.CONFERIDOR is not None,
        "versao_do_sistema": _version(),
        "bloqueio_segundos": int(settings.LOCK_MINUTES * 60),
        "entrada_anterior": entradas.before(request) if inside else None,
        **_work(request),
    }


@cache
def _version() -> str:
    return version("saude")


def _work(request: HttpRequest) -> dict[str, Any]:
    if not hasattr(request, "contexto"):  # an error before it was known where the user works
        return {"contexto": None, "pode": {}, "menu": [], "avisos_novos": 0}
    seen = cast(UserRequest, request)
    context, permissoes = seen.contexto, seen.permissoes
    return {
        "contexto": context,
        "pode": allowed_at(seen, context.area.cnes) if context.area else dict.fromkeys(permissoes, True),
        "menu": cache(lambda: menu_for(seen, permissoes) if context.entidade else []),
        "avisos_novos": cache(lambda: _unread(seen)),
    }


def _unread(request: UserRequest) -> int:
    """No error page fails for a bell."""
    try:
        return unread(request) if request.user.is_authenticated else 0
    except DatabaseError:
        return 0
