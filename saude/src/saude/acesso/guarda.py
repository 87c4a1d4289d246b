"""Who may open what: every view is marked `@requires("exportar")`, `@requires()` (logged in) or `@public`.

The middleware refuses a view without a mark, and a test walks the URL map for it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from saude.acesso.permissoes import INSTALACAO, Limite, Permissao, union
from saude.acesso.request import GuardedRequest

PUBLIC = "publica"
LOGGED_IN = "entrar"
TOKEN = "token"
#: of a view that acts on what the área shows
OF_THE_AREA = "na_area"

View = Callable[..., HttpResponseBase]


class MarkedView(Protocol):
    marca: tuple[str, ...]

    def __call__(self, request: Any, /, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def requires(*permissoes: str) -> Callable[[View], MarkedView]:
    """Open the view to users who have one of `permissoes` in the chosen entidade.

    `request.cnes_do_acesso` is then the áreas they have it in (a set of CNES; None: the whole entidade), and
    `request.cnes_permitidos` the same narrowed to the área chosen in the header. Lists, counts and what acts on
    many take the second; what is opened by its own address takes the first.
    Without arguments any logged-in user may. Not logged in: the login page. Logged in without it: 403.
    """
    unknown = set(permissoes) - {*Permissao.values, INSTALACAO}
    if unknown:
        raise ValueError(f"unknown permission: {unknown}")

    def decorate(view: View) -> MarkedView:
        @wraps(view)
        def guarded(request: GuardedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return login_needed(request)
            if permissoes and not request.permissoes.intersection(permissoes):
                raise PermissionDenied
            if permissoes:
                request.cnes_do_acesso = limit_of(request, *permissoes)
                request.cnes_permitidos = chosen(request, request.cnes_do_acesso)
            return view(request, *args, **kwargs)

        return _marked(guarded, *(permissoes or (LOGGED_IN,)))

    return decorate


def whole_entidade(view: View) -> View:
    """For what is of any área (a file, a report): open to who works in all of them. Stands below `requires`."""

    @wraps(view)
    def guarded(request: GuardedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.cnes_do_acesso is not None:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def limit_of(request: GuardedRequest, *permissoes: str) -> Limite:
    """The áreas the user has one of these permissions in: none, some CNES, or (None) the whole entidade."""
    return union(request.limites[p] for p in permissoes if p in request.limites)


def of_the_area(view: View) -> View:
    """What this does depends on the área of the header: sent by a page made for another one, it is refused."""
    setattr(view, OF_THE_AREA, True)
    return view


def chosen(request: GuardedRequest, limite: Limite) -> Limite:
    """`limite` narrowed to the área of the header; none of it where the user has not the permission there."""
    area = request.area
    if area is None:
        return limite
    return frozenset({area.cnes}) if covers(limite, area.cnes) else frozenset()


def covers(limite: Limite, cnes: str) -> bool:
    return limite is None or cnes in limite


def allowed_at(request: GuardedRequest, cnes: str) -> dict[str, bool]:
    """`pode` of the pages of one ficha: the permissions the user has in its área."""
    return {p: True for p, limite in request.limites.items() if covers(limite, cnes)}


def public(view: View) -> MarkedView:
    """Open to everybody."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _marked(opened, PUBLIC)


def _marked(view: View, *marca: str) -> MarkedView:
    marked = cast(MarkedView, view)
    marked.marca = marca
    return marked


def mark_of(view: Any, namespaces: list[str] | tuple[str, ...] = ()) -> tuple[str, ...]:
    """The mark of a view; views of django-ninja live in a namespace `api-…` and check tokens."""
    if any(name.startswith("api-") for name in namespaces):
        return (TOKEN,)
    marca: tuple[str, ...] = getattr(view, "marca", ())
    return marca


def login_needed(request: HttpRequest) -> HttpResponse:
    """The login page, coming back here; htmx gets a 401 that the page turns into a notice (no text lost)."""
    if getattr(request, "htmx", False):
        return HttpResponse(
            "Sua sessão terminou. Entre de novo.", status=401, headers={"HX-Trigger": "sessaoTerminada"}
        )
    address = request.get_full_path()
    if request.method != "GET":
        referer = urlsplit(request.META.get("HTTP_REFERER", ""))
        address = f"{referer.path}?{referer.query}" if referer.query else referer.path or "/"
    return redirect_to_login(address, login_url="entrar")
