"""Each catalogued mistake yields its one code, on real records of its types."""

from random import Random
from typing import Any

import pytest

from ledi.sintetico import ERROS, ERROS_CONTEXTO, HOJE, TIPOS, Erro, build, gerar
from ledi.validation import validate

SEMENTE, TENTATIVAS = 12, 3


def _estragados(erro: Erro, tipo: str, quantos: int) -> list[dict[str, Any]]:
    rng = Random(erro.nome)
    achados: list[dict[str, Any]] = []
    for registro in gerar(semente=SEMENTE, fichas=1500, tipos=(tipo,), erros=0):
        # ISO dates are for variety only: the mutations work on instants
        if isinstance(registro["ficha"]["headerTransport"]["dataAtendimento"], int) and erro.muta(
            registro, rng
        ):
            achados.append(registro)
            if len(achados) == quantos:
                break
    return achados


@pytest.mark.parametrize(
    ("erro", "tipo"),
    [pytest.param(e, t, id=f"{t} {e.codigo}") for e in ERROS for t in e.tipos],
)
def test_mistake_yields_exactly_its_code(erro: Erro, tipo: str) -> None:
    estragados = _estragados(erro, tipo, TENTATIVAS)
    assert estragados, "no valid record of this type fits the mistake"
    for registro in estragados:
        codigos = {f.code for f in validate(registro, hoje=HOJE).findings if f.severity == "erro"}
        assert codigos == {erro.codigo}, registro


def test_catalogue_covers_every_type_with_thirty_kinds() -> None:
    assert {t for e in ERROS for t in e.tipos} == set(TIPOS) - {"FCC"}
    assert len({e.nome for e in ERROS}) >= 30


def test_answer_sheet_says_what_is_wrong() -> None:
    com = list(gerar(semente=8, fichas=300, erros=0.5, com_gabarito=True))
    errados = [c for _, c in com if c]
    assert 100 < len(errados) < 200
    assert {c for cs in errados for c in cs} <= {e.codigo for e in ERROS}


@pytest.mark.parametrize("erro", ERROS_CONTEXTO, ids=lambda e: e.nome)
def test_context_mistakes_satisfy_the_layout(erro: Any) -> None:
    municipio, rng, feitos = build(1), Random(1), 0
    for tipo in erro.tipos:
        for registro in gerar(semente=11, fichas=200, tipos=(tipo,), erros=0, municipio=municipio):
            if erro.muta(registro, rng, municipio):
                feitos += 1
                assert [f.code for f in validate(registro, hoje=HOJE).findings] == [], registro
                break
    assert feitos
