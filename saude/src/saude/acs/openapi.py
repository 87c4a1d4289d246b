"""What the OpenAPI page says of the protocol's bodies."""

from typing import Any

from saude.acs import respostas

PROBLEM = {
    400: {"description": "Envio ilegível ou cortado: guardado, nada recebido; envie de novo"},
    401: {"description": "Acesso inválido ou revogado (veja `codigo`)"},
    409: {"description": "Aparelho duplicado, ou número de lote usado com outro conteúdo"},
    413: {"description": "Grande demais"},
    429: {"description": "Muitos códigos errados; veja Retry-After"},
}
DEVICE_HEADERS = [
    {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string"},
        "description": text,
    }
    for name, required, text in (
        ("X-Instalacao", True, "Identificador da instalação, o mesmo do registro."),
        ("X-App-Versao", False, "Versão do aplicativo."),
        ("X-Hora-Aparelho", False, "Relógio do aparelho, em milissegundos desde 1970."),
    )
]


def _says(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


REGISTER: dict[str, Any] = {"responses": {201: _says("Token e perfil", respostas.REGISTERED), **PROBLEM}}
PULL: dict[str, Any] = {
    "parameters": DEVICE_HEADERS,
    "responses": {200: _says("Uma página", respostas.PULLED), **PROBLEM},
}
STATE: dict[str, Any] = {
    "parameters": DEVICE_HEADERS,
    "responses": {200: _says("Perfil, e quantos registros em cada situação", respostas.STATE), **PROBLEM},
}
LEAVE: dict[str, Any] = {
    "parameters": DEVICE_HEADERS,
    "responses": {200: _says("Acesso encerrado", respostas.LEFT), **PROBLEM},
}
_UNKNOWN = {404: {"description": "Aparelho ou pedido que este servidor não conhece"}, 429: PROBLEM[429]}
ASKED: dict[str, Any] = {
    "responses": {
        201: _says("O pedido, e o número que os dois lados mostram", respostas.KEY_ASKED),
        **_UNKNOWN,
    }
}
ANSWERED: dict[str, Any] = {
    "responses": {200: _says("O que foi decidido", respostas.KEY_ANSWERED), **_UNKNOWN}
}
DONE: dict[str, Any] = {
    "responses": {200: _says("Nada da chave fica no servidor", respostas.KEY_DONE), **_UNKNOWN}
}
PUSH: dict[str, Any] = {
    "parameters": DEVICE_HEADERS,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["registros"],
                    "properties": {
                        "versao_app": {"type": "string"},
                        "hora_aparelho": {"type": "number", "description": "ms desde 1970"},
                        "restam": {"type": "integer", "description": "Por enviar depois deste lote."},
                        "registros": {
                            "type": "array",
                            "maxItems": 50,
                            "items": {
                                "type": "object",
                                "required": ["tipo", "versao", "uuid", "ficha"],
                                "properties": {
                                    "tipo": {"type": "string", "enum": ["FVD", "FCI", "FCD"]},
                                    "versao": {"type": "string"},
                                    "uuid": {"type": "string"},
                                    "revisao_base": {"type": "integer"},
                                    "manter": {"type": "array", "items": {"type": "string"}},
                                    "ficha": {"type": "object"},
                                    "contexto": {"type": "object"},
                                },
                            },
                        },
                    },
                }
            }
        },
    },
    "responses": {200: _says("Uma resposta por registro", respostas.PUSHED), **PROBLEM},
}
