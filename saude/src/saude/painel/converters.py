"""Path converters of the addresses that are a contract: /exportacao/<AAAAMM>/<situação>/."""

from django.urls import register_converter

from saude.fichas.situacoes import Situacao

#: name in the address -> situation
SITUACOES = {
    "processados": Situacao.PROCESSADA,
    "inconsistencias": Situacao.INCONSISTENTE,
    "pendencias": Situacao.PENDENTE,
    "exportados": Situacao.EXPORTADA,
}


class Competencia:
    regex = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])"  # years whose neighbours are dates too

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class SituacaoDoPainel(Competencia):
    regex = "|".join(SITUACOES)


def register() -> None:
    register_converter(Competencia, "competencia")
    register_converter(SituacaoDoPainel, "situacao")
