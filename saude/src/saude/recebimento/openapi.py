"""What the OpenAPI page says of the bodies: schemas from the layouts, an example of each ficha."""

import json
from typing import Any

from ninja import NinjaAPI

from saude.fichas.models import Tipo

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
RESPONSES = {
    200: {"description": "Respostas", "content": {"application/json": {"schema": ANSWER}}},
    400: {"description": "Corpo ilegível"},
    401: {"description": "Token ausente ou inválido"},
    409: {"description": "Registro já exportado"},
    413: {"description": "Corpo grande demais"},
    429: {"description": "Acima do limite; veja Retry-After"},
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
        400: {"description": "Corpo vazio ou gzip truncado"},
        413: {"description": "Corpo grande demais"},
        429: {"description": "Fila cheia ou limite do token; veja Retry-After"},
    },
}
LOT: dict[str, Any] = {"responses": {200: {"description": "Contagens e andamento"}}}
PROPERTIES = {
    "tipo": {"type": "string"},
    "versao": {"type": "string", "example": "8.7.0"},
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
    from ledi.sintetico import TIPOS, minimal

    return {tipo: {"summary": Tipo(tipo).label, "value": minimal(tipo)} for tipo in TIPOS}
