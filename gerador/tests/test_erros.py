"""Each catalogued mistake yields its one code, on real records of its types."""

from random import Random
from typing import Any

import pytest

from ledi.referencias.memory import load
from ledi.validation import validate
from ledi_gerador import (
    ERROS,
    ERROS_CONTEXTO,
    HOJE,
    TIPOS,
    Erro,
    ErroContexto,
    build,
    cnes_writer,
    gerar,
    sigtap_writer,
)

SEMENTE, TENTATIVAS = 12, 3
MUNICIPIO = build(1)


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


@pytest.fixture(scope="module")
def tabelas(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The municipality's own CNES and the small SIGTAP, of the first month of the fichas."""
    pasta = tmp_path_factory.mktemp("tabelas")
    cnes_writer.write(MUNICIPIO, pasta / "cnes.xml", data=HOJE)
    meses = [sigtap_writer.write(MUNICIPIO, pasta, mes) for mes in ("202608", "202609", "202610")]
    return load(tabelas=meses, cnes=pasta / "cnes.xml", ibge=MUNICIPIO.ibge)


@pytest.mark.parametrize("erro", ERROS_CONTEXTO, ids=lambda e: e.nome)
def test_context_mistakes_show_only_against_the_tables(erro: ErroContexto, tabelas: Any) -> None:
    rng, feitos = Random(1), 0
    for tipo in erro.tipos:
        for registro in gerar(semente=11, fichas=200, tipos=(tipo,), erros=0, municipio=MUNICIPIO):
            if erro.muta(registro, rng, MUNICIPIO):
                feitos += 1
                assert [f.code for f in validate(registro, hoje=HOJE).findings] == [], registro
                achados = {f.code for f in validate(registro, hoje=HOJE, tabelas=tabelas).findings}
                assert achados == ({erro.codigo} if erro.codigo else set()), registro
                break
    assert feitos


@pytest.mark.parametrize("tipo", TIPOS)
def test_valid_records_yield_no_finding_against_the_tables(tipo: str, tabelas: Any) -> None:
    for registro in gerar(semente=21, fichas=150, tipos=(tipo,), erros=0, municipio=MUNICIPIO):
        assert [(f.code, f.path) for f in validate(registro, hoje=HOJE, tabelas=tabelas).findings] == [], (
            registro
        )
