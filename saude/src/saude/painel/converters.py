"""Path converters of the addresses that are a contract: /exportacao/<AAAAMM>/<situação>/."""

from django.urls import register_converter

from saude.comum.competencia import Competencia
from saude.fichas.situacoes import Situacao

#: name in the address -> situation
SITUACOES = {
    "processados": Situacao.PROCESSADA,
    "inconsistencias": Situacao.INCONSISTENTE,
    "pendencias": Situacao.PENDENTE,
    "exportados": Situacao.EXPORTADA,
}


class SituacaoDoPainel(Competencia):
    regex = "|".join(SITUACOES)


def register() -> None:
    register_converter(Competencia, "competencia")
    register_converter(SituacaoDoPainel, "situacao")
