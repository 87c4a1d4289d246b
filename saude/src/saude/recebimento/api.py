"""The JSON API: a token per entidade, problems told in Portuguese."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Query, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from ledi.errors import LediError
from ledi.layouts import CURRENT
from ledi.reading import parse
from ledi.schema import record_schema
from saude.acesso.corpo import body
from saude.banco.fila import enqueue
from saude.contas.queries import token_by_secret
from saude.fichas.models import Conteudo, Ficha
from saude.inconsistencias import queries as findings
from saude.inconsistencias.achados import clean
from saude.inconsistencias.models import Inconsistencia
from saude.recebimento import actions, limits, queries
from saude.recebimento.intake import too_nested
from saude.recebimento.models import Lote, Registro
from saude.recebimento.openapi import BY_ID, LISTED, LOT, LOT_BODY, RECORDS, record_body
from saude.recebimento.spool import BodyRefused, spool
from saude.recebimento.tasks import spool_folder
from saude.registro.texto_json import nested_too_deep, too_deep
from saude.registro.tipos import Origem


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return token_by_secret(token)


api = NinjaAPI(
    title="Saúde e-SUS",
    version="1",
    urls_namespace="api-v1",
    description="Recebimento da produção da Atenção Primária, por registro ou por lote.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=Token(),
)


@api.exception_handler(AuthenticationError)
def unknown_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _problem(
        401, "Falta o token, ou ele não vale mais. Envie Authorization: Bearer e um token da entidade."
    )


router = Router(tags=["Recebimento"])


@api.exception_handler(HttpError)
def problem(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(error.status_code, str(error))


WRONG = {
    "int_parsing": "deve ser um número inteiro",
    "int_from_float": "deve ser um número inteiro",
    "bool_parsing": "deve ser true ou false",
    "greater_than_equal": "deve ser {ge} ou mais",
    "less_than_equal": "deve ser {le} ou menos",
}


@api.exception_handler(ValidationError)
def wrong_parameter(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = []
    for one in error.errors:
        words = WRONG.get(str(one.get("type")), "não vale").format_map(one.get("ctx") or {})
        told.append(f"O parâmetro {str(one['loc'][-1])[:40]} {words}.")
    return _problem(422, " ".join(told))


@router.post("/registros", summary="Enviar um registro ou uma lista", openapi_extra=RECORDS)
@body(limits.RECORDS_BODY)
def post_registros(request: HttpRequest) -> HttpResponse:
    token = request.auth
    if wait := limits.over_rate(token):
        return _problem(429, "Este token passou do limite de pedidos por minuto.", wait)
    body = _read(request, limits.RECORDS_BODY)
    parsed = _parse(body)
    single = not isinstance(parsed, list)
    records = [parsed] if single else parsed
    if len(records) > limits.RECORDS_MAX:
        raise HttpError(413, f"Até {limits.RECORDS_MAX} registros por pedido; para mais, use /api/v1/lotes.")
    if too_deep(body):
        records = [_readable(n, record) for n, record in enumerate(records, 1)]
    answers = actions.receive(
        entidade=token.entidade, records=records, origem=Origem.API, token=token, raw=body
    )
    public = [a.public() for a in answers]
    if not single:
        return JsonResponse(public, safe=False)
    locked = answers[0].status == Registro.Status.RECUSADO and answers[0].situacao == "exportada"
    return JsonResponse(public[0], status=409 if locked else 200)


@router.get("/registros/{uuid}", summary="Situação de um registro", openapi_extra=BY_ID)
def get_registro(request: HttpRequest, uuid: str) -> HttpResponse:
    ficha = Ficha.objects.filter(
        entidade=request.auth.entidade, uuid__in={uuid[:44], uuid[:44].lower()}
    ).first()
    if ficha is None:
        raise HttpError(404, "Não há registro com este uuid nesta entidade.")
    rows = Inconsistencia.objects.filter(ficha=ficha, encerrada_em=None).order_by("id")
    return JsonResponse(
        {
            "uuid": ficha.uuid,
            "tipo": ficha.tipo,
            "competencia": ficha.competencia,
            "situacao": ficha.situacao,
            "motivo_pendencia": ficha.motivo_pendencia or None,
            "revisao": ficha.revisao,
            "recebida_em": ficha.recebida_em,
            "processada_em": ficha.processada_em,
            "exportada_em": ficha.exportada_em,
            "inconsistencias": list(rows.values("codigo", "campo", "mensagem", "severidade")),
            "registro": _shown(Conteudo.objects.get(ficha=ficha).registro),
        }
    )


@router.get("/esquemas/{tipo}", summary="JSON Schema de um registro, por ficha", openapi_extra=BY_ID)
def get_esquema(request: HttpRequest, tipo: str, versao: str = CURRENT) -> HttpResponse:
    try:
        return JsonResponse(record_schema(tipo.upper(), versao))
    except LediError as error:
        raise HttpError(404, str(error)) from error


@router.post("/lotes", summary="Enviar um lote NDJSON", openapi_extra=LOT_BODY)
@body(limits.LOT_BODY)
def post_lotes(request: HttpRequest) -> HttpResponse:
    token = request.auth
    if wait := limits.over_rate(token):
        return _problem(429, "Este token passou do limite de pedidos por minuto.", wait)
    if limits.queue_depth() > limits.MAX_WAITING:
        return _problem(429, "Há muitos lotes na fila. Tente de novo mais tarde.", limits.RETRY_QUEUE)
    gzipped = request.headers.get("Content-Encoding", "").lower() == "gzip"
    try:
        kept = spool(_stream(request), spool_folder(), gzipped=gzipped, limit=limits.LOT_BODY)
    except BodyRefused as refused:
        raise HttpError(refused.status, str(refused)) from refused
    except OSError as error:
        raise HttpError(507, "Não há espaço para guardar o lote agora. Nada foi recebido.") from error
    with transaction.atomic():
        lote = actions.open_lote(
            entidade=token.entidade,
            origem=Origem.API,
            token=token,
            formato=Lote.Formato.NDJSON,
            arquivo=kept.arquivo,
            tamanho=kept.tamanho,
            sha256=kept.sha256,
        )
        enqueue("recebimento.dividir_lote", lote_id=lote.pk)
    where = f"/api/v1/lotes/{lote.uuid}"
    return JsonResponse({"id": str(lote.uuid), "situacao": where}, status=202, headers={"Location": where})


@router.get("/lotes/{uuid}", summary="Situação de um lote", openapi_extra=LOT)
def get_lote(request: HttpRequest, uuid: str) -> HttpResponse:
    return JsonResponse(queries.lote_status(_lote(request, uuid)))


@router.get(
    "/lotes/{uuid}/respostas", summary="Respostas por registro, a partir de uma posição", openapi_extra=BY_ID
)
def get_respostas(
    request: HttpRequest,
    uuid: str,
    apos: int = Query(0, ge=0, description="Última posição já lida."),
    limite: int = Query(1000, ge=1, le=5000),
    problemas: bool = Query(False, description="Só as que têm o que mostrar."),
) -> HttpResponse:
    lote = _lote(request, uuid)
    rows = queries.answers(lote, after=apos, limit=limite, only_problems=problemas)
    last = rows[-1]["posicao"] if rows else apos
    done = lote.estado in (Lote.Estado.CONCLUIDO, Lote.Estado.FALHOU) and len(rows) < limite
    return JsonResponse({"respostas": rows, "posicao": last, "fim": done})


@router.get(
    "/inconsistencias", summary="Inconsistências abertas, a partir de uma posição", openapi_extra=LISTED
)
def get_inconsistencias(
    request: HttpRequest,
    apos: int = Query(0, ge=0, description="Última posição já lida."),
    limite: int = Query(1000, ge=1, le=5000),
    avisos: bool = Query(False, description="Também os avisos."),
) -> HttpResponse:
    """What became known since, by whatever way the record came: positions only grow."""
    rows = findings.open_since(request.auth.entidade, after=apos, limit=limite, warnings=avisos)
    last = rows[-1]["posicao"] if rows else apos
    return JsonResponse({"inconsistencias": rows, "posicao": last, "fim": len(rows) < limite})


def _lote(request: HttpRequest, uuid: str) -> Lote:
    try:
        return Lote.objects.defer("bruto").get(entidade=request.auth.entidade, uuid=UUID(uuid))
    except (ValueError, Lote.DoesNotExist) as error:
        raise HttpError(404, "Não há lote com este identificador nesta entidade.") from error


def _read(request: HttpRequest, limit: int) -> bytes:
    if (request.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise HttpError(415, "Corpo compactado só é aceito em /api/v1/lotes.")
    body = request.read(limit + 1)
    if len(body) > limit:
        raise HttpError(413, f"O corpo passa de {limit // 1024**2} MB; use /api/v1/lotes.")
    if not body.strip():
        raise HttpError(400, "O corpo está vazio: envie um registro ou uma lista, em JSON.")
    return body


def _parse(body: bytes) -> Any:
    item = parse(body.strip(), "corpo", limits.RECORDS_BODY)
    if not item.readable:
        raise HttpError(400, item.findings[0].message)
    parsed = item.record
    if not isinstance(parsed, (dict, list)):
        raise HttpError(400, "Envie um registro (objeto) ou uma lista de registros.")
    return parsed


def _readable(position: int, record: Any) -> Any:
    return too_nested(position) if nested_too_deep(record) else record


def _stream(request: HttpRequest) -> Any:
    if request.headers.get("Content-Encoding", "").lower() not in ("", "identity", "gzip"):
        raise HttpError(415, "Content-Encoding aceito: gzip.")
    return request


def _shown(text: str) -> Any:
    """JSON for anybody's parser: NaN and the infinities, which the kept text may hold, become text."""
    return json.loads(text, parse_constant=str)


def _problem(status: int, text: str, retry_after: int = 0) -> HttpResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    body = {"status": status, "title": clean(text), "detail": clean(text)}
    return JsonResponse(body, status=status, headers=headers, content_type="application/problem+json")


record_body(api)
api.add_router("/v1", router)
