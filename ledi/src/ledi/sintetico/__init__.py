"""Deterministic, fictitious production of a fictitious municipality: demo, tests and benchmarks."""

from ledi.sintetico.erros import ERROS, Erro
from ledi.sintetico.erros_contexto import ERROS_CONTEXTO, ErroContexto
from ledi.sintetico.gerador import DOZE, competencias_antes, gerar
from ledi.sintetico.minimos import TIPOS, minimal
from ledi.sintetico.municipio import HOJE, Municipio, build

__all__ = [
    "DOZE",
    "ERROS",
    "ERROS_CONTEXTO",
    "HOJE",
    "TIPOS",
    "Erro",
    "ErroContexto",
    "Municipio",
    "build",
    "competencias_antes",
    "gerar",
    "minimal",
]
