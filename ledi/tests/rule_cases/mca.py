"""Failing and passing cases of the MCA rules."""

from __future__ import annotations

from ledi.rules.fichas.mca import Q1, Q2, Q3
from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

SO_CNS = {"cpfCidadao": DELETE, "cnsCidadao": cns(7)}
SEM_CPF = {**SO_CNS, "stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": 3}
P1 = [{"pergunta": code, "respostaUnicaEscolha": 2} for code in (1, 3, 4, 5, 6, 7, 8, 9, 10)]
P2 = [{"pergunta": code, "respostaUnicaEscolha": 2} for code in (21, 22, 24, *range(28, 42))]
P3_12, P3_11 = f"{Q3}[1].", f"{Q3}[0]."
BEBE = {"dataNascimento": day("2026-03-16"), Q3: DELETE, Q1: P1}  # one day less than 6 months
CRIANCA = {"dataNascimento": day("2026-03-15"), Q3: DELETE, Q2: P2}  # 6 months on the day
COM_SIM = {
    **CRIANCA,
    f"{Q2}[1].respostaUnicaEscolha": 1,
    f"{Q2}[2].respostaUnicaEscolha": 1,
    f"{Q2}[17]": {"pergunta": 23, "respostaUnicaEscolha": 4},
    f"{Q2}[18]": {"pergunta": 25, "respostaUnicaEscolha": 6},
    f"{Q2}[19]": {"pergunta": 26, "respostaUnicaEscolha": 11},
}


def mca(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "MCA", bad, good=good or {}, base=base or {}, **more)


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


OLD = {"stNaoPossuiCpf": DELETE}

CASES: list[Case] = [
    mca("MCA-001-1", {"headerTransport.cboCodigo_2002": "352210"}),
    mca("MCA-002-1", {**SO_CNS, "cnsCidadao": "700000000000001"}, good=SO_CNS),
    mca("MCA-002-2", {"cnsCidadao": cns(7)}, codes=both("MCA-002-2", "MCA-012-2"), good=SO_CNS),
    mca("MCA-002-3", {"cpfCidadao": DELETE}, codes=both("MCA-002-3", "MCA-012-3"), good=SO_CNS),
    mca("MCA-004-1", {"dataNascimento": day("2026-09-16")}),
    mca("MCA-005-e1", {"sexo": 9}),
    mca("MCA-006-1", {"localAtendimento": 16}, good={"localAtendimento": 10}),
    mca("MCA-007-1", {"dataNascimento": day("2026-03-16")}, good=BEBE),
    mca("MCA-007-2", {f"{Q1}[4]": DELETE}, base=BEBE),
    mca("MCA-007-o1", {Q1: P1}, codes=both("MCA-007-o1", "MCA-009-o1")),
    mca("MCA-008-1", {"dataNascimento": day("2024-09-16")}),
    mca("MCA-008-1", {"dataNascimento": day("2026-03-15")}, good=CRIANCA),
    mca("MCA-008-2", {f"{Q2}[16]": DELETE}, base=CRIANCA),
    mca("MCA-008-2", {f"{Q2}[17]": DELETE}, base=COM_SIM),
    mca("MCA-008-o1", {Q2: P2}, codes=both("MCA-008-o1", "MCA-009-o1")),
    mca(
        "MCA-009-1",
        {"dataNascimento": day("2024-09-15"), Q2: P2, Q3: DELETE},
        good={"dataNascimento": day("2024-09-15")},
    ),
    mca("MCA-009-2", {f"{Q3}[8]": DELETE}),
    mca("MCA-009-o1", {Q1: P1}, codes=both("MCA-007-o1", "MCA-009-o1")),
    mca("MCA-010-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    mca("MCA-011-1", {"tpCdsOrigem": 1}),
    mca("MCA-012-1", {"cpfCidadao": "11111111111"}, good={"cpfCidadao": cpf(5)}),
    mca("MCA-012-2", {"cnsCidadao": cns(7)}, codes=both("MCA-002-2", "MCA-012-2")),
    mca("MCA-012-3", {"cpfCidadao": DELETE}, codes=both("MCA-002-3", "MCA-012-3"), good=SO_CNS),
    mca("MCA-014-1", {"justificativaNaoPossuiCpf": 99}, base=SEM_CPF),
    mca("MCA-014-2", {"justificativaNaoPossuiCpf": 3}),
    mca("MCA-014-3", {"justificativaNaoPossuiCpf": DELETE}, base=SEM_CPF),
    mca("MCA-Q1-001-e1", {f"{Q1}[0].pergunta": 99}, base=BEBE),
    mca("MCA-Q1-001-1", {f"{Q1}[9]": {"respostaUnicaEscolha": 1}}, base=BEBE),
    mca("MCA-Q1-001-1", {f"{Q1}[0].pergunta": DELETE}, base=BEBE),
    mca("MCA-Q1-002-1", {f"{Q1}[0].respostaUnicaEscolha": DELETE}, base=BEBE),
    mca(
        "MCA-Q1-002-o1",
        {f"{Q1}[0].respostaUnicaEscolha": 4},
        good={f"{Q1}[0].respostaUnicaEscolha": 3},
        base=BEBE,
    ),
    mca("MCA-Q2-001-e1", {f"{Q2}[0].pergunta": 27}, base=CRIANCA),
    mca("MCA-Q2-001-1", {f"{Q2}[17]": {"respostaUnicaEscolha": 1}}, base=CRIANCA),
    mca("MCA-Q2-002-1", {f"{Q2}[0].respostaUnicaEscolha": DELETE}, base=CRIANCA),
    mca("MCA-Q2-002-o1", {f"{Q2}[19].respostaUnicaEscolha": 4}, base=COM_SIM),
    mca("MCA-Q2-002-o2", {f"{Q2}[1].respostaUnicaEscolha": 2}, base=COM_SIM),
    mca("MCA-Q2-002-o2", {f"{Q2}[17]": {"pergunta": 26, "respostaUnicaEscolha": 11}}, base=CRIANCA),
    mca("MCA-Q3-001-e1", {P3_11 + "pergunta": 99}),
    mca("MCA-Q3-001-1", {f"{Q3}[9]": {"respostaUnicaEscolha": 1}}),
    # one cause, one finding: the item without a question is not also a question that is missing
    mca("MCA-Q3-001-1", {P3_11 + "pergunta": DELETE}),
    mca("MCA-Q3-001-1", {P3_12 + "pergunta": DELETE}),
    mca("MCA-Q3-002-e1", {P3_11 + "respostaUnicaEscolha": 99}),
    mca("MCA-Q3-002-e1", {P3_11 + "respostaUnicaEscolha": 7}, good={P3_11 + "respostaUnicaEscolha": 3}),
    # question 12 takes many answers, never one alone
    mca("MCA-Q3-002-e1", {P3_12 + "respostaUnicaEscolha": 1, P3_12 + "respostaMultiplaEscolha": DELETE}),
    mca("MCA-Q3-002-1", {P3_11 + "respostaUnicaEscolha": DELETE}),
    mca("MCA-Q3-002-o1", {P3_12 + "respostaUnicaEscolha": 1}, codes=both("MCA-Q3-002-o1", "MCA-Q3-003-o1")),
    mca(
        "MCA-Q3-003-1",
        {P3_12 + "respostaMultiplaEscolha": [12, 99]},
        good={P3_12 + "respostaMultiplaEscolha": [17]},
    ),
    mca("MCA-Q3-003-2", {P3_11 + "respostaMultiplaEscolha": [12], P3_11 + "respostaUnicaEscolha": DELETE}),
    mca("MCA-Q3-003-o1", {P3_12 + "respostaMultiplaEscolha": DELETE}),
    mca("MCA-Q3-003-o1", {P3_12 + "respostaUnicaEscolha": 1}, codes=both("MCA-Q3-002-o1", "MCA-Q3-003-o1")),
    # Before 8.4.2 the questionnaire could be incomplete.
    mca(
        "MCA-Q3-002-1",
        {**OLD, f"{Q3}[8]": DELETE, P3_11 + "respostaUnicaEscolha": DELETE},
        good={**OLD, f"{Q3}[8]": DELETE},
        versao="7.2.2",
    ),
]
