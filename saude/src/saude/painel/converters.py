"""Path converters of the addresses that are a contract: /exportacao/<AAAAMM>/<situação>/."""

from django.urls import register_converter

from saude.comum.competencia import SEM_DATA, Competencia
from saude.fichas.situacoes import Situacao

#: name in the address -> situation
SITUACOES = {
    "processados": Situacao.PROCESSADA,
    "inconsistencias": Situacao.INCONSISTENTE,
    "pendencias": Situacao.PENDENTE,
    "exportados": Situacao.EXPORTADA,
}
NOME_SEM_DATA = "sem-data"


class SituacaoDoPainel(Competencia):
    regex = "|".join(SITUACOES)


class CompetenciaDoPainel(Competencia):
    """Also the fichas without a date, which the panel shows apart."""

    regex = rf"{Competencia.regex}|{NOME_SEM_DATA}"

    def to_python(self, value: str) -> str:
        return SEM_DATA if value == NOME_SEM_DATA else value

    def to_url(self, value: str) -> str:
        return NOME_SEM_DATA if value == SEM_DATA else value


def register() -> None:
    register_converter(CompetenciaDoPainel, "competencia")
    register_converter(SituacaoDoPainel, "situacao")
