"""Every answer under /api: a refusal is a problem in Portuguese, whoever refused; the pace of the token is told."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from saude.acesso.corpo import operation_of
from saude.web.problema import MEDIA, general, is_api, problem

#: kept from a refusal that is told anew
KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "Location")
WHO = 'Bearer realm="saude"'


class ApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_api(request.path_info):
            return response
        if response.status_code >= 400 and response.get("Content-Type") != MEDIA:
            response = _retold(response)
        if response.status_code == 401:
            response.headers.setdefault("WWW-Authenticate", WHO)
        if (pace := getattr(request, "ritmo", None)) is not None:
            for name, value in pace.headers().items():
                response[name] = value
        if not response.streaming and "Content-Length" not in response:  # refused before who else says it
            response["Content-Length"] = str(len(response.content))
        if not response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not is_api(request.path_info) or operation_of(view, str(request.method)) is None:
            return None
        if request.accepts("application/json") or request.accepts(MEDIA):
            return None
        return problem(406, "A resposta é sempre JSON: envie Accept: application/json, ou nenhum Accept.")


def _retold(response: HttpResponse) -> HttpResponse:
    made = general(response.status_code, allow=response.get("Allow", ""))
    for name in KEPT:
        if name in response:
            made[name] = response[name]
    return made
