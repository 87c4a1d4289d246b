"""The stream: deterministic, lazy, all types, plausible, and its valid records valid."""

import json
from collections import Counter
from datetime import UTC, date, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledi.layouts import VERSIONS
from ledi.validation import validate
from ledi_gerador import DOZE, HOJE, TIPOS, build, competencias_antes, gerar
from ledi_gerador.pessoas import Cidadao

SEMPRE = dict.fromkeys(VERSIONS, date.max)  # no version is past its date


def test_same_seed_same_bytes_and_other_seed_other_bytes() -> None:
    um = json.dumps(list(gerar(semente=4, fichas=200)))
    assert um == json.dumps(list(gerar(semente=4, fichas=200)))
    assert um != json.dumps(list(gerar(semente=5, fichas=200)))


def test_a_million_starts_at_once() -> None:
    assert len(list(islice(gerar(semente=1, fichas=1_000_000), 50))) == 50


@pytest.mark.parametrize("fichas", [0, 1, 13, 6000, 6500])
def test_exactly_as_many_as_asked_with_unique_uuids(fichas: int) -> None:
    uuids = [r["uuid"] for r in gerar(semente=2, fichas=fichas)]
    assert len(uuids) == len(set(uuids)) == fichas


def test_demo_size_has_every_type_and_covers_the_population() -> None:
    registros = list(gerar(semente=1, fichas=6000, erros=0))
    conta = Counter(r["tipo"] for r in registros)
    assert set(conta) == set(DOZE)
    assert conta.most_common(1)[0][0] == "FVD" and min(conta.values()) > 10
    cadastrados = {r["uuid"] for r in registros if r["tipo"] == "FCI" and not r["ficha"]["fichaAtualizada"]}
    assert len(cadastrados) > 1200
    origens = Counter(r["contexto"]["origem"] for r in registros)
    assert 0.02 < origens["app"] / 6000 < 0.06
    assert any(r["contexto"]["urgencia"] for r in registros)
    assert any(r["contexto"]["especialidade"] == "Cardiologia" for r in registros)


def test_dates_are_working_days_of_the_months_asked() -> None:
    for registro in gerar(semente=3, fichas=300, erros=0, competencias=("202607", "202611")):
        topo = registro["ficha"]["headerTransport"]
        valor = topo["dataAtendimento"]
        dia = (
            date.fromisoformat(valor)
            if isinstance(valor, str)
            else datetime.fromtimestamp(valor / 1000, UTC).date()
        )
        assert dia < HOJE and dia.weekday() < 5 and (dia.year, dia.month) in ((2026, 7), (2026, 11))


def test_default_months_are_the_three_before_today() -> None:
    assert competencias_antes(date(2026, 11, 24)) == ("202608", "202609", "202610")
    assert competencias_antes(date(2027, 1, 5)) == ("202610", "202611", "202612")


def test_month_without_a_working_day_and_unknown_type_are_refused() -> None:
    with pytest.raises(ValueError, match="202612"):
        gerar(semente=1, fichas=1, competencias=("202612",))
    with pytest.raises(ValueError, match="XYZ"):
        gerar(semente=1, fichas=1, tipos=("XYZ",))


def test_records_carry_no_mark_of_their_mistake() -> None:
    certos, errados = (list(gerar(semente=9, fichas=400, erros=e)) for e in (0.0, 1.0))
    chaves = {frozenset(r) | frozenset(r["contexto"]) for r in certos}
    assert {frozenset(r) | frozenset(r["contexto"]) for r in errados} <= chaves


def test_clients_stand_by_position() -> None:
    for registro in gerar(semente=6, fichas=300, erros=0, tipos=("FP", "FAI")):
        filhos = registro["ficha"].get(
            "atendProcedimentos", registro["ficha"].get("atendimentosIndividuais", [])
        )
        clientes = registro["contexto"]["clientes"]
        assert len(filhos) == len(clientes)
        for filho, cliente in zip(filhos, clientes, strict=True):
            if cliente:
                assert filho["sexo"] == cliente["sexo"]
                assert filho.get("cpfCidadao") == cliente.get("cpf")
            else:  # attended, not identified
                assert not {"cpfCidadao", "cnsCidadao", "numProntuario"} & filho.keys()


@settings(max_examples=25, deadline=None)
@given(semente=st.integers(0, 2**31), hoje=st.dates(date(2026, 7, 1), date(2028, 12, 31)))
def test_any_seed_on_any_day_is_valid(semente: int, hoje: date) -> None:
    for registro in gerar(semente=semente, fichas=30, hoje=hoje, tipos=TIPOS, erros=0):
        assert [(f.code, f.path) for f in validate(registro, hoje=hoje, validades=SEMPRE).findings] == [], (
            registro
        )


@pytest.mark.parametrize("tipo", TIPOS)
@pytest.mark.parametrize("semente", [1, 77])
def test_valid_records_yield_no_finding(tipo: str, semente: int) -> None:
    for registro in gerar(semente=semente, fichas=150, tipos=(tipo,), erros=0):
        relatorio = validate(registro, hoje=HOJE)
        assert [(f.code, f.path) for f in relatorio.findings] == [], registro
        assert relatorio.situacao == "processada"


def test_population_is_plausible() -> None:
    municipio = build(1)
    cidadaos = list(municipio.cidadaos)
    assert len(municipio.unidades) == 3 and len(municipio.profissionais) == 28
    assert 1500 <= len(cidadaos) < 1510
    assert len({c.cns for c in cidadaos}) == len(cidadaos)
    assert len({c.cpf for c in cidadaos if c.cpf}) == sum(1 for c in cidadaos if c.cpf)
    assert all(_coerente(c) for c in cidadaos)


def _coerente(c: Cidadao) -> bool:
    """Nobody is pregnant who cannot be, has no reason for no CPF who has one, or is older than possible."""
    return (
        (c.dum is None or (c.sexo == 1 and 15 <= c.idade(HOJE) <= 45))
        and (c.cpf is None) == (c.justificativa is not None)
        and 0 <= c.idade(HOJE) < 105
    )
