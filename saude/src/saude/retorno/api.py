"""The vendor's side: a report sent in, and the answers about every record, read on from a position."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router
from ninja.errors import HttpError

from saude.acesso.corpo import body
from saude.contas.models import ApiToken
from saude.recebimento.api import AFTER, LIMIT, READ, SEND, api
from saude.retorno import actions, openapi, queries
from saude.retorno.leitura import GrandeDemais, Ocupado, Recusado
from saude.retorno.models import Relatorio
from saude.web.problema import problem


class VendorRequest(HttpRequest):
    auth: ApiToken


router = Router(tags=["Retorno"])
NAME = "relatório enviado pela API"


@router.post(
    "/retornos",
    summary="Enviar um relatório do PEC, do SISAB ou do SIAPS",
    auth=SEND,
    operation_id="enviar_retorno",
    openapi_extra=openapi.SENT,
    response={200: None, 202: None},
)
@body(actions.LIMIT)
def post_retornos(request: VendorRequest) -> HttpResponse:
    """O arquivo como foi baixado, no corpo. Vale assim que é lido; o mesmo arquivo outra vez não muda nada."""
    if (request.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise HttpError(415, "O relatório vai sem compactação.")
    token = request.auth
    try:
        row, known = actions.upload(entidade=token.entidade, file=request, name=NAME, token=token)
    except Ocupado:  # nothing is wrong with the report
        return problem(503, actions.BUSY, codigo="ocupado", headers={"Retry-After": "60"})
    except Recusado as refused:
        status = 413 if isinstance(refused, GrandeDemais) else 422
        return problem(status, str(refused), codigo="relatorio_recusado")
    where = f"/api/v1/retornos/relatorios/{row.uuid}"
    status = 202 if row.estado in (Relatorio.Estado.LENDO, Relatorio.Estado.APLICANDO) else 200
    return JsonResponse(_told(row, known), status=status, headers={"Location": where})


@router.get(
    "/retornos/relatorios/{uuid}",
    summary="Situação de um relatório enviado",
    auth=READ,
    operation_id="ler_relatorio",
    openapi_extra=openapi.REPORT,
)
def get_relatorio(request: VendorRequest, uuid: str) -> HttpResponse:
    try:
        row = Relatorio.objects.get(entidade=request.auth.entidade, uuid=UUID(uuid))
    except (ValueError, Relatorio.DoesNotExist) as error:
        raise HttpError(404, "Não há relatório com este identificador nesta entidade.") from error
    return JsonResponse(_told(row, False))


@router.get(
    "/retornos",
    summary="O que o PEC respondeu de cada registro, a partir de uma posição",
    auth=READ,
    operation_id="ler_retornos",
    openapi_extra=openapi.ANSWERS,
)
def get_retornos(request: VendorRequest, apos: int = AFTER, limite: int = LIMIT) -> HttpResponse:
    """Cada resposta e cada resposta desfeita, na ordem em que se soube delas: as posições só crescem."""
    rows = queries.answers_since(request.auth.entidade, after=apos, limit=limite)
    last = rows[-1]["posicao"] if rows else apos
    return JsonResponse({"retornos": rows, "posicao": last, "fim": len(rows) < limite})


def _told(row: Relatorio, known: bool) -> dict[str, Any]:
    counts = row.totais
    return {
        "id": str(row.uuid),
        "formato": row.formato or None,
        "estado": row.estado,
        "ja_enviado": known,
        "linhas": int(counts.get("linhas", 0)),
        "registradas": int(counts.get("a_registrar", 0)),
        "recusadas": int(counts.get("nossas_recusadas", 0)),
        "repetidas": int(counts.get("nossas_repetidas", 0)),
        "alheias": int(counts.get("alheias", 0)),
        "nao_exportadas": int(counts.get("nao_enviadas", 0)),
        "avisos": row.avisos,
        "erro": row.erro,
    }


api.add_router("/v1", router)  # before the API is mapped (saude.site.mapa)
