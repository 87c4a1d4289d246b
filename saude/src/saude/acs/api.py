"""The protocol "Saúde Domiciliar", version 1. Described in docs/api-saude-domiciliar.md."""

import json
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.params.functions import Query
from ninja.security import HttpBearer
from pydantic import Field

from saude.acesso.corpo import body
from saude.acs import dispositivos, envio, pedidos_chave, territorio
from saude.acs.dispositivos import Refused
from saude.acs.models import Aparelho
from saude.acs.openapi import ANSWERED, ASKED, DONE, LEAVE, PULL, PUSH, REGISTER, STATE
from saude.acs.perfil import profile
from saude.acs.versoes import notices
from saude.inconsistencias.achados import clean
from saude.web import api_json

LOT_ID = re.compile(r"[0-9A-Za-z._-]{8,64}")
SMALL = 64 * 1024


class DeviceRequest(HttpRequest):
    """A request of a phone, as Ninja hands it to its operation."""

    auth: Aparelho


class Acesso(HttpBearer):
    """The device's token, with the install id in X-Instalacao."""

    sending = False

    def authenticate(self, request: HttpRequest, token: str) -> Aparelho:
        device = dispositivos.device_of(token, request.headers.get("X-Instalacao", ""), sending=self.sending)
        dispositivos.record_use(device, version=request.headers.get("X-App-Versao", ""))
        return device


class Envio(Acesso):
    """Also of a phone whose lotação ended or that was revoked: what was written before arrives, and waits."""

    sending = True


api = NinjaAPI(
    title="Saúde Domiciliar",
    version="1",
    urls_namespace="api-acs",
    description="Sincronização do aplicativo dos agentes comunitários de saúde.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    auth=Acesso(),
)
router = Router(tags=["Agentes"])  # a name that generators of clients make a folder of


class Registro(Schema):
    codigo: str = Field(max_length=20)
    instalacao: str = Field(max_length=36)
    nome: str = Field("", max_length=200)
    versao_app: str = Field("", max_length=20)
    hora_aparelho: float | None = None


class PedidoDeChave(Schema):
    instalacao: str = Field(max_length=36)
    embrulhada: str = Field(
        max_length=pedidos_chave.LONGEST, description="Chave dos dados, cifrada (base64)."
    )
    chave: str = Field(max_length=16, description="`perfil.chave.id` da chave que a cifrou.")
    efemera: str = Field(
        max_length=pedidos_chave.LONGEST, description="Chave RSA só desta resposta (SPKI, base64)."
    )


class Pedido(Schema):
    instalacao: str = Field(max_length=36)
    pedido: str = Field(max_length=100)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    body = {
        "status": error.status,
        "codigo": error.codigo,
        "title": clean(error.mensagem),
        "detail": clean(error.mensagem),
    }
    headers = {"Retry-After": str(dispositivos.FAILURE_MINUTES * 60)} if error.status == 429 else {}
    response = _json(request, body | _notices(request), status=error.status)
    response["Content-Type"] = "application/problem+json"
    for name, value in headers.items():
        response[name] = value
    return response


@api.exception_handler(AuthenticationError)
def no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refused(
        request, Refused(401, "token", "Falta o acesso. Registre o aparelho com um código da coordenação.")
    )


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refused(request, Refused(422, "dados", "O pedido não está na forma que o protocolo descreve."))


@router.post(
    "/registrar",
    summary="Registrar o aparelho com um código",
    auth=None,
    response={201: None},
    openapi_extra=REGISTER,
)
@body(SMALL)
def registrar(request: HttpRequest, dados: Registro) -> HttpResponse:
    device, token, notice = dispositivos.register(
        codigo=dados.codigo, instalacao=dados.instalacao, nome=dados.nome, versao_app=dados.versao_app
    )
    device = Aparelho.objects.select_related(*dispositivos.RELATED).get(pk=device.pk)
    answer = {"token": token, "perfil": profile(device)}
    answer |= {"aviso": notice} if notice else {}
    return _json(request, answer | notices(dados.versao_app or "1.0.0", dados.hora_aparelho), status=201)


@router.get("/puxar", summary="Famílias, cidadãos, retornos e formulários que mudaram", openapi_extra=PULL)
def puxar(request: DeviceRequest, cursor: str = Query("", max_length=500)) -> HttpResponse:
    device = request.auth
    page = territorio.pull(device, cursor)
    page["resumo"] = territorio.own_counts(device)
    dispositivos.pulled(device, cursor_end=page["fim"], citizens=territorio.citizens_in(page))
    return _json(request, page | _notices(request))


@router.post("/empurrar", summary="Enviar registros (FVD, FCI, FCD)", auth=Envio(), openapi_extra=PUSH)
@body(envio.BODY)
def empurrar(
    request: DeviceRequest,
    lote: str = Query(..., max_length=64, description="Identificador do lote no aparelho."),
) -> HttpResponse:
    if not LOT_ID.fullmatch(lote):
        raise Refused(400, "lote", "O número do lote deve ter de 8 a 64 letras, dígitos, ponto ou hífen.")
    body = request.read(envio.BODY + 1)
    if len(body) > envio.BODY:
        raise Refused(
            413, "tamanho", f"O envio passa de {envio.BODY // 1024**2} MB. Divida em lotes menores."
        )
    encoding = (request.headers.get("Content-Encoding") or "").lower()
    answer = envio.receive_push(request.auth, identificador=lote, body=body, encoding=encoding)
    return _json(request, answer | _notices(request))


@router.get("/situacao", summary="Situação do aparelho e dos registros enviados", openapi_extra=STATE)
def situacao(request: DeviceRequest) -> HttpResponse:
    device = request.auth
    answer = {"perfil": profile(device), "resumo": territorio.own_counts(device)}
    return _json(request, answer | _notices(request))


@router.post("/sair", summary="Encerrar o acesso deste aparelho", auth=Envio(), openapi_extra=LEAVE)
def sair(request: DeviceRequest) -> HttpResponse:
    """The phone was wiped by its owner: its token is worth nothing from now on."""
    dispositivos.revoke(
        by=f"aparelho {request.auth.pk}", aparelho=request.auth, why="O agente saiu do aparelho"
    )
    return _json(request, {"saiu": True} | _notices(request))


@router.post(
    "/chave/pedir", summary="Pedir outra senha", auth=None, response={201: None}, openapi_extra=ASKED
)
@body(SMALL)
def pedir_chave(request: HttpRequest, dados: PedidoDeChave) -> HttpResponse:
    """The password was forgotten: an administrator decides, on the page of the agent."""
    secret, number = pedidos_chave.ask(**dados.dict())
    return _json(request, {"pedido": secret, "numero": number} | _notices(request), status=201)


@router.post("/chave/resposta", summary="Ouvir a resposta do pedido", auth=None, openapi_extra=ANSWERED)
@body(SMALL)
def resposta_da_chave(request: HttpRequest, dados: Pedido) -> HttpResponse:
    return _json(request, pedidos_chave.answer(**dados.dict()) | _notices(request))


@router.post("/chave/concluir", summary="Dizer que a senha nova foi escolhida", auth=None, openapi_extra=DONE)
@body(SMALL)
def concluir_chave(request: HttpRequest, dados: Pedido) -> HttpResponse:
    pedidos_chave.done(**dados.dict())
    return _json(request, {"concluido": True} | _notices(request))


def _notices(request: HttpRequest) -> dict[str, Any]:
    return notices(
        request.headers.get("X-App-Versao", ""), _number(request.headers.get("X-Hora-Aparelho", ""))
    )


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d{1,15}(\.\d+)?", text) else None


def _json(request: HttpRequest, body: Any, *, status: int = 200) -> HttpResponse:
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace")
    response = HttpResponse(data, status=status, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept-Encoding"
    if len(data) > 1024 and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = envio.compress(data)
        response["Content-Encoding"] = "gzip"
    return response


api_json.prepare(api)
api.add_router("/v1", router)
