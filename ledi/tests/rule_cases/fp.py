"""Failing and passing cases of the FP rules."""

from __future__ import annotations

from ledi.rules.fichas.fp import TOTAIS
from ledi_gerador.documentos import cns, cpf
from rule_cases.fvd import IVCF as _IVCF
from rule_cases.harness import DELETE, Case, day

A = "atendProcedimentos[0]."
M = A + "medicoes."
IVCF = {path.replace("visitasDomiciliares[0].", A): value for path, value in _IVCF.items()}
SEM_CPF = {A + "stNaoPossuiCpf": True, A + "justificativaNaoPossuiCpf": 8}
V722 = {A + "stNaoPossuiCpf": DELETE}
HORA, DIA = 3_600_000, 86_400_000
INICIO, FIM = 1789473600000, 1789475400000  # of the minimal record


def fp(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FP", bad, good=good or {}, base=base or {}, **more)


def codes(*found: str) -> dict:
    return {"codes": frozenset(found)}


def decimals(number: str, name: str, low: float, high: float, places: int) -> list[Case]:
    """A measure with decimals: sign, decimal places, both limits."""
    code, path = f"FP-MD-{number}", M + name
    fine = low + 1
    return [
        fp(f"{code}-1", {path: -fine}, good={path: fine}),
        fp(f"{code}-2", {path: fine + 5 * 10.0 ** -(places + 1)}, good={path: fine + 5 * 10.0**-places}),
        fp(f"{code}-3", {path: high + 1}, good={path: high}),
        *([fp(f"{code}-3", {path: low - 0.1}, good={path: low})] if low >= 0.5 else []),
    ]


def integers(code: str, name: str, high: int, **more: object) -> list[Case]:
    extra = {M + key: value for key, value in more.items()}
    return [
        fp(code, {M + name: bad, **extra}, good={M + name: good, **extra})
        for bad, good in ((high + 1, high), (-1, 0))
    ]


CASES: list[Case] = [
    fp("FP-M-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fp("FP-M-002-1", {"tpCdsOrigem": 1}),
    fp("FP-M-003-1", {"headerTransport.cboCodigo_2002": "999999"}),
    fp("FP-M-004-o1", {"atendProcedimentos": DELETE}, good={"atendProcedimentos": DELETE, "numTotalMedicaoPeso": 1}),
    fp("FP-M-004-o1", {"atendProcedimentos": []}, good={"atendProcedimentos": [], "numTotalAfericaoPa": 999}),
    *[
        fp(f"FP-M-{number}-1", {name: bad}, good={name: good})
        for number, name in TOTAIS
        for bad, good in ((0, 1), (1000, 999), (-1, 30))
    ],
    fp("FP-002-1", {A + "cnsCidadao": "700000000000001"}, good={A + "cnsCidadao": cns(7)}),
    *[
        fp(code, {A + "cnsCidadao": cns(7), A + "cpfCidadao": cpf(5)}, **codes("FP-002-2", "FP-003-2"), good=good)
        for code, good in (("FP-002-2", {A + "cnsCidadao": cns(7)}), ("FP-003-2", {A + "cpfCidadao": cpf(5)}))
    ],
    fp("FP-003-1", {A + "cpfCidadao": "11111111111"}, good={A + "cpfCidadao": cpf(5)}),
    fp("FP-004-1", {A + "dtNascimento": day("2026-09-16")}, good={A + "dtNascimento": day("2026-09-15")}),
    fp("FP-004-1", {A + "dtNascimento": day("1890-01-01")}, good={A + "dtNascimento": day("1896-09-15")}),
    fp("FP-005-e1", {A + "sexo": 9}, good={A + "sexo": 5}),
    fp("FP-006-1", {A + "localAtendimento": 16}, good={A + "localAtendimento": 10}),
    fp("FP-007-e1", {A + "turno": 4}, good={A + "turno": 3}),
    fp("FP-009-1", {A + "procedimentos": ["0301100284", "0301100039", "0301100284"]}, good={A + "procedimentos": ["0301100284", "0301100039"]}),
    fp("FP-009-2", {A + "procedimentos": ["0301100284", "0702050091"]}, good={A + "procedimentos": ["0804010010", "0101010010"]}),
    fp("FP-009-2", {A + "procedimentos": ["ABXX999"]}, good={A + "procedimentos": ["ABEX022", "ABPG042"]}),
    fp("FP-009-2", {A + "procedimentos": ["ABPG001"]}, good={A + "procedimentos": ["0309050022"]}, severity="aviso"),
    fp("FP-009-2", {A + "procedimentos": ["0801010010"]}, good={A + "procedimentos": ["ABPG001"]}, base=V722, versao="7.2.2"),
    fp("FP-009-3", {A + "procedimentos": ["0301040079"]}, good={A + "statusEscutaInicialOrientacao": True, A + "procedimentos": DELETE}),
    fp("FP-009-4", {A + "procedimentos": DELETE, A + "statusEscutaInicialOrientacao": False}, good={A + "statusEscutaInicialOrientacao": False}),
    fp("FP-009-4", {A + "procedimentos": []}, severity="aviso"),
    fp("FP-009-o1", {A + "procedimentos": ["03.01.10.028-4"]}),
    fp("FP-009-o1", {A + "procedimentos": ["0301100284", "301100039"]}),
    fp("FP-009-o2", {A + "procedimentos": ["abex022"]}, good={A + "procedimentos": ["ABEX022"]}),
    fp("FP-FichaProcedimentoChildThrift-procedimentos-maximo", {A + "procedimentos": [f"03011{n:05}" for n in range(21)]},
        good={A + "procedimentos": [f"03011{n:05}" for n in range(20)]}),
    fp("FP-010-1", {A + "dataHoraInicialAtendimento": INICIO - DIA}, good={A + "dataHoraInicialAtendimento": INICIO - HORA}),
    *[
        fp(code, {A + "dataHoraInicialAtendimento": FIM + 1000}, **codes("FP-010-2", "FP-011-1"), good={A + "dataHoraInicialAtendimento": FIM})
        for code in ("FP-010-2", "FP-011-1")
    ],
    fp("FP-010-2", {A + "dataHoraInicialAtendimento": day("2026-11-25"), A + "dataHoraFinalAtendimento": day("2026-11-25")}, **codes("FP-010-2", "FP-011-2")),
    fp("FP-011-2", {A + "dataHoraFinalAtendimento": day("2026-11-25")}, good={A + "dataHoraFinalAtendimento": day("2026-11-24")}),
    fp("FP-013-1", {A + "dtNascimento": day("1966-09-16")}, good={A + "dtNascimento": day("1966-09-15")}, base=IVCF),
    fp("FP-IV-001-1", {A + "ivcf.resultado": 41}, good={A + "ivcf.resultado": 40}, base=IVCF),
    fp("FP-IV-015-1", {A + "ivcf.dataResultado": day("2026-11-25")}, base=IVCF),
    fp("FP-IV-015-2", {A + "ivcf.dataResultado": day("2026-09-16")}, good={A + "ivcf.dataResultado": day("2026-09-15")}, base=IVCF),
    fp("FP-015-1", {**SEM_CPF, A + "justificativaNaoPossuiCpf": 1}, good=SEM_CPF),
    fp("FP-015-2", {A + "justificativaNaoPossuiCpf": 8}, good=SEM_CPF),
    fp("FP-015-3", {A + "stNaoPossuiCpf": True}, good=SEM_CPF),
    *decimals("001", "circunferenciaAbdominal", 0, 99999, 1),
    *decimals("002", "perimetroPanturrilha", 10, 99, 1),
    *decimals("007", "temperatura", 20, 45, 1),
    *decimals("011", "peso", 0.5, 500, 3),
    *decimals("012", "altura", 20, 250, 1),
    *decimals("013", "perimetroCefalico", 10, 200, 1),
    fp("FP-MD-003-1", {M + "pressaoArterialSistolica": 120}, good={M + "pressaoArterialSistolica": 120, M + "pressaoArterialDiastolica": 80}),
    fp("FP-MD-004-1", {M + "pressaoArterialDiastolica": 80}),
    *integers("FP-MD-003-2", "pressaoArterialSistolica", 999, pressaoArterialDiastolica=80),
    *integers("FP-MD-004-2", "pressaoArterialDiastolica", 999, pressaoArterialSistolica=120),
    *integers("FP-MD-005-2", "frequenciaRespiratoria", 200),
    *integers("FP-MD-006-2", "frequenciaCardiaca", 999),
    *integers("FP-MD-008-2", "saturacaoO2", 100),
    *integers("FP-MD-009-2", "glicemiaCapilar", 800, tipoGlicemiaCapilar=1),
    fp("FP-MD-009-3", {M + "glicemiaCapilar": 90}, good={M + "glicemiaCapilar": 90, M + "tipoGlicemiaCapilar": 0}),
    fp("FP-MD-010-1", {M + "glicemiaCapilar": 90, M + "tipoGlicemiaCapilar": 4}, good={M + "glicemiaCapilar": 90, M + "tipoGlicemiaCapilar": 3}),
    fp("FP-MD-010-2", {M + "tipoGlicemiaCapilar": 0}, good={M + "glicemiaCapilar": 0, M + "tipoGlicemiaCapilar": 0}),
]  # fmt: skip
