"""What the sender is told when the door refused the body of a request."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from saude.acesso.corpo import GB, KB, MB
from saude.acesso.guarda import TOKEN, login_needed, mark_of
from saude.web.problema import problem
from saude.web.views import error_page

WAIT = 30  # seconds
TOLD = {  # status: (word for a program, title, text)
    408: (
        "tempo",
        "Envio interrompido",
        "O envio não chegou inteiro a tempo. Confira a rede e envie de novo.",
    ),
    413: (
        "tamanho",
        "Envio grande demais",
        "O envio passa de {}, o limite deste endereço. Divida-o e envie as partes.",
    ),
    429: (
        "simultaneos",
        "Muitos envios ao mesmo tempo",
        "Há outros envios grandes seus em andamento. Espere que terminem e envie de novo.",
    ),
    503: (
        "espera",
        "Tente de novo",
        "O sistema não pôde conferir agora quem envia. Nada foi recebido; tente de novo.",
    ),
    507: (
        "espaco",
        "Falta espaço",
        "Não há espaço para guardar o envio agora. Nada foi recebido; avise quem administra.",
    ),
}


class RefusedBodyMiddleware:
    """Stands before the check of the form: what was refused came without its fields."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        status = request.META.get("saude.recusa", 0)
        if not status:
            return None
        api = TOKEN in mark_of(view, cast(ResolverMatch, request.resolver_match).namespaces)
        if status == 401:
            return None if api else login_needed(request)  # the API says itself what is wrong with a token
        if status == 403:
            raise PermissionDenied
        word, title, text = TOLD[status]
        text = text.format(_size(request.META["saude.limite"]))
        return (
            _problem(status, word, text)
            if api or _wants_json(request)
            else error_page(request, status, title, text)
        )


def _size(limit: int) -> str:
    unit, name = next((u, n) for u, n in ((GB, "GB"), (MB, "MB"), (KB, "kB")) if limit >= u)
    return f"{limit // unit} {name}"


def _wants_json(request: HttpRequest) -> bool:
    return "text/html" not in request.headers.get("Accept", "text/html")


def _problem(status: int, word: str, text: str) -> HttpResponse:
    headers = {"Retry-After": str(WAIT)} if status in (429, 503) else {}
    return problem(status, text, codigo=word, headers=headers)
