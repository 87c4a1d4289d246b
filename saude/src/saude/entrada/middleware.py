"""Who must have a second factor and has none makes one before anything else; who has one did not come in without it."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch

from saude.acesso.guarda import PUBLIC, TOKEN, login_needed, mark_of
from saude.acesso.request import GuardedRequest
from saude.contas import entradas
from saude.contas.middleware import FREE_OF_LOCK
from saude.contas.models import Usuario
from saude.contas.queries import rules_installation
from saude.entrada import meio
from saude.entrada.queries import has_factor, needs_factor
from saude.entrada.sinais import state_of

#: open to who makes the first one
FREE = (
    *FREE_OF_LOCK,
    "trocar_senha",
    "segundo_fator_meu",
    "fator_aplicativo",
    "fator_chave_opcoes",
    "fator_chave",
)


def _administers_now(request: GuardedRequest, user: Usuario) -> bool:
    return ("administrar" in request.permissoes or rules_installation(user)) and needs_factor(user)


class SecondFactorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = cast(ResolverMatch, request.resolver_match)
        if not request.user.is_authenticated or {PUBLIC, TOKEN} & set(mark_of(view, match.namespaces)):
            return None
        user, session = request.user, request.session
        if meio.PASSED not in session:  # begun before this was noted
            session[meio.PASSED] = state_of(user, done=False)
        if session[meio.PASSED] == meio.NOT_ASKED and _administers_now(cast(GuardedRequest, request), user):
            session[meio.PASSED] = (
                meio.MISSING
            )  # was given it while inside: asked at once, not at the next log-in
        if session[meio.PASSED] != meio.MISSING:
            return None
        if has_factor(user):  # made in another session, or this one came by another way
            entradas.expire(request)
            return login_needed(cast(GuardedRequest, request))
        return None if match.view_name in FREE else redirect("segundo_fator_meu")
