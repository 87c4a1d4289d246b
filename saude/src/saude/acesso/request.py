"""A request that passed the guard, as its rooms know it: each floor knows more of it than the floor below.

Never made: the request is Django's, and the middleware of `contas` puts these in it.
"""

from collections.abc import Mapping
from typing import Protocol

from django.db.models import Model
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from saude.acesso.permissoes import Limite


class Area(Protocol):
    @property
    def cnes(self) -> str: ...


class GuardedRequest(HttpRequest):
    """`area` is the one chosen in the header; None: all that the user has."""

    entidade: Model
    area: Area | None
    permissoes: frozenset[str]
    limites: Mapping[str, Limite]
    cnes_do_acesso: Limite
    cnes_permitidos: Limite
    htmx: HtmxDetails
