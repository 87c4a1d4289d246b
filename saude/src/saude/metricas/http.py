"""How long answers take, by page: a histogram of this process, for /metricas.

A page is told by the name of its URL and a method only when it is one that exists: nothing that a stranger or a
record says becomes a label.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = Histogram(
    "saude_http_segundos",
    "Tempo até o começo da resposta, por página deste processo",
    ["pagina", "metodo", "resposta"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)


class LatencyMiddleware:
    """First of all, so that the other middlewares' time counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        page = (match and match.view_name) or "sem nome"  # static files, and addresses that do not exist
        method = request.method if request.method in METHODS else "outro"
        SECONDS.labels(page, method, f"{response.status_code // 100}xx").observe(time.perf_counter() - start)
        return response
