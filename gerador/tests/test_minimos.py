"""The minimal records are the ground every rule test stands on."""

import json

import pytest

from ledi_gerador import TIPOS, minimal
from ledi_gerador.minimos import CAMPO_UUID


@pytest.mark.parametrize("tipo", TIPOS)
def test_envelope_repeats_what_the_ficha_says(tipo: str) -> None:
    registro = minimal(tipo)
    ficha = registro["ficha"]
    cabecalho = ficha.get("headerTransport", ficha.get("lotacaoEvolucao"))
    lotacao = cabecalho.get("lotacaoFormPrincipal", cabecalho)
    assert registro["uuid"] == ficha[CAMPO_UUID[tipo]]
    assert (registro["cnes"], registro["ine"]) == (lotacao["cnes"], lotacao["ine"])
    assert registro["ibge"] == cabecalho["codigoIbgeMunicipio"]


def test_each_call_gives_a_fresh_equal_record() -> None:
    for tipo in TIPOS:
        primeiro = minimal(tipo)
        antes = json.dumps(primeiro)
        primeiro["ficha"].clear()
        assert json.dumps(minimal(tipo)) == antes


def test_thirteen_types_with_their_own_uuid() -> None:
    assert len(TIPOS) == 13
    assert len({minimal(t)["uuid"] for t in TIPOS}) == 13
