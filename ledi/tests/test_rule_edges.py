"""Where a rule begins and ends: every value of its condition and the day or the month of its limit."""

from __future__ import annotations

import pytest
from rule_cases.fae import ADMITIDO, ESTRANGEIRO, INELEGIVEL, NATURALIZADO
from rule_cases.fcc import ORIGEM
from rule_cases.fczm import EXAMES
from rule_cases.harness import DELETE, FOREVER, TODAY, Case, build, day
from rule_cases.mca import P1, P2, Q1, Q2, Q3

from ledi import CURRENT, validate
from ledi_gerador.documentos import cns, cpf
from ledi_gerador.minimos import INICIO

ADDRESS = ("001-1", "002-2", "003-1", "005-1", "006-3", "007-1", "008-1", "009-1", "010-2")


def codes(tipo: str, change: dict, versao: str = CURRENT) -> set[str]:
    report = validate(build(Case("", tipo, {}, versao=versao), change), hoje=TODAY, validades=FOREVER)
    assert not report.crashed
    return {finding.code for finding in report.findings}


def test_the_register_is_asked_for_in_each_modality_of_the_team_that_admits():
    personal = {"FAE-004-2", "FAE-008-1", "FAE-009-3", "FAE-012-1", "FAE-027-3"}
    address = {f"FAE-EN-{number}" for number in ADDRESS}
    for modality in (1, 2, 3):
        one = {"atencaoDomiciliarModalidade": modality, "conclusaoDestinoElegivel": 1}
        assert codes("FAE", {**ADMITIDO, **one}) == set()
        assert codes("FAE", one) == {*personal, "FAE-015-1"}
        assert codes("FAE", {**one, "endereco.complemento": "Fundos"}) == personal | address
        for other in (2, 3, 4):
            assert codes("FAE", {**one, "conclusaoDestinoElegivel": other}) == set()
    assert codes("FAE", INELEGIVEL) == set()
    assert codes("FAE", {"conclusaoDestinoElegivel": 1, "atencaoDomiciliarModalidade": 4}) == {"FAE-022-1"}


def test_one_phone_is_enough_for_the_admission():
    home = {**ADMITIDO, "endereco.telefoneContato": DELETE, "endereco.telefoneResidencia": "4833334455"}
    assert codes("FAE", home) == set()


def test_each_nationality_has_its_own_fields():
    assert codes("FAE", NATURALIZADO) == codes("FAE", ESTRANGEIRO) == set()
    same_day = {"dtEntradaBrasil": day("1985-03-20")}
    assert codes("FAE", {**ESTRANGEIRO, **same_day}) == set()
    assert codes("FAE", {**ESTRANGEIRO, "dtEntradaBrasil": day("2026-09-15")}) == set()


@pytest.mark.parametrize("document", ["cnsCuidador", "cpfCuidador"])
def test_the_carer_is_identified_when_there_is_one(document):
    value = cns(9) if document == "cnsCuidador" else cpf(9)
    assert codes("FAE", {document: value}) == set()
    for kin in range(2, 9):
        assert codes("FAE", {document: value, "cuidadorCidadao": kin}) == set()


@pytest.mark.parametrize(
    ("tipo", "path", "code"),
    [
        ("FAE", "dataNascimentoCidadao", "FAE-006-1"),
        ("FAD", "atendimentosDomiciliares[0].dataNascimento", "FAD-003-1"),
        ("MCA", "dataNascimento", "MCA-004-1"),
        ("FAI", "atendimentosIndividuais[0].dataNascimento", "FAI-003-1"),
    ],
)
def test_nobody_is_older_than_130(tipo, path, code):
    assert codes(tipo, {path: day("1896-09-15")}) == set()
    assert codes(tipo, {path: day("1896-09-14")}) == {code}


# birth -> age in months on 2026-09-15, and the questionnaire of that age
AGES = [("2026-09-15", Q1), ("2026-03-16", Q1), ("2026-03-15", Q2), ("2024-09-16", Q2), ("2024-09-15", Q3)]
ANSWERS = {Q1: P1, Q2: P2}
FIRST = {Q1: "MCA-007-1", Q2: "MCA-008-1", Q3: "MCA-009-1"}


@pytest.mark.parametrize(("birth", "right"), AGES)
@pytest.mark.parametrize("given", [Q1, Q2, Q3])
def test_the_questionnaire_is_that_of_the_age(birth, right, given):
    change = {"dataNascimento": day(birth)}
    if given != Q3:
        change |= {Q3: DELETE, given: ANSWERS[given]}
    assert codes("MCA", change) == (set() if given == right else {FIRST[right]})


@pytest.mark.parametrize(("birth", "mine"), AGES)
def test_every_item_has_its_question_and_answer(birth, mine):
    change = {"dataNascimento": day(birth)}
    if mine != Q3:
        change |= {Q3: DELETE, mine: ANSWERS[mine]}
    number = {Q1: "Q1", Q2: "Q2", Q3: "Q3"}[mine]
    assert codes("MCA", {**change, f"{mine}[0].respostaUnicaEscolha": DELETE}) == {f"MCA-{number}-002-1"}
    assert codes("MCA", {**change, f"{mine}[0].pergunta": DELETE}) == {f"MCA-{number}-001-1"}


@pytest.mark.parametrize("place", range(1, 11))
def test_the_places_of_the_markers(place):
    assert codes("MCA", {"localAtendimento": place}) == set()


EVOLUTION = {"uuidProblema": "002-1 003-4 006-3", "uuidEvolucaoProblema": "001-1 003-4 006-3",
             "coSequencialEvolucao": "001-1 002-1 006-3", "situacao": "001-1 002-1 003-4"}  # fmt: skip


@pytest.mark.parametrize("name", EVOLUTION)
def test_one_part_of_the_evolution_asks_for_the_others(name):
    value = (
        1 if name in ("coSequencialEvolucao", "situacao") else "0019615-00000000-0000-4650-8000-000000000001"
    )
    problem = "atendimentosDomiciliares[0].problemasCondicoes[0]."
    expected = {f"FAD-PC-{number}" for number in EVOLUTION[name].split()}
    assert codes("FAD", {problem + name: value}) == expected


def test_any_exam_is_enough_for_the_complement_on_zika():
    _, first_date, first_result = EXAMES[0]
    without = {f"dataRealizacao{first_date}": DELETE, f"coResultado{first_result}": DELETE}
    results = {"TesteOlhinho": 1, "ExameFundoOlho": 3, "TesteOrelhinha": 5, "UsTransfontanela": 7,
               "TomografiaComputadorizada": 11, "RessonanciaMagnetica": 15}  # fmt: skip
    assert codes("FCZM", without) == {"FCZM-008-1"}
    for number, date, result in EXAMES:
        dated = {**without, f"dataRealizacao{date}": day("2026-09-01")}
        assert codes("FCZM", {**dated, f"coResultado{result}": results[result]}) == set()
        assert codes("FCZM", dated) == {f"FCZM-{number:03d}-2"}


def test_the_dates_of_a_shared_care():
    second = {"coSequencialEvolucao": 2}
    assert codes("FCC", {"coSequencialEvolucao": 1}) == set()
    assert codes("FCC", {**second, "dataEvolucaoAnterior": INICIO + 1}) == set()
    today = day("2026-11-24")
    assert codes("FCC", {"dataCriacaoCuidado": today, "dataEvolucao": today}) == set()
    assert codes("FCC", ORIGEM) == set()


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_the_modality_of_home_care(kind):
    assert codes("FAD", {"atendimentosDomiciliares[0].atencaoDomiciliarModalidade": kind}) == set()
