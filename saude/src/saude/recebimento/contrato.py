"""The components of the OpenAPI page (3.1, so JSON Schema 2020-12): what is sent, what comes back.

Written by hand, because the answers are too many to be made and checked by models; tests hold them to the answers.
"""

from collections.abc import Iterable
from typing import Any

from ledi.layouts import CURRENT
from saude.fichas.situacoes import Motivo, Situacao
from saude.inconsistencias.models import Severidade
from saude.recebimento.models import Lote, Registro
from saude.registro.tipos import Tipo

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}


def one_of(values: Iterable[object]) -> Schema:
    return {"type": "string", "enum": [str(v) for v in values]}


def closed(description: str, properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "description": description, "required": required, "properties": properties}


FOUND: dict[str, Schema] = {
    "codigo": TEXT | {"description": "Código da regra, como em docs/regras.md."},
    "campo": TEXT | {"description": "Onde está, por exemplo visitasDomiciliares[0].turno."},
    "mensagem": TEXT | {"description": "O que está errado e como corrigir; nunca um dado do cidadão."},
    "severidade": one_of(Severidade.values),
}
JUDGED: dict[str, Schema] = {
    "situacao": one_of(Situacao.values),
    "inconsistencias": listed("Achado"),
    "nao_verificadas": {
        "type": "array",
        "items": TEXT,
        "description": "Regras que dependem de uma tabela ainda não publicada.",
    },
}
ANSWER: dict[str, Schema] = {
    "posicao": NUMBER | {"description": "A partir de 1."},
    "uuid": TEXT_OR_NONE,
    "status": one_of(Registro.Status.values),
    **JUDGED,
    "mensagem": TEXT | {"description": "Quando há o que explicar."},
}
PROBLEM: dict[str, Schema] = {
    "type": TEXT,
    "title": TEXT,
    "status": NUMBER,
    "detail": TEXT | {"description": "O que houve e como resolver, em português."},
    "codigo": TEXT | {"description": "Uma palavra para programas, em alguns."},
}
PAGE: dict[str, Schema] = {
    "posicao": NUMBER | {"description": "Guarde: o próximo pedido é com apos=<posicao>."},
    "fim": {"type": "boolean", "description": "Não há mais, agora."},
}

COMPONENTS: dict[str, Schema] = {
    "Registro": {
        "type": "object",
        "description": "Um registro; o JSON Schema de cada ficha está em GET /api/v1/esquemas/{tipo}.",
        "required": ["tipo", "versao", "uuid", "cnes", "ibge", "ficha"],
        "properties": {
            "tipo": one_of(Tipo.values),
            "versao": TEXT | {"examples": [CURRENT]},
            "uuid": TEXT | {"minLength": 36, "maxLength": 44},
            "cnes": TEXT,
            "ine": TEXT_OR_NONE,
            "ibge": TEXT,
            "ficha": {
                "type": "object",
                "description": "Campos com os nomes do LEDI.",
                "additionalProperties": True,
            },
            "contexto": {
                "type": "object",
                "description": "Não vai ao PEC: origem, especialidade, urgencia, clientes…",
                "additionalProperties": True,
            },
        },
    },
    "RegistroOuLista": {"oneOf": [ref("Registro"), listed("Registro")]},
    "Achado": closed("Uma inconsistência ou um aviso.", FOUND),
    "Resposta": closed("O que foi feito de um registro.", ANSWER, ("mensagem",)),
    "RespostaOuLista": {"oneOf": [ref("Resposta"), listed("Resposta")]},
    "Problema": closed("O que houve e como resolver (RFC 9457).", PROBLEM, ("codigo",)),
    "ProblemaDeRegistro": closed(
        "O registro já foi exportado, e nada mudou (RFC 9457, com a resposta do registro).",
        PROBLEM | {name: s for name, s in ANSWER.items() if name != "status"},
        ("codigo",),
    ),
    "LoteRecebido": closed(
        "O lote está guardado.",
        {"id": TEXT | {"format": "uuid"}, "situacao": TEXT | {"format": "uri-reference"}},
    ),
    "Lote": closed(
        "Contagens e andamento de um lote.",
        {
            "id": TEXT | {"format": "uuid"},
            "estado": one_of(Lote.Estado.values),
            "recebido_em": MOMENT,
            "concluido_em": MOMENT_OR_NONE,
            "tamanho": NUMBER,
            "sha256": TEXT,
            **dict.fromkeys(("registros", "novos", "iguais", "substituidos", "recusados"), NUMBER),
            **dict.fromkeys(("blocos", "blocos_feitos"), NUMBER),
            "recusas_por_causa": {"type": "object", "additionalProperties": NUMBER},
            "erro": TEXT,
        },
    ),
    "PaginaDeRespostas": closed("Respostas de um lote.", {"respostas": listed("Resposta"), **PAGE}),
    "Inconsistencia": closed(
        "Uma inconsistência aberta, de qualquer registro da entidade.",
        {"posicao": NUMBER, "uuid": TEXT, "tipo": TEXT, **FOUND, "aberta_em": MOMENT},
    ),
    "PaginaDeInconsistencias": closed(
        "Inconsistências abertas.", {"inconsistencias": listed("Inconsistencia"), **PAGE}
    ),
    "RegistroGuardado": closed(
        "Um registro como está aqui, agora.",
        {
            "uuid": TEXT,
            "tipo": one_of(Tipo.values),
            "competencia": TEXT_OR_NONE
            | {"description": "AAAAMM; null: sem data legível, de competência alguma."},
            "situacao": one_of(Situacao.values),
            "motivo_pendencia": TEXT_OR_NONE | {"description": f"Um destes: {', '.join(Motivo.values)}."},
            "revisao": NUMBER,
            "recebida_em": MOMENT,
            "processada_em": MOMENT_OR_NONE,
            "exportada_em": MOMENT_OR_NONE,
            "inconsistencias": listed("Achado"),
            "registro": ref("Registro"),
        },
    ),
    "Esquema": {"type": "object", "description": "JSON Schema 2020-12.", "additionalProperties": True},
}
HEADERS: dict[str, Schema] = {
    "RateLimit-Limit": {"schema": NUMBER, "description": "Pedidos por minuto deste token."},
    "RateLimit-Remaining": {"schema": NUMBER, "description": "Quantos ainda cabem neste minuto."},
    "RateLimit-Reset": {"schema": NUMBER, "description": "Segundos até o próximo minuto."},
}
RETRY: dict[str, Schema] = {"Retry-After": {"schema": NUMBER, "description": "Segundos a esperar."}}
