"""/metricas: for the monitoring tool, from this machine or with the token in SAUDE_METRICAS_TOKEN."""

import hmac
import os
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from prometheus_client import CONTENT_TYPE_LATEST

from saude.acesso.guarda import public
from saude.metricas.coletor import texto


@public
def metricas(request: HttpRequest) -> HttpResponse:
    if not _allowed(request):
        return HttpResponseForbidden("Acesso só desta máquina, ou com a chave das métricas.")
    return HttpResponse(texto(), content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    """Loopback counts only when no proxy stands between: behind one everybody seems to be loopback."""
    token = os.environ.get("SAUDE_METRICAS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(given.encode(), token.encode())
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    try:
        return not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
