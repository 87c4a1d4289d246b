"""What the OpenAPI page says of the way back."""

from typing import Any

from saude.fichas.desfechos import Resultado
from saude.recebimento.contrato import (
    COMPONENTS,
    HEADERS,
    MOMENT,
    NUMBER,
    PAGE,
    TEXT,
    TEXT_OR_NONE,
    closed,
    listed,
    one_of,
    ref,
)
from saude.recebimento.openapi import SENDING, answered, got, problems
from saude.registro.tipos import Tipo
from saude.retorno.models import Desfecho, Relatorio

LOCATION = {
    "headers": HEADERS
    | {"Location": {"schema": {"type": "string"}, "description": "Onde está a situação do relatório."}}
}
FILES = ("application/octet-stream",)
SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "O arquivo como foi baixado (CSV ou XLSX), até 256 MB; o nome e o tipo não importam.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in FILES},
    },
    "responses": {
        200: answered(ref("Relatorio"), "Lido e registrado") | LOCATION,
        202: answered(ref("Relatorio"), "Guardado; é lido em segundo plano") | LOCATION,
        **problems(*SENDING, 422),
    },
}
REPORT = got("Relatorio", "Situação e contas", 404)
ANSWERS = got("PaginaDeRetornos", "Uma página", 422)

COMPONENTS.update(
    {
        "Relatorio": closed(
            "Um relatório enviado: o que é e o que trouxe.",
            {
                "id": TEXT | {"format": "uuid"},
                "formato": TEXT_OR_NONE
                | {"description": "Um dos de `ledi retorno`; null enquanto não lido."},
                "estado": one_of(Relatorio.Estado.values),
                "ja_enviado": {
                    "type": "boolean",
                    "description": "O mesmo arquivo já estava aqui: nada mudou.",
                },
                "linhas": NUMBER,
                "registradas": NUMBER | {"description": "Linhas de fichas exportadas daqui."},
                "recusadas": NUMBER,
                "repetidas": NUMBER,
                "alheias": NUMBER | {"description": "uuids que não são desta entidade."},
                "nao_exportadas": NUMBER | {"description": "uuids daqui que nunca foram exportados."},
                "avisos": {"type": "array", "items": TEXT},
                "erro": TEXT,
            },
        ),
        "MensagemDoPec": closed(
            "O que o PEC disse, com todo número de 11 ou mais dígitos trocado por [número].",
            {
                "campo": TEXT_OR_NONE | {"description": "Campo do LEDI que a mensagem cita, se cita algum."},
                "mensagem": TEXT,
            },
        ),
        "Retorno": closed(
            "Uma resposta do PEC sobre um registro.",
            {
                "posicao": NUMBER,
                "uuid": TEXT,
                "tipo": one_of(Tipo.values),
                "resultado": one_of(Resultado.values),
                "fonte": one_of(Desfecho.Fonte.values),
                "lote": TEXT_OR_NONE,
                "data": {"type": ["string", "null"], "format": "date"},
                "mensagens": listed("MensagemDoPec"),
                "desfeito": {
                    "type": "boolean",
                    "description": "Esta resposta já não vale: o relatório foi desfeito.",
                },
                "em": MOMENT,
            },
        ),
        "PaginaDeRetornos": closed("Respostas do PEC.", {"retornos": listed("Retorno"), **PAGE}),
    }
)
