"""The bodies that the API takes, read with their limits; what is no such body is told the way that fits it."""

from django.http import HttpRequest
from ninja.errors import HttpError

from saude.acesso.corpo import MB
from saude.recebimento import conselho, limits
from saude.recebimento.corpo import Corpo
from saude.recebimento.spool import BodyRefused

EMPTY = (
    "O corpo está vazio: envie um registro ou uma lista, em JSON (sem Content-Length nem Transfer-Encoding: chunked, "
    "nenhum corpo é lido)."
)


def records_of(request: HttpRequest) -> Corpo:
    """The records of the body; HttpError with what to do when it is neither one nor a list of them."""
    try:
        sent = Corpo(_read(request, limits.RECORDS_BODY))
        sent.check()
    except BodyRefused as refused:
        raise HttpError(refused.status, str(refused)) from refused
    return sent


def _read(request: HttpRequest, limit: int) -> bytes:
    if (request.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise HttpError(415, "Corpo compactado só é aceito em /api/v1/lotes.")
    body = request.read(limit + 1)
    if len(body) > limit:
        raise HttpError(413, f"O corpo passa de {limit // MB} MB; use /api/v1/lotes.")
    if not body.strip():
        raise HttpError(400, EMPTY)
    return body


def lot_stream(request: HttpRequest) -> tuple[conselho.Looked, bool]:
    """(the body of a lot, is it packed): its first bytes were looked at."""
    encoding = request.headers.get("Content-Encoding", "").lower()
    if encoding not in ("", "identity", "gzip"):
        raise HttpError(415, "Content-Encoding aceito: gzip.")
    head = request.read(conselho.PEEK)
    if not head.strip() and len(head) < conselho.PEEK:
        raise HttpError(400, "O lote está vazio.")
    if said := conselho.of_lot(head, gzipped=encoding == "gzip"):
        raise HttpError(415, said)
    return conselho.Looked(request, head), encoding == "gzip"
