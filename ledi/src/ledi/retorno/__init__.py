"""The way back: reports that the PEC, SISAB and SIAPS give of what was sent, read as a stream."""

from ledi.retorno.base import Motivo, Refused, Retorno
from ledi.retorno.fields import deepest, ficha_of, fields_named
from ledi.retorno.reader import FORMATOS, document, open_retorno, refusal

__all__ = [
    "FORMATOS",
    "Motivo",
    "Refused",
    "Retorno",
    "deepest",
    "document",
    "ficha_of",
    "fields_named",
    "open_retorno",
    "refusal",
]
