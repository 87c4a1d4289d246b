from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from saude.web.problema import is_api, problem

#: no page fetches anything from another host, and no script or style is inline
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class SecurityHeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        logged_in = getattr(request, "user", None) is not None and request.user.is_authenticated
        if logged_in or request.path.startswith("/api/"):  # nothing of a citizen stays in a cache on the way
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class NoNulMiddleware:
    """PostgreSQL keeps no NUL in a text: an address with one asks for nothing that can exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            text = "O endereço tem um caractere nulo (NUL). Confira o que foi digitado e tente de novo."
            if is_api(request.path_info):
                return problem(400, text)
            return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
