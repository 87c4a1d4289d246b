"""What a program is told when it is refused: application/problem+json (RFC 9457), in Portuguese."""

import errno
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from django.core.exceptions import DisallowedHost
from django.db import Error
from django.http import HttpResponse, JsonResponse
from django.http.request import UnreadablePostError

from saude.banco import perda
from saude.banco.erros import EmbeddedServerError
from saude.cofre.erros import CofreError

MEDIA = "application/problem+json"
TITLES = {
    400: "Pedido que não pôde ser lido",
    401: "Token ausente ou que não vale",
    403: "Não permitido",
    404: "Não encontrado",
    405: "Método não aceito",
    406: "Formato de resposta que não há",
    408: "Envio interrompido",
    409: "Conflito com o que já está guardado",
    411: "Falta o tamanho do corpo",
    413: "Grande demais",
    415: "Formato que não é aceito",
    422: "Valor que não vale",
    429: "Pedidos demais",
    431: "Cabeçalhos grandes demais",
    500: "Falha do sistema",
    501: "Codificação que não é aceita",
    503: "Indisponível agora",
    507: "Sem espaço em disco",
}
#: for an address of the API, where the page for people would say something else, or a library said it in English
TEXTS = {
    400: "O pedido não pôde ser lido: confira o endereço, os cabeçalhos e o corpo.",
    403: "Este pedido não é permitido a quem o fez.",
    404: "Não há nada neste endereço. Os endereços da API estão em /api/docs.",
    405: "Este endereço não aceita este método.",
    500: "Falha do sistema, que foi registrada. Repita o pedido: o uuid garante que nada entra duas vezes.",
}
#: the database, or the key of what is kept sealed, is not there just now: the request may be repeated
AWAY = (*perda.AWAY, EmbeddedServerError, CofreError)  # the embedded one does not start: a full disk, for one
WAIT = 30  # seconds
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
NOT_NOW = "O sistema não pôde atender agora. Repita o pedido: o uuid garante que nada entra duas vezes."
NO_ROOM = (
    "Não há espaço para guardar o que foi enviado. Avise quem administra e repita o pedido: o uuid garante que nada "
    "entra duas vezes."
)
NOT_WRITABLE = "O sistema não pôde gravar na pasta de dados. Avise quem administra e repita o pedido."
NOT_OUR_NAME = "Este sistema não responde por este nome: confira o endereço ou, quem o instala, SAUDE_HOSTS."
CUT = "O corpo não chegou inteiro. Nada foi recebido; envie de novo."


def is_api(path: str) -> bool:
    """Programs call it: no page is ever an answer."""
    return path == "/api" or path.startswith("/api/")


def problem(status: int, text: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> HttpResponse:
    """`text` may quote what was sent: half a surrogate pair in it, which no answer can say, is a “?”."""
    body = {"type": "about:blank", "title": TITLES.get(status, "Recusado"), "status": status}
    body |= {"detail": text.encode("utf-8", "replace").decode(), **more}
    said = {"ensure_ascii": not text.isprintable()}  # legible on a terminal
    return JsonResponse(
        body, status=status, headers=dict(headers or {}), content_type=MEDIA, json_dumps_params=said
    )


def general(status: int, *, allow: str = "") -> HttpResponse:
    """Where nobody said more than the status."""
    text = TEXTS.get(status, TITLES.get(status, TEXTS[400]) + ".")
    if status == 405 and allow:
        text = f"Este endereço não aceita este método; aceita {allow}."
    return problem(status, text)


def outage(error: BaseException | None) -> HttpResponse | None:
    """The answer when the disk, the database or the connection failed, not the program; None: something else."""
    for cause in _causes(error):
        if isinstance(cause, UnreadablePostError):
            return problem(400, CUT)
        if isinstance(cause, psycopg.errors.DiskFull):
            return problem(507, NO_ROOM)
        if isinstance(cause, OSError) and cause.errno in NO_SPACE:
            return problem(507, NO_ROOM)
        if isinstance(cause, PermissionError) or (isinstance(cause, OSError) and cause.errno == errno.EROFS):
            return problem(503, NOT_WRITABLE, headers={"Retry-After": str(WAIT)})
    if any(isinstance(cause, AWAY) or _broken(cause) for cause in _causes(error)):
        return problem(503, NOT_NOW, headers={"Retry-After": str(WAIT)})
    return None


def _broken(cause: BaseException) -> bool:
    """The disk gave an error, not the program."""
    return isinstance(cause, OSError) and cause.errno == errno.EIO


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        within = isinstance(error, Error)  # a transaction that was lost says what failed first
        error = error.__cause__ or (error.__context__ if within else None)


def answer(status: int, text: str, error: BaseException | None = None) -> HttpResponse:
    """What an error page would say, to a program. `error`: what is being handled, when that is known."""
    if isinstance(error, DisallowedHost):
        return problem(400, NOT_OUR_NAME)
    return outage(error) or problem(status, TEXTS.get(status, text))
