"""The JSON API: a token per entidade, problems told in Portuguese."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from ledi.errors import LediError
from ledi.layouts import CURRENT
from ledi.schema import record_schema
from saude.acesso.corpo import body
from saude.auditoria.actions import record_event
from saude.banco.fila import enqueue
from saude.comum.competencia import SEM_DATA
from saude.contas.models import ApiToken, Escopo
from saude.fichas.models import Conteudo, Ficha
from saude.inconsistencias import queries as findings
from saude.inconsistencias.models import Inconsistencia
from saude.recebimento import actions, conferencia, limits, openapi, portador, queries, vigia
from saude.recebimento.entrada import lot_stream, records_of
from saude.recebimento.intake import Resposta
from saude.recebimento.models import Lote, Registro
from saude.recebimento.portador import Token, TokenRequest
from saude.recebimento.spool import BodyRefused, Spooled, drop, spool
from saude.recebimento.tasks import spool_folder
from saude.registro.tipos import Origem
from saude.web import api_json
from saude.web.problema import problem

api = NinjaAPI(
    title="Saúde e-SUS",
    version="1",
    urls_namespace="api-v1",
    description="Recebimento da produção da Atenção Primária, por registro ou por lote.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=Token(),
)
router = Router(tags=["Recebimento"])
SEND, READ = Token(Escopo.ENVIAR), Token(Escopo.LER)
AFTER = Query(0, ge=0, le=limits.CURSOR, description="Última posição já lida.")
LIMIT = Query(1000, ge=1, le=5000)


@router.post(
    "/registros",
    summary="Enviar um registro ou uma lista",
    auth=SEND,
    operation_id="enviar_registros",
    openapi_extra=openapi.RECORDS,
)
@body(limits.RECORDS_BODY)
def post_registros(request: TokenRequest) -> HttpResponse:
    token = request.auth
    sent = records_of(request)
    answers = actions.receive(
        entidade=token.entidade, records=sent.items(), origem=Origem.API, token=token, raw=sent.text
    )
    return _answered(answers, sent.unico)


@router.post(
    "/conferencias",
    summary="Conferir um registro ou uma lista, sem guardar",
    auth=SEND,
    operation_id="conferir_registros",
    openapi_extra=openapi.CHECK,
)
@body(limits.RECORDS_BODY)
def post_conferencias(request: TokenRequest) -> HttpResponse:
    """O que /registros responderia. Nada é guardado e nada muda."""
    sent = records_of(request)
    return _answered(conferencia.check(request.auth.entidade, sent.items()), sent.unico)


@router.get(
    "/registros/{uuid}",
    summary="Situação de um registro",
    auth=READ,
    operation_id="ler_registro",
    openapi_extra=openapi.RECORD,
)
def get_registro(request: TokenRequest, uuid: str) -> HttpResponse:
    ficha = Ficha.objects.filter(entidade=request.auth.entidade, uuid__in={uuid, uuid.lower()}).first()
    if ficha is None:
        raise HttpError(404, "Não há registro com este uuid nesta entidade.")
    record_event(by=request.auth, entidade=ficha.entidade_id, tipo="registro.consultado", alvo=ficha)
    rows = Inconsistencia.objects.filter(ficha=ficha, encerrada_em=None).order_by("id")
    return JsonResponse(
        {
            "uuid": ficha.uuid,
            "tipo": ficha.tipo,
            "competencia": None if ficha.competencia == SEM_DATA else ficha.competencia,
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


@router.get(
    "/esquemas/{tipo}",
    summary="JSON Schema de um registro, por ficha",
    operation_id="ler_esquema",
    openapi_extra=openapi.SCHEMA,
)
def get_esquema(request: HttpRequest, tipo: str, versao: str = CURRENT) -> HttpResponse:
    try:
        return JsonResponse(record_schema(tipo.upper(), versao))
    except LediError as error:
        text = str(error)[:300]
        raise HttpError(404, f"{text[:1].upper()}{text[1:]}.") from error


@router.post(
    "/lotes",
    summary="Enviar um lote NDJSON",
    auth=SEND,
    operation_id="enviar_lote",
    response={202: None},
    openapi_extra=openapi.LOT_BODY,
)
@body(limits.LOT_BODY)
def post_lotes(request: TokenRequest) -> HttpResponse:
    token = request.auth
    if limits.queue_depth(token.entidade_id) > limits.MAX_WAITING:
        wait = {"Retry-After": str(limits.RETRY_QUEUE)}
        return problem(429, "Há muitos lotes desta entidade na fila. Tente de novo mais tarde.", headers=wait)
    stream, gzipped = lot_stream(request)
    try:
        kept = spool(
            stream, spool_folder(), gzipped=gzipped, limit=limits.LOT_BODY, lines=settings.LOTE_REGISTROS
        )
    except BodyRefused as refused:
        raise HttpError(refused.status, str(refused)) from refused
    try:
        lote = _lot_of(token, kept)
    except BaseException:
        drop(kept, spool_folder())
        raise
    where = f"/api/v1/lotes/{lote.uuid}"
    return JsonResponse({"id": str(lote.uuid), "situacao": where}, status=202, headers={"Location": where})


@transaction.atomic
def _lot_of(token: ApiToken, kept: Spooled) -> Lote:
    portador.check_again(token)  # a large body takes its time
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
    return lote


@router.get(
    "/lotes/{uuid}",
    summary="Situação de um lote",
    auth=READ,
    operation_id="ler_lote",
    openapi_extra=openapi.LOT,
)
def get_lote(request: TokenRequest, uuid: str) -> HttpResponse:
    return JsonResponse(queries.lote_status(_lote(request, uuid)))


@router.post(
    "/lotes/{uuid}/repetir",
    summary="Pedir de novo um lote que falhou",
    auth=SEND,
    operation_id="repetir_lote",
    response={202: None},
    openapi_extra=openapi.LOT_AGAIN,
)
def post_repetir(request: TokenRequest, uuid: str) -> HttpResponse:
    lote = _lote(request, uuid)
    if not vigia.ask_again(lote=lote, by=request.auth):
        raise HttpError(
            409, "Só um lote que falhou pode ser pedido de novo; um todo recusado, corrigido e enviado."
        )
    lote.refresh_from_db()
    return JsonResponse(queries.lote_status(lote), status=202)


@router.get(
    "/lotes/{uuid}/respostas",
    summary="Respostas por registro, a partir de uma posição",
    auth=READ,
    operation_id="ler_respostas",
    openapi_extra=openapi.ANSWERS,
)
def get_respostas(
    request: TokenRequest,
    uuid: str,
    apos: int = AFTER,
    limite: int = LIMIT,
    problemas: bool = Query(False, description="Só as que têm o que mostrar."),
) -> HttpResponse:
    lote = _lote(request, uuid)
    rows = queries.answers(lote, after=apos, limit=limite, only_problems=problemas)
    last = rows[-1]["posicao"] if rows else apos
    done = lote.estado in (Lote.Estado.CONCLUIDO, Lote.Estado.FALHOU) and len(rows) < limite
    return JsonResponse({"respostas": rows, "posicao": last, "fim": done})


@router.get(
    "/inconsistencias",
    summary="Inconsistências abertas, a partir de uma posição",
    auth=READ,
    operation_id="ler_inconsistencias",
    openapi_extra=openapi.FINDINGS,
)
def get_inconsistencias(
    request: TokenRequest,
    apos: int = AFTER,
    limite: int = LIMIT,
    avisos: bool = Query(False, description="Também os avisos."),
) -> HttpResponse:
    """O que ficou aberto desde então, por qualquer meio que o registro tenha vindo: as posições só crescem."""
    rows = findings.open_since(request.auth.entidade, after=apos, limit=limite, warnings=avisos)
    last = rows[-1]["posicao"] if rows else apos
    return JsonResponse({"inconsistencias": rows, "posicao": last, "fim": len(rows) < limite})


def _answered(answers: list[Resposta], single: bool) -> HttpResponse:
    public = [a.public() for a in answers]
    if not single:
        return JsonResponse(public, safe=False)
    locked = answers[0].status == Registro.Status.RECUSADO and answers[0].situacao == "exportada"
    if not locked:
        return JsonResponse(public[0])
    told = {name: value for name, value in public[0].items() if name != "status"}
    return problem(409, answers[0].mensagem, codigo="exportada", **told)


def _lote(request: TokenRequest, uuid: str) -> Lote:
    try:
        return Lote.objects.defer("bruto").get(entidade=request.auth.entidade, uuid=UUID(uuid))
    except (ValueError, Lote.DoesNotExist) as error:
        raise HttpError(404, "Não há lote com este identificador nesta entidade.") from error


def _shown(text: str) -> Any:
    """JSON for anybody's parser: NaN and the infinities, which the kept text may hold, become text."""
    return json.loads(text, parse_constant=str)


api_json.prepare(api)
portador.prepare(api)
openapi.describe(api)
api.add_router("/v1", router)
