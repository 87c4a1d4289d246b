"""Deterministic, fictitious production of a fictitious municipality: demo, tests and benchmarks."""

from ledi_gerador.erros import ERROS, Erro
from ledi_gerador.erros_contexto import ERROS_CONTEXTO, ErroContexto
from ledi_gerador.gerador import DOZE, competencias_antes, gerar
from ledi_gerador.minimos import TIPOS, minimal
from ledi_gerador.municipio import HOJE, Municipio, build

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
