"""Anything may arrive in a record: findings or a clear refusal, never an exception."""

from __future__ import annotations

import copy
import math
import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_cases.harness import TODAY, apply

from ledi import CURRENT, validate
from ledi.layouts import TIPOS
from ledi_gerador.minimos import minimal


def codes(record, **options) -> list[str]:
    return [finding.code for finding in validate(record, hoje=TODAY, **options).findings]


def changed(path: str, value: object, tipo: str = "FVD") -> dict:
    record = copy.deepcopy(minimal(tipo))
    apply(record, path, value)
    return record


@pytest.mark.parametrize("tipo", TIPOS)
def test_minimal_records_are_clean(tipo):
    report = validate(minimal(tipo), hoje=TODAY)
    assert (report.situacao, report.findings, report.crashed) == ("processada", (), ())
    assert report.wire == minimal(tipo)["ficha"]


@pytest.mark.parametrize("record", [None, 1, "x", [], [1], True, math.nan])
def test_a_record_that_is_no_object(record):
    assert codes(record) == ["REGISTRO-json-tipo"]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("tipo", "XXX", "REGISTRO-tipo-dominio"),
        ("tipo", None, "REGISTRO-tipo-dominio"),
        ("tipo", [], "REGISTRO-tipo-dominio"),
        ("versao", None, "REGISTRO-versao-obrigatorio"),
        ("versao", "oito", "REGISTRO-versao-formato"),
        ("versao", 8, "REGISTRO-versao-formato"),
        ("versao", "9.7.0", "COMMON-VERSAO-001-1"),
        ("versao", CURRENT.partition(".")[0] + ".99.0", "COMMON-VERSAO-002-1"),
        ("versao", CURRENT.rpartition(".")[0] + ".99", "COMMON-VERSAO-003-1"),
        ("ficha", [], "REGISTRO-ficha-tipo"),
        ("ficha", None, "REGISTRO-ficha-tipo"),
        ("extra", 1, "REGISTRO-extra-desconhecido"),
    ],
)
def test_envelope_keys(key, value, code):
    assert codes({**minimal("FVD"), key: value}) == [code]


def test_envelope_fields_are_checked_once():
    assert codes({**minimal("FVD"), "cnes": None}) == [
        "HEADER-U-003-1",
        "TRANSPORTE-DadoTransporteThrift-cnesDadoSerializado-obrigatorio",
    ]
    record = changed("headerTransport.cnes", "123")
    assert codes({**record, "cnes": "123"}) == ["FVD-UnicaLotacaoHeaderThrift-cnes-minimo"]


def test_unknown_field_names_the_nearest():
    report = validate(changed("visitasDomiciliares[0].temperatur", 36.5), hoje=TODAY)
    (finding,) = report.findings
    assert finding.code == "FVD-FichaVisitaDomiciliarChildThrift-temperatur-desconhecido"
    assert "temperatura" in finding.message
    assert report.wire is None


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (
            "visitasDomiciliares[0].temperatura",
            math.nan,
            "FVD-FichaVisitaDomiciliarChildThrift-temperatura-tipo",
        ),
        (
            "visitasDomiciliares[0].temperatura",
            math.inf,
            "FVD-FichaVisitaDomiciliarChildThrift-temperatura-tipo",
        ),
        (
            "visitasDomiciliares[0].temperatura",
            "36,5",
            "FVD-FichaVisitaDomiciliarChildThrift-temperatura-tipo",
        ),
        (
            "visitasDomiciliares[0].temperatura",
            10**400,
            "FVD-FichaVisitaDomiciliarChildThrift-temperatura-tipo",
        ),
        ("visitasDomiciliares[0].turno", True, "FVD-FichaVisitaDomiciliarChildThrift-turno-tipo"),
        ("visitasDomiciliares[0].turno", 1.5, "FVD-FichaVisitaDomiciliarChildThrift-turno-tipo"),
        ("visitasDomiciliares[0].stForaArea", 0, "FVD-FichaVisitaDomiciliarChildThrift-stForaArea-tipo"),
        (
            "visitasDomiciliares[0].numProntuario",
            "a\x00b",
            "FVD-FichaVisitaDomiciliarChildThrift-numProntuario-formato",
        ),
        (
            "visitasDomiciliares[0].numProntuario",
            "x" * 10_000_000,
            "FVD-FichaVisitaDomiciliarChildThrift-numProntuario-maximo",
        ),
        (
            "visitasDomiciliares[0].numProntuario",
            "\ud800",
            "FVD-FichaVisitaDomiciliarChildThrift-numProntuario-formato",
        ),
        (
            "visitasDomiciliares[0].motivosVisita",
            {"a": 1},
            "FVD-FichaVisitaDomiciliarChildThrift-motivosVisita-tipo",
        ),
        (
            "visitasDomiciliares[0].motivosVisita",
            [None],
            "FVD-FichaVisitaDomiciliarChildThrift-motivosVisita-tipo",
        ),
        ("headerTransport", [], "FVD-FichaVisitaDomiciliarMasterThrift-headerTransport-tipo"),
        (
            "headerTransport.dataAtendimento",
            "15/09/2026",
            "FVD-UnicaLotacaoHeaderThrift-dataAtendimento-formato",
        ),
        ("headerTransport.dataAtendimento", 10**18, "FVD-UnicaLotacaoHeaderThrift-dataAtendimento-formato"),
        ("visitasDomiciliares", [[]], "FVD-FichaVisitaDomiciliarMasterThrift-visitasDomiciliares-tipo"),
    ],
)
def test_wrong_values_are_findings_of_their_field(path, value, code):
    found = codes(changed(path, value))
    assert code in found
    assert not any(other.endswith("-desconhecido") for other in found)


def test_dates_come_as_text_or_epoch():
    record = changed("headerTransport.dataAtendimento", "2026-09-15")
    report = validate(record, hoje=TODAY)
    assert report.situacao == "processada"
    assert report.wire["headerTransport"]["dataAtendimento"] == 1789448400000
    moment = validate(changed("headerTransport.dataAtendimento", "2026-09-15T08:30:00"), hoje=TODAY)
    assert moment.wire["headerTransport"]["dataAtendimento"] == 1789471800000
    exact = validate(changed("headerTransport.dataAtendimento", 1789471800123), hoje=TODAY)
    assert exact.wire["headerTransport"]["dataAtendimento"] == 1789471800123


def test_null_is_absence():
    report = validate(changed("visitasDomiciliares[0].temperatura", None), hoje=TODAY)
    assert report.situacao == "processada"
    assert "temperatura" not in report.wire["visitasDomiciliares"][0]


def test_context_is_not_looked_at():
    assert codes({**minimal("FVD"), "contexto": {"qualquer": [1, 2, {"coisa": None}]}}) == []


def test_without_today_the_rules_of_now_are_unverified():
    report = validate(minimal("FVD"))
    assert report.situacao == "processada"
    assert "HEADER-U-005-1" in report.unverified


def test_a_huge_list_is_refused_in_linear_time():
    record = changed("visitasDomiciliares", minimal("FVD")["ficha"]["visitasDomiciliares"] * 100_000)
    start = time.perf_counter()
    found = codes(record)
    assert "FVD-FichaVisitaDomiciliarMasterThrift-visitasDomiciliares-maximo" in found
    assert time.perf_counter() - start < 60


def test_a_crashed_rule_leaves_the_record_pendente(monkeypatch):
    from ledi.rules import registry
    from ledi.rules.checks import Custom
    from ledi.rules.model import Rule

    def crash(value, node, env):
        raise RuntimeError("defeito")

    broken = Rule("FVD-001-e1", "visitasDomiciliares[]", "turno", Custom(crash, "Regra com defeito."))
    rules = tuple(rule for rule in registry.all_rules("FVD") if rule.code != "FVD-001-e1")
    monkeypatch.setattr(registry, "all_rules", lambda tipo: (*rules, broken))
    registry.plan.cache_clear()
    try:
        report = validate(minimal("FVD"), hoje=TODAY)
    finally:
        registry.plan.cache_clear()
    assert (report.situacao, report.crashed) == ("pendente", ("FVD-001-e1",))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def places(node, path=()):
    """Every place of a JSON value."""
    yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from places(value, (*path, index))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tipo=st.sampled_from(TIPOS), data=st.data())
def test_random_mutations_never_crash(tipo, data):
    record = copy.deepcopy(minimal(tipo))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(places(record["ficha"]), key=repr)))
        value = data.draw(JSON)
        if not path:
            record["ficha"] = value
            break
        target = record["ficha"]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value
    report = validate(record, hoje=date(2026, 11, 24))
    assert report.crashed == ()
    assert report.situacao in ("processada", "inconsistente")


def test_an_absurd_uuid_is_not_repeated_whole():
    report = validate({**minimal("FVD"), "uuid": "a" * 10_000_000}, hoje=TODAY)
    assert report.uuid == "a" * 44
    assert report.findings[0].code == "TRANSPORTE-DadoTransporteThrift-uuidDadoSerializado-maximo"


def test_a_field_that_is_not_sent_is_never_refused():
    """Documented without an id in the IDL: whatever it has, the record goes on without it."""
    record = minimal("FAD")
    record["ficha"]["atendimentosDomiciliares"][0]["stNaoPossuiCpf"] = "sim"
    report = validate(record)
    assert report.situacao == "processada" and {f.severity for f in report.findings} == {"aviso"}
    assert report.wire is not None
    assert "stNaoPossuiCpf" not in report.wire["atendimentosDomiciliares"][0]
