"""The schemas of what the agents' API answers, for its OpenAPI page. The tests hold every answer against them."""

from typing import Any

TEXT, NUMBER, YES = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
TEXT_OR_NONE = {"type": ["string", "null"]}
PHRASES = {"type": "array", "items": TEXT}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    """`required`: names, separated by spaces."""
    return {"type": "object", "required": required.split(), "properties": properties}


NOTICES = {
    "servidor_em": NUMBER | {"description": "Relógio do servidor, ms desde 1970."},
    "relogio": _object("desvio_segundos mensagem", desvio_segundos=NUMBER, mensagem=TEXT),
    "atualizar": _object(
        "codigo minima atual mensagem", codigo=NUMBER, minima=TEXT, atual=TEXT, mensagem=TEXT
    ),
}
PROFILE = _object(
    "aparelho profissional cbo estabelecimento equipe microarea municipio fuso versao_ledi",
    aparelho=NUMBER,
    profissional=_object("nome cns", nome=TEXT, cns=TEXT),
    cbo=TEXT,
    estabelecimento=_object("cnes nome", cnes=TEXT, nome=TEXT),
    equipe=_object("ine nome", ine=TEXT, nome=TEXT) | {"type": ["object", "null"]},
    microarea=TEXT,
    municipio=_object("ibge nome uf", ibge=TEXT, nome=TEXT, uf=TEXT),
    fuso=TEXT,
    versao_ledi=TEXT,
    chave=_object("id publica", id=TEXT, publica=TEXT)
    | {
        "description": "Chave pública da entidade (RSA, SPKI em base64): cifra a chave dos dados do aparelho."
    },
)
SUMMARY = {
    "type": "object",
    "description": "Quantos registros do agente há em cada situação.",
    "additionalProperties": NUMBER,
}
ITEM = _object(
    "chave",
    chave=TEXT
    | {"description": "`domicilio:`, `cidadao:`, `retorno:`, `formulario:` ou `lista:` e o identificador."},
    dado={"type": "object", "description": "O item inteiro; ausente quando `removido`."},
    removido=YES,
)
OUTCOME = _object(
    "posicao uuid aceito status situacao",
    posicao=NUMBER,
    uuid=TEXT_OR_NONE,
    aceito=YES,
    status=TEXT,
    situacao=TEXT,
    revisao=NUMBER,
    avisos=PHRASES,
    motivos={"type": "array", "items": _object("campo mensagem", campo=TEXT, mensagem=TEXT)},
)

REGISTERED = _object("token perfil servidor_em", token=TEXT, perfil=PROFILE, aviso=TEXT, **NOTICES)
PULLED = _object(
    "itens cursor fim recomecar resumo servidor_em",
    itens={"type": "array", "items": ITEM},
    cursor=TEXT | {"description": "Peça com ele a página seguinte, ou o que mudar depois."},
    fim=YES | {"description": "Não há mais página agora."},
    recomecar=YES | {"description": "O aparelho esquece o que tinha antes desta página."},
    resumo=SUMMARY,
    **NOTICES,
)
PUSHED = _object(
    "lote registros aceitos recusados repetido servidor_em",
    lote=TEXT,
    registros={"type": "array", "items": OUTCOME},
    aceitos=NUMBER,
    recusados=NUMBER,
    repetido=YES | {"description": "O mesmo lote já tinha chegado: é a mesma resposta."},
    **NOTICES,
)
STATE = _object("perfil resumo servidor_em", perfil=PROFILE, resumo=SUMMARY, **NOTICES)
KEY_ASKED = _object(
    "pedido numero servidor_em",
    pedido=TEXT | {"description": "Segredo do pedido, dito uma vez."},
    numero=TEXT | {"description": "Seis algarismos: o agente os diz a quem permite."},
    **NOTICES,
)
KEY_ANSWERED = _object(
    "situacao servidor_em",
    situacao={"type": "string", "enum": ["esperando", "permitido", "recusado", "vencido"]},
    chave=TEXT | {"description": "Se permitido: a chave dos dados, cifrada com a chave efêmera do pedido."},
    **NOTICES,
)
KEY_DONE = _object("concluido servidor_em", concluido=YES, **NOTICES)
LEFT = _object("saiu servidor_em", saiu=YES, **NOTICES)
