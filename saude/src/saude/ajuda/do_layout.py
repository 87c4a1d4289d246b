"""Codes without a page of their own: those that come of the layout, field by field, and the system's own checks."""

import re
from functools import cache

from ledi.catalog import facets

OWN = ("REGISTRO-", "PLANILHA-", "ACS-")
MEND = {
    "obrigatorio": "Preencha o campo.",
    "tipo": "Escreva o valor na forma que o campo toma: número, texto, data ou sim e não.",
    "minimo": "Complete o valor: ele é curto ou pequeno demais.",
    "maximo": "Encurte ou diminua o valor: ele passa do que o e-SUS aceita.",
    "dominio": "Escolha um dos valores da lista do campo.",
    "formato": "Confira os algarismos: o valor não tem a forma do documento ou do código.",
    "desconhecido": "O campo não existe nesta ficha: quem fez o registro deve tirá-lo ou conferir o nome.",
    "sem_id": "O campo ainda não vai ao e-SUS; nada precisa ser feito.",
    "duvida": "Confira o valor: ele é aceito e é improvável.",
}
_FIELD = re.compile(r"[A-Z]{2,10}-\w+-\w+")


@cache
def _texts() -> dict[str, str]:
    return {code: text for code, _path, text in facets()}


def page_of(codigo: str) -> str:
    """What it asks, why and how to mend it; "" where the code is of neither."""
    stem, _, facet = codigo.rpartition("-")
    if codigo.startswith(OWN):
        return (
            "**O que pede.** Que o registro possa ser lido, antes de qualquer regra de ficha.\n\n"
            "**Como corrigir.** A mensagem ao lado do código diz o que foi achado e o que fazer; o registro vem de "
            "outro sistema ou de uma planilha, e é lá que se corrige."
        )
    if facet not in MEND or not _FIELD.fullmatch(stem):
        return ""
    asked = _texts().get(codigo, "O valor do campo é um que o e-SUS lê.")
    return (
        f"**O que pede.** {asked}\n\n"
        "**Por quê.** É o formato com que o e-SUS lê este campo: uma ficha que não o cumpre seria recusada inteira.\n\n"
        f"**Como corrigir.** {MEND[facet]} A mensagem da ficha diz qual campo é."
    )
