"""Failing and passing cases of the FCZM rules."""

from __future__ import annotations

from ledi.layouts import layout
from ledi.rules.fichas.fczm import EXAMES
from ledi.tables.closed import codes
from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

SEM_CPF = {"stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": 3}
COM_CPF = {"cnsCidadao": DELETE, "cpfCidadao": cpf(5)}


def fczm(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FCZM", bad, good=good or {}, base=base or {}, **more)


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


DOMAINS = {field.name: field.domain for field in layout().fichas["FCZM"].root.fields}


def exame(number: int, date: str, result: str) -> list[Case]:
    when, what = f"dataRealizacao{date}", f"coResultado{result}"
    first = min(codes(DOMAINS[what]))
    base = {when: day("2026-09-01"), what: first}
    dated, told = f"FCZM-{number:03d}", f"FCZM-{number + 1:03d}"
    return [
        fczm(f"{dated}-1", {when: day("2026-09-16")}, good={when: day("2026-09-15")}, base=base),
        fczm(f"{dated}-1", {when: day("2006-09-14")}, good={when: day("2006-09-15")}, base=base),
        fczm(f"{dated}-2", {what: DELETE}, base=base),
        fczm(f"{told}-2", {when: DELETE}, base=base),
        fczm(f"{told}-o1", {what: 99}, base=base),
    ]


CASES: list[Case] = [
    fczm("FCZM-001-1", {"headerTransport.cboCodigo_2002": "515105"}),
    fczm("FCZM-002-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fczm("FCZM-003-o1", {"tpCdsOrigem": 1}),
    fczm("FCZM-004-e1", {"turno": 9}),
    fczm("FCZM-005-1", {"cnsCidadao": "700000000000001"}),
    fczm("FCZM-005-2", {"cpfCidadao": cpf(5)}, codes=both("FCZM-005-2", "FCZM-019-2"), good=COM_CPF),
    fczm("FCZM-005-2", {"cnsCidadao": DELETE}, good=COM_CPF),
    fczm(
        "FCZM-006-1", {"cnsResponsavelFamiliar": "123456789012345"}, good={"cnsResponsavelFamiliar": cns(9)}
    ),
    fczm(
        "FCZM-006-2",
        {"cnsResponsavelFamiliar": cns(9), "cpfResponsavelFamiliar": cpf(6)},
        codes=both("FCZM-006-2", "FCZM-020-2"),
        good={"cnsResponsavelFamiliar": cns(9)},
    ),
    *(case for item in EXAMES for case in exame(*item)),
    fczm("FCZM-008-1", {"coResultadoTesteOlhinho": DELETE, "dataRealizacaoTesteOlhinho": DELETE}),
    fczm("FCZM-019-1", {**COM_CPF, "cpfCidadao": "11111111111"}, good=COM_CPF),
    fczm("FCZM-019-2", {"cpfCidadao": cpf(5)}, codes=both("FCZM-005-2", "FCZM-019-2"), good=COM_CPF),
    fczm("FCZM-020-1", {"cpfResponsavelFamiliar": "123"}, good={"cpfResponsavelFamiliar": cpf(6)}),
    fczm(
        "FCZM-020-2",
        {"cnsResponsavelFamiliar": cns(9), "cpfResponsavelFamiliar": cpf(6)},
        codes=both("FCZM-006-2", "FCZM-020-2"),
        good={"cpfResponsavelFamiliar": cpf(6)},
    ),
    fczm("FCZM-022-1", {"justificativaNaoPossuiCpf": 99}, base=SEM_CPF),
    fczm("FCZM-022-2", {"justificativaNaoPossuiCpf": 3}),
    fczm("FCZM-022-3", {"justificativaNaoPossuiCpf": DELETE}, base=SEM_CPF),
]
