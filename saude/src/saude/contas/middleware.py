"""Sets `request.entidade`, `request.area`, `request.permissoes` and their limits, and refuses views without a mark."""

from collections.abc import Callable
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from saude.acesso.guarda import OF_THE_AREA, PUBLIC, mark_of
from saude.cadastros.models import Entidade
from saude.contas import entradas
from saude.contas.queries import Context, work_context
from saude.contas.request import UserRequest
from saude.web.views import locked, other_area, other_entidade

#: open to who must change the password first
FREE_OF_PASSWORD_CHANGE = ("sair", "trocar_senha", "bloquear", "desbloquear", "tela_bloqueada")
#: open while the screen is locked
FREE_OF_LOCK = ("sair", "bloquear", "desbloquear", "tela_bloqueada")
#: what a page of another entidade may still ask for
FREE_OF_ENTIDADE = ("sair", "entrar", "trocar_senha", "trocar_contexto")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class AccessMiddleware:
    def __init__(self, get_response: Callable[[UserRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: UserRequest) -> HttpResponse:
        context = Context.empty()
        if request.user.is_authenticated and entradas.over(request):
            entradas.expire(request)
        if request.user.is_authenticated:
            session = request.session
            context = work_context(request.user, session.get("entidade"), session.get("area"))
        request.contexto = context
        request.entidade = cast(Entidade, context.entidade)  # None only where no permission is asked for
        request.area = context.area
        request.permissoes = context.permissoes
        request.limites = context.limites
        # only a page tells it: the door, which asks who sends a large body, has neither htmx nor messages
        if request.method == "GET" and request.user.is_authenticated and not request.htmx:
            _tell_a_lost_area(request)
        request.cnes_do_acesso = request.cnes_permitidos = frozenset()  # set by @requires, per permission
        with timezone.override(ZoneInfo(context.entidade.fuso) if context.entidade else None):
            return self.get_response(request)  # days and hours are those of the municipality

    def process_view(self, request: UserRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = cast(ResolverMatch, request.resolver_match)  # it brought us here
        mark = mark_of(view, match.namespaces)
        if not mark:
            if settings.DEBUG or settings.TESTING:
                raise ImproperlyConfigured(f"view without @requires or @public: {match.route}")
            raise PermissionDenied
        user = request.user
        inside = PUBLIC not in mark and user.is_authenticated
        if inside and entradas.LOCKED in request.session and match.view_name not in FREE_OF_LOCK:
            return locked(request)
        must_change = inside and (user.trocar_senha or user.senha_vencida)
        if must_change and match.view_name not in FREE_OF_PASSWORD_CHANGE:
            return redirect(reverse("trocar_senha"))
        if (
            user.is_authenticated
            and match.view_name not in FREE_OF_ENTIDADE
            and _of_another_entidade(request)
        ):
            return other_entidade(request)
        if getattr(view, OF_THE_AREA, False) and _of_another_area(request):
            return other_area(request)
        return None


def _of_another_entidade(request: UserRequest) -> bool:
    """A form whose page was opened before the entidade was changed in another tab: it would be stored in the wrong one.

    The pages send the entidade they were made for; what does not come from a page does not send it.
    """
    made_for = _said(request, "entidade")
    return bool(made_for) and made_for != str(request.entidade.pk if request.entidade else "")


def _of_another_area(request: UserRequest) -> bool:
    """The same of the área, for what acts on all that the page showed."""
    made_for = _said(request, "area")
    return bool(made_for) and made_for != request.contexto.chave_da_area


def _said(request: UserRequest, what: str) -> str:
    if request.method != "POST" or request.content_type not in FORMS:
        return ""
    return request.headers.get(f"X-{what}") or request.POST.get(f"_{what}") or ""


def _tell_a_lost_area(request: UserRequest) -> None:
    """The área chosen before is no longer there, or no longer theirs: said once, never another in silence."""
    session, context = request.session, request.contexto
    lost = session.get("area")
    if lost is None or context.entidade is None or session.get("entidade") != context.entidade.pk:
        return
    if lost != (context.area.pk if context.area else None):
        session["area"] = context.area.pk if context.area else None
        messages.warning(
            request,
            "A área em que você estava foi desativada ou não é mais sua. "
            f"Agora você vê: {context.nome_da_area}.",
        )
