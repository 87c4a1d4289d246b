"""Who sends a large body: the same session and permission, the same token, that the view asks for."""

import logging
import shutil
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from saude.acesso.corpo import MB, operation_of
from saude.acesso.guarda import LOGGED_IN, PUBLIC, mark_of
from saude.contas import entradas
from saude.contas.middleware import AccessMiddleware
from saude.contas.request import UserRequest
from saude.entrada import meio
from saude.site.porta.pedido import NO_ROOM

log = logging.getLogger(__name__)
RESERVE = 256 * MB  # of the disk, left to the database
UNKNOWN, FORBIDDEN = 401, 403


def porteiro(environ: dict[str, Any]) -> str | int:
    """Who sends this, or the status the request is refused with."""
    close_old_connections()
    try:
        found = _sender(WSGIRequest(environ))
    finally:
        close_old_connections()
    if isinstance(found, int):
        return found
    room = shutil.disk_usage(settings.DADOS).free - RESERVE - environ.get("saude.a_caminho", 0)
    return found if environ["saude.esperado"] <= room else NO_ROOM


def _sender(request: HttpRequest) -> str | int:
    match = resolve(request.path_info)
    if operation := operation_of(match.func, str(request.method)):
        return _by_token(request, operation)
    mark = mark_of(match.func, match.namespaces)
    if not mark or PUBLIC in mark:
        return FORBIDDEN
    return _by_session(request, frozenset(mark))


def _by_token(request: HttpRequest, operation: Any) -> str | int:
    for callback in operation.auth_callbacks:
        try:
            if found := callback(request):
                return f"{type(found).__name__} {found.pk}"
        except Exception as refused:  # the operation itself will say why
            log.info("a sender was refused: %s", type(refused).__name__)
    return UNKNOWN


def _by_session(request: HttpRequest, mark: frozenset[str]) -> str | int:
    SessionMiddleware(_nothing).process_request(request)
    AuthenticationMiddleware(_nothing).process_request(request)
    seen = cast(UserRequest, request)
    AccessMiddleware(_nothing)(seen)
    if not seen.user.is_authenticated:
        return UNKNOWN
    if entradas.LOCKED in seen.session or seen.session.get(meio.PASSED) == meio.MISSING:
        return UNKNOWN  # inside, and not let further: no view would take it
    if LOGGED_IN not in mark and not mark & seen.permissoes:
        return FORBIDDEN
    return f"Usuario {seen.user.pk}"


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
