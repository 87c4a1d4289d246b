"""Sets `request.entidade`, `request.area`, `request.permissoes` and their limits, and refuses views without a mark."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from saude.acesso.guarda import PUBLIC, mark_of
from saude.contas.queries import Context, work_context
from saude.web.views import other_entidade

#: open to who must change the password first
FREE_OF_PASSWORD_CHANGE = ("sair", "trocar_senha")
#: what a page of another entidade may still ask for
FREE_OF_ENTIDADE = ("sair", "entrar", "trocar_senha", "trocar_contexto")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = Context.empty()
        if request.user.is_authenticated:
            session = request.session
            context = work_context(request.user, session.get("entidade"), session.get("area"))
        request.contexto = context
        request.entidade = context.entidade
        request.area = context.area
        request.permissoes = context.permissoes
        request.limites = context.limites
        request.cnes_permitidos = frozenset()  # set by @requires for the permission of the view
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        mark = mark_of(view, match.namespaces)
        if not mark:
            if settings.DEBUG or settings.TESTING:
                raise ImproperlyConfigured(f"view without @requires or @public: {match.route}")
            raise PermissionDenied
        user = request.user
        must_change = PUBLIC not in mark and user.is_authenticated and user.trocar_senha
        if must_change and match.view_name not in FREE_OF_PASSWORD_CHANGE:
            return redirect(reverse("trocar_senha"))
        if (
            user.is_authenticated
            and match.view_name not in FREE_OF_ENTIDADE
            and _of_another_entidade(request)
        ):
            return other_entidade(request)
        return None


def _of_another_entidade(request: HttpRequest) -> bool:
    """A form whose page was opened before the entidade was changed in another tab: it would be stored in the wrong one.

    The pages send the entidade they were made for; what does not come from a page does not send it.
    """
    if request.method != "POST" or request.content_type not in FORMS:
        return False
    made_for = request.headers.get("X-Entidade") or request.POST.get("_entidade")
    return bool(made_for) and made_for != str(request.entidade.pk if request.entidade else "")
