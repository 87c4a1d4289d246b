"""The edges of the rules of FAI: medicines, referrals by version and CBO, results of exams, days of the attendance."""

from __future__ import annotations

from typing import Any

import pytest
from rule_cases.harness import DELETE, FOREVER, TODAY, Case, build, day
from rule_cases.partes import FRACIONADA, INTERVALO, MEDICAMENTO, UNICA

from ledi import CURRENT, validate
from ledi.tables import closed
from ledi_gerador.minimos import FIM, INICIO

C = "atendimentosIndividuais[0]."
PHYSICIAN, NURSE = "225142", "223565"
CBO = "headerTransport.lotacaoFormPrincipal.cboCodigo_2002"
CID, CIAP = {"hipoteseDiagnosticoCid10": "I10"}, {"hipoteseDiagnosticoCiap2": "K86"}


def codes(change: dict[str, Any], versao: str = CURRENT, **root: Any) -> set[str]:
    whole = {**{C + name: value for name, value in change.items()}, **root}
    report = validate(build(Case("", "FAI", {}, versao=versao), whole), hoje=TODAY, validades=FOREVER)
    assert not report.crashed
    return {finding.code.removeprefix("FAI-") for finding in report.findings}


def medicine(start: dict[str, Any], **change: Any) -> set[str]:
    item = {key: value for key, value in {**start, **change}.items() if value is not DELETE}
    return codes({"medicamentos": [item]})


def test_each_kind_of_frequency_has_its_own_fields():
    by_turn = {**MEDICAMENTO, "doseFrequenciaTipo": 1, "doseFrequencia": "Noite"}
    for good in (MEDICAMENTO, by_turn, UNICA, INTERVALO, FRACIONADA):
        assert medicine(good) == set()
        assert medicine(good, usoContinuo=good is not UNICA) == set()
    for start, number in ((by_turn, "2"), (MEDICAMENTO, "3"), (INTERVALO, "4")):
        assert medicine(start, doseFrequencia=DELETE) == {f"MED-007-{number}"}
    for start in (by_turn, MEDICAMENTO):
        assert medicine(start, doseFrequenciaQuantidade=DELETE) == {"MED-008-3"}
        assert medicine(start, doseFrequenciaUnidadeMedida=DELETE) == {"MED-009-3"}
    assert medicine(MEDICAMENTO, doseFrequenciaTipo=DELETE, doseFrequencia=DELETE,
                    doseFrequenciaQuantidade=DELETE, doseFrequenciaUnidadeMedida=DELETE) == {"MED-006-2"}  # fmt: skip


def test_a_single_dose_takes_nothing_of_the_frequency():
    single = {**MEDICAMENTO, "doseUnica": True}
    numbers = ("006-1", "007-1", "008-1", "009-1", "011-1", "012-1")
    assert medicine(single) == {f"MED-{number}" for number in numbers}
    turns = {**FRACIONADA, "doseUnica": True, "duracaoTratamento": DELETE, "duracaoTratamentoMedida": DELETE}
    assert medicine(turns) == {"MED-006-1", "MED-015-1", "MED-017-1"}


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_two_turns_are_enough_and_one_is_not(kind):
    start = {1: {**MEDICAMENTO, "doseFrequenciaTipo": 1, "doseFrequencia": "Manhã"}, 2: MEDICAMENTO, 3: INTERVALO,
             4: {**FRACIONADA, "qtDoseManha": DELETE, "qtDoseNoite": DELETE}}[kind]  # fmt: skip
    assert medicine(start, qtDoseManha="1", qtDoseTarde="1", dose="2 comprimidos") == set()
    assert medicine(start, qtDoseManha="1", qtDoseTarde="1", qtDoseNoite="1/2", dose="2,5 ml") == set()
    assert medicine(start, qtDoseTarde="1") == {"MED-015-2", "MED-017-2"}
    none = {"MED-015-2", "MED-016-2", "MED-017-2"} if kind == 4 else set()
    assert medicine(start) == none


def test_the_treatment_lasts_longer_than_its_period():
    assert medicine(MEDICAMENTO, duracaoTratamentoMedida=4, duracaoTratamento=DELETE) == set()
    assert medicine(UNICA, duracaoTratamentoMedida=4) == {"MED-012-1"}
    week = {"doseFrequenciaQuantidade": 1, "doseFrequenciaUnidadeMedida": 2}
    assert medicine(MEDICAMENTO, **week, duracaoTratamento=8) == set()
    assert medicine(MEDICAMENTO, **week, duracaoTratamento=7) == {"MED-011-3"}
    assert medicine(MEDICAMENTO, **week, duracaoTratamento=1, duracaoTratamentoMedida=2) == {"MED-011-3"}
    assert medicine(MEDICAMENTO, **week, duracaoTratamento=1, duracaoTratamentoMedida=3) == set()
    assert medicine(MEDICAMENTO, dtInicioTratamento=day("2026-09-15")) == set()


def referral(*items: dict[str, str], versao: str = CURRENT, cbo: str = PHYSICIAN) -> set[str]:
    change: dict[str, Any] = {
        "condutas": [4],
        "encaminhamentos": [{"especialidade": 6, "classificacaoRisco": 1, **item} for item in items],
    }
    if versao == "7.2.2":
        change["stNaoPossuiCpf"] = DELETE
    return codes(change, versao, **{CBO: cbo})


@pytest.mark.parametrize("cbo", [PHYSICIAN, NURSE])
def test_since_8_4_0_whoever_refers_chooses_between_cid_and_ciap(cbo):
    assert referral(CID, cbo=cbo) == referral(CIAP, cbo=cbo) == set()
    assert referral({}, cbo=cbo) == {"ENC-002-3", "ENC-003-4"}
    assert referral({**CID, **CIAP}, cbo=cbo) == {"ENC-002-2", "ENC-003-3"}


def test_before_8_4_0_the_cbo_says_which_one():
    old = {"versao": "7.2.2"}
    assert referral(CID, cbo=PHYSICIAN, **old) == referral(CIAP, cbo=NURSE, **old) == set()
    assert referral({}, cbo=PHYSICIAN, **old) == {"ENC-002-3"}
    assert referral({}, cbo=NURSE, **old) == {"ENC-003-4"}
    assert referral(CIAP, cbo=PHYSICIAN, **old) == {"ENC-003-5"}
    assert referral(CID, cbo=NURSE, **old) == {"ENC-002-4"}
    for cbo in (PHYSICIAN, NURSE):
        assert referral({**CID, **CIAP}, cbo=cbo, **old) == {"ENC-002-2", "ENC-003-3"}


def exam(code: str, value: str, kind: int = 1, **dates: int) -> set[str]:
    result = [{"tipoResultado": kind, "valorResultado": value}]
    return codes({"resultadosExames": [
        {"exame": code, "dataRealizacao": day("2026-09-10"), "resultadoExame": result, **dates},
    ]})  # fmt: skip


ROWS = closed.rows("exames_estruturados")
NUMBERS = [row for row in ROWS if row["tipoResultado"] == "1" and row["tipo_valor"] != "enum"]


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row["sigtap_sem_pontuacao"] or row["codigo_ab"])
def test_numbers_of_exams_at_their_limits(row):
    code, places = row["sigtap_sem_pontuacao"], int(row["casas_decimais"])
    low, high = row["min"].replace(".", ","), row["max"].replace(".", ",")
    half = f"5,{'5' * places}"
    assert exam(code, low) == exam(code, high) == exam(code, half) == exam(code, "5") == set()
    for wrong in (f"{half}5", f"{high.partition(',')[0]},{'0' * (places - 1)}1", "-1"):
        assert len(found := exam(code, wrong)) == 1 and min(found).startswith("RX-002-1"), wrong


def test_the_days_of_an_exam():
    birth, start = day("1985-03-20"), day("2026-09-15")
    one_day = {"dataSolicitacao": start, "dataRealizacao": start, "dataResultado": start}
    assert exam("0202010295", "5", **one_day) == set()
    assert exam("0202010295", "5", **dict.fromkeys(one_day, birth)) == set()
    assert exam("0202010295", "5", **dict.fromkeys(one_day, start + 3_600_000 * 10)) == set()


def test_the_hours_of_the_attendance():
    assert codes({"dataHoraInicialAtendimento": INICIO, "dataHoraFinalAtendimento": INICIO}) == set()
    noon = day("2026-09-15") + 7 * 3_600_000
    assert codes({}, **{"headerTransport.dataAtendimento": noon}) == set()
    assert codes({"dataHoraFinalAtendimento": FIM}) == set()
    assert codes({"dumDaGestante": noon}) == set()


def test_every_code_of_the_short_lists():
    for name, allowed in (("localDeAtendimento", range(1, 11)), ("tipoAtendimento", (1, 2, 4, 5, 6)),
                          ("atencaoDomiciliarModalidade", (1, 2, 3))):  # fmt: skip
        assert {code for code in range(20) if codes({name: code}) == set()} == set(allowed)


def test_the_end_of_an_observation_asks_for_the_observation_since_7_3_3():
    ended = {"finalizadorObservacao": {"cboCodigo_2002": NURSE}}
    assert codes(ended) == {"FO-001-3"}
    assert codes({**ended, "stNaoPossuiCpf": DELETE}, "7.2.2") == set()
