"""What the OpenAPI page says of each operation: bodies, answers, refusals, an example of each ficha."""

import json
from typing import Any

from ninja import NinjaAPI

from ledi_gerador import TIPOS, minimal
from saude.recebimento.contrato import COMPONENTS, HEADERS, RETRY, ref
from saude.registro.tipos import Tipo

PROBLEMS = {
    400: "Corpo vazio, ilegível ou compactado com defeito",
    401: "Token ausente ou que não vale; veja WWW-Authenticate",
    403: "O token não pode isto (enviar, ler)",
    404: "Não existe nesta entidade",
    406: "O Accept não admite JSON",
    408: "O corpo não chegou inteiro a tempo",
    409: "Registro já exportado: nada mudou",
    413: "Corpo grande demais",
    415: "Formato ou Content-Encoding que não é aceito",
    422: "Parâmetro que não vale",
    429: "Acima do limite ou fila cheia; veja Retry-After",
    500: "Falha do sistema: repita",
    503: "Indisponível agora; veja Retry-After",
    507: "Sem espaço em disco; nada foi recebido",
}
ALWAYS = (401, 403, 406, 429, 500, 503)
SENDING = (400, 408, 413, 415, 507)


def problems(*codes: int) -> dict[int, Any]:
    content = {"application/problem+json": {"schema": ref("Problema")}}
    told = {code: {"description": PROBLEMS[code], "content": content} for code in sorted({*ALWAYS, *codes})}
    for code in (429, 503):
        told[code]["headers"] = RETRY
    return told


def answered(schema: Any, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": HEADERS,
        "content": {"application/json": {"schema": schema}},
    }


def _records(description: str, **more: Any) -> dict[str, Any]:
    return {
        "requestBody": {
            "required": True,
            "description": "Um registro ou uma lista de até 10.000 (6 MB), sem compactação; para mais, /lotes.",
            "content": {"application/json": {"schema": ref("RegistroOuLista"), "examples": {}}},
        },
        "responses": {
            200: answered(ref("RespostaOuLista"), description),
            **problems(*SENDING),
            **more.get("responses", {}),
        },
    }


LOCKED = {
    409: {
        "description": PROBLEMS[409],
        "content": {"application/problem+json": {"schema": ref("ProblemaDeRegistro")}},
    }
}
RECORDS = _records("Uma resposta por registro, na mesma ordem", responses=LOCKED)
CHECK = _records("O que /registros responderia, sem que nada seja guardado", responses=LOCKED)
#: the bytes are the same under each name; `octet-stream` is there for generators that know no NDJSON
LINES = ("application/x-ndjson", "application/octet-stream")
LOT_BODY: dict[str, Any] = {
    "parameters": [
        {
            "name": "Content-Encoding",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "enum": ["gzip"]},
            "description": "gzip, quando o corpo está compactado.",
        }
    ],
    "requestBody": {
        "required": True,
        "description": "Um registro por linha (NDJSON, UTF-8), até 8 GB.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in LINES},
    },
    "responses": {
        202: answered(ref("LoteRecebido"), "Lote guardado; acompanhe em Location")
        | {
            "headers": HEADERS
            | {"Location": {"schema": {"type": "string"}, "description": "Onde está a situação do lote."}}
        },
        **problems(*SENDING),
    },
}


def got(name: str, description: str, *codes: int) -> dict[str, Any]:
    return {"responses": {200: answered(ref(name), description), **problems(*codes)}}


LOT = got("Lote", "Contagens e andamento", 404)
LOT_AGAIN: dict[str, Any] = {
    "responses": {202: answered(ref("Lote"), "O lote voltou para a fila"), **problems(404, 409)}
}
ANSWERS = got("PaginaDeRespostas", "Uma página", 404, 422)
RECORD = got("RegistroGuardado", "Encontrado", 404)
SCHEMA = got("Esquema", "JSON Schema da ficha", 404)
FINDINGS = got("PaginaDeInconsistencias", "Uma página", 422)


def describe(api: NinjaAPI) -> None:
    """Adds the components, and the examples, when the page is first asked for."""
    original = api.get_openapi_schema

    def with_records(**kwargs: Any) -> Any:
        schema = original(**kwargs)
        schema["components"]["schemas"].update(COMPONENTS)
        for path, operations in schema["paths"].items():
            body = operations.get("post", {}).get("requestBody", {}).get("content", {})
            if path.endswith(("/v1/registros", "/v1/conferencias")):
                body["application/json"]["examples"] = examples()
            for name in LINES:
                if name in body and path.endswith("/v1/lotes"):
                    body[name]["example"] = lines()
        return schema

    api.get_openapi_schema = with_records  # type: ignore[method-assign]


def lines() -> str:
    return "\n".join(json.dumps(e["value"]) for e in list(examples().values())[:2]) + "\n"


def examples() -> dict[str, Any]:
    """A record of each ficha that every rule takes as it is, in the municipality it is of."""

    return {tipo: {"summary": Tipo(tipo).label, "value": minimal(tipo)} for tipo in TIPOS}
