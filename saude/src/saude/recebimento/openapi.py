"""What the OpenAPI page says of the bodies: schemas from the layouts, an example of each ficha."""

import json
from typing import Any

from ninja import NinjaAPI

from ledi.layouts import CURRENT
from ledi_gerador import TIPOS, minimal
from saude.registro.tipos import Tipo

ANSWER = {
    "type": "object",
    "properties": {
        "posicao": {"type": "integer"},
        "uuid": {"type": "string", "nullable": True},
        "status": {"type": "string", "enum": ["novo", "igual", "substituida", "recusado"]},
        "situacao": {"type": "string", "enum": ["processada", "inconsistente", "pendente", "exportada"]},
        "inconsistencias": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "codigo": {"type": "string"},
                    "campo": {"type": "string"},
                    "mensagem": {"type": "string"},
                    "severidade": {"type": "string", "enum": ["erro", "aviso"]},
                },
            },
        },
        "nao_verificadas": {"type": "array", "items": {"type": "string"}},
        "mensagem": {"type": "string"},
    },
}
RECORD = {"$ref": "#/components/schemas/Registro"}
PROBLEM = {
    "type": "object",
    "description": "O que houve e como resolver, em português (RFC 9457).",
    "required": ["status", "title", "detail"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEMS = {
    400: "Corpo vazio, ilegível ou compactado com defeito",
    401: "Token ausente ou inválido",
    404: "Não existe nesta entidade",
    409: "Registro já exportado: nada mudou",
    413: "Corpo grande demais",
    415: "Content-Encoding que não é aceito",
    422: "Parâmetro que não vale",
    429: "Acima do limite ou fila cheia; veja Retry-After",
    507: "Sem espaço em disco; nada foi recebido",
}
ANY_ANSWER = {"oneOf": [ANSWER, {"type": "array", "items": ANSWER}]}


def problems(*codes: int) -> dict[int, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problema"}}}
    return {code: {"description": PROBLEMS[code], "content": content} for code in codes}


RESPONSES = {
    200: {"description": "Respostas", "content": {"application/json": {"schema": ANY_ANSWER}}},
    **problems(400, 401, 413, 415, 429),
    409: {"description": PROBLEMS[409], "content": {"application/json": {"schema": ANSWER}}},
}
RECORDS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [RECORD, {"type": "array", "items": RECORD}]},
                "examples": {},
            }
        },
    },
    "responses": RESPONSES,
}
LOT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Um registro por linha; Content-Encoding: gzip é aceito.",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    },
    "responses": {
        202: {
            "description": "Lote guardado; acompanhe em Location",
            "content": {
                "application/json": {
                    "example": {
                        "id": "5f0c6b0e-6f0a-4d0e-9d3b-0c6b2f6f7a11",
                        "situacao": "/api/v1/lotes/5f0c6b0e-6f0a-4d0e-9d3b-0c6b2f6f7a11",
                    }
                }
            },
        },
        **problems(400, 401, 413, 415, 429, 507),
    },
}
LOT: dict[str, Any] = {"responses": {200: {"description": "Contagens e andamento"}, **problems(401, 404)}}
BY_ID: dict[str, Any] = {"responses": {200: {"description": "Encontrado"}, **problems(401, 404, 422)}}
LISTED: dict[str, Any] = {"responses": {200: {"description": "Uma página"}, **problems(401, 422)}}
PROPERTIES = {
    "tipo": {"type": "string"},
    "versao": {"type": "string", "example": CURRENT},
    "uuid": {"type": "string", "minLength": 36, "maxLength": 44},
    "cnes": {"type": "string"},
    "ine": {"type": "string"},
    "ibge": {"type": "string"},
    "ficha": {"type": "object", "description": "Campos com os nomes do LEDI."},
    "contexto": {
        "type": "object",
        "description": "Não vai ao PEC: origem, especialidade, urgencia, clientes…",
    },
}


def record_body(api: NinjaAPI) -> None:
    """Adds the schema of a record, and examples, when the page is first asked for."""
    original = api.get_openapi_schema

    def with_records(**kwargs: Any) -> Any:
        schema = original(**kwargs)
        components = schema.setdefault("components", {}).setdefault("schemas", {})
        components["Problema"] = PROBLEM
        components["Registro"] = {
            "type": "object",
            "required": ["tipo", "versao", "uuid", "cnes", "ibge", "ficha"],
            "properties": PROPERTIES,
        }
        path = next((p for p in schema["paths"] if p.endswith("/v1/registros")), None)
        if path:
            body = schema["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            body["examples"] = examples()
            lots = path.replace("registros", "lotes")
            body = schema["paths"][lots]["post"]["requestBody"]["content"]["application/x-ndjson"]
            body["example"] = "\n".join(json.dumps(e["value"]) for e in list(examples().values())[:2]) + "\n"
        return schema

    api.get_openapi_schema = with_records  # type: ignore[method-assign]


def examples() -> dict[str, Any]:
    """A record of each ficha that every rule takes as it is, in the municipality it is of."""

    return {tipo: {"summary": Tipo(tipo).label, "value": minimal(tipo)} for tipo in TIPOS}
