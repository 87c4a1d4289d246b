"""The bodies that the API takes, read with their limits; what is no such body is told the way that fits it."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError

from ledi.reading import parse
from saude.acesso.corpo import MB
from saude.recebimento import conselho, limits
from saude.recebimento.intake import too_nested
from saude.registro.texto_json import nested_too_deep, too_deep

EMPTY = (
    "O corpo está vazio: envie um registro ou uma lista, em JSON (sem Content-Length nem Transfer-Encoding: chunked, "
    "nenhum corpo é lido)."
)


def records_of(request: HttpRequest) -> tuple[bytes, list[Any], bool]:
    """(body, its records, was it a single one); HttpError with what to do when it is neither."""
    body = _read(request, limits.RECORDS_BODY)
    parsed = _parse(body)
    single = not isinstance(parsed, list)
    records = [parsed] if single else parsed
    if len(records) > limits.RECORDS_MAX:
        raise HttpError(413, f"Até {limits.RECORDS_MAX} registros por pedido; para mais, use /api/v1/lotes.")
    if too_deep(body):
        records = [too_nested(n) if nested_too_deep(r) else r for n, r in enumerate(records, 1)]
    return body, records, single


def _read(request: HttpRequest, limit: int) -> bytes:
    if (request.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise HttpError(415, "Corpo compactado só é aceito em /api/v1/lotes.")
    body = request.read(limit + 1)
    if len(body) > limit:
        raise HttpError(413, f"O corpo passa de {limit // MB} MB; use /api/v1/lotes.")
    if not body.strip():
        raise HttpError(400, EMPTY)
    return body


def _parse(body: bytes) -> Any:
    item = parse(body.strip(), "corpo", limits.RECORDS_BODY)
    if not item.readable:
        if said := conselho.of_records(body):
            raise HttpError(415, said)
        raise HttpError(400, item.findings[0].message)
    parsed = item.record
    if said := conselho.of_value(parsed):
        raise HttpError(400, said)
    return parsed


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
