"""/conferidor/: the static page that checks files inside the browser, for whoever reaches the site, without log-in.

It stands before sessions: no cookie is read, renewed or made. What is not in the folder's own list does not exist, so
no address leads out of it. Its policy holds for these addresses only.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from saude.acesso.guarda import public
from saude.acesso.request import GuardedRequest

#: the policy that the page itself declares, and what only a header can say; kept the same by a test
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self' blob:; "
    "style-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
LIST = "recursos.json"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".py": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".zip": "application/zip",
}


class ConferidorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        home = reverse("conferidor")
        if request.path_info == home.rstrip("/"):
            return HttpResponsePermanentRedirect(home)
        refused = "saude.recusa" in request.META  # a body that the door did not take: told as everywhere
        if request.path_info.startswith(home) and not refused:
            return conferidor(request, request.path_info.removeprefix(home))
        return self.get_response(request)


@public
@require_safe
def conferidor(request: GuardedRequest, nome: str = "") -> HttpResponseBase:
    folder: Path | None = settings.CONFERIDOR
    if folder is None:
        raise Http404
    listed = _listed(folder)
    if listed is None:
        if nome:
            raise Http404
        return render(request, "web/conferidor_ausente.html", status=503)
    mark, names = listed
    if (nome or "index.html") not in names:
        raise Http404
    return _file(request, folder / (nome or "index.html"), f'"{mark}"')


def _file(request: HttpRequest, path: Path, mark: str) -> HttpResponseBase:
    response: HttpResponseBase
    if mark in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        try:
            response = FileResponse(path.open("rb"), content_type=_type(path))
        except OSError as gone:  # the folder is being made anew
            raise Http404 from gone
    response["ETag"] = mark
    response["Cache-Control"] = (
        "no-cache"  # kept, and asked for again: a new build is never half of the old one
    )
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "DENY"
    return response


def _type(path: Path) -> str:
    return TYPES.get(path.suffix, "application/octet-stream")


def _listed(folder: Path) -> tuple[str, frozenset[str]] | None:
    """The mark of the build and the names in it; None when it is not made (`make conferidor`)."""
    try:
        return _read(folder / LIST, (folder / LIST).stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):  # unreadable, or not a list of ours
        return None


@lru_cache(maxsize=2)
def _read(path: Path, when: int) -> tuple[str, frozenset[str]]:
    listed = json.loads(path.read_text(encoding="utf-8"))
    return str(listed["marca"]), frozenset({*listed["arquivos"], LIST})
