"""Failing and passing cases of the FAC rules."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day, sigtap

P = "participantes[0]."
PESSOA = {P + "dataNascimento": day("1980-05-04"), P + "sexo": 1}
COM_CPF = {**PESSOA, P + "cpfParticipante": cpf(5), P + "stNaoPossuiCpf": False}
COM_CNS = {
    **PESSOA,
    P + "cnsParticipante": cns(7),
    P + "stNaoPossuiCpf": True,
    P + "justificativaNaoPossuiCpf": 2,
}
REUNIAO = {"atividadeTipo": 1, "temasParaReuniao": [1], "publicoAlvo": DELETE, "temasParaSaude": DELETE}
GRUPO = {"atividadeTipo": 5, "praticasEmSaude": [20], **COM_CPF}
PROCEDIMENTO = {"atividadeTipo": 6, "temasParaSaude": DELETE, "praticasEmSaude": [30], **COM_CPF}
ESCOLA = {"outraLocalidade": DELETE, "inep": 42000114, "pseEducacao": True}
PROFISSIONAL = {"profissionais[0].cnsProfissional": cns(9), "profissionais[0].codigoCbo2002": "225142"}
PUBLICO = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20]
TEMAS = [1, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16, 17, 19, 21, 29, 31, 32, 31]
PRATICAS = [2, 3, 9, 11, 12, 20, 22, 23, 24, 25, 26, 27, 28, 30, 33, 34]
TABACO = {**GRUPO, "praticasEmSaude": [25]}


def fac(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FAC", bad, good=good or {}, base=base or {}, **more)


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def old(base: dict) -> dict:
    """Without what came in 8.6.0."""
    return {**base, P + "stNaoPossuiCpf": DELETE, P + "justificativaNaoPossuiCpf": DELETE}


CASES: list[Case] = [
    fac("FAC-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fac("FAC-002-1", {"inep": 42000114}, codes=both("FAC-002-1", "FAC-003-1")),
    fac(
        "FAC-002-1",
        {"outraLocalidade": DELETE},
        good={"outraLocalidade": DELETE, "cnesLocalAtividade": "0019615"},
        severity="aviso",
    ),
    fac(
        "FAC-002-2",
        {"outraLocalidade": "Praça"},
        base=ESCOLA,
    ),
    fac("FAC-003-1", {"inep": 42000114}, codes=both("FAC-002-1", "FAC-003-1")),
    fac("FAC-003-2", {"inep": DELETE}, base=ESCOLA),
    fac("FAC-003-2", {"inep": 4200011}, base=ESCOLA, severity="aviso"),
    fac("FAC-FichaAtividadeColetivaThrift-inep-minimo", {"inep": -42000114}, base=ESCOLA),
    fac("FAC-FichaAtividadeColetivaThrift-inep-maximo", {"inep": 420001140}, base=ESCOLA),
    fac("FAC-004-1", {"numParticipantes": 1000}, good={"numParticipantes": 999}),
    fac("FAC-004-1", {"numParticipantes": 0}),
    fac(
        "FAC-004-2",
        {
            "numParticipantes": 1,
            "participantes[1].dataNascimento": day("1980-01-01"),
            "participantes[1].sexo": 0,
        },
        base=PESSOA,
        good={"numParticipantes": 1},
    ),
    fac("FAC-005-1", {"numAvaliacoesAlteradas": 1000}),
    fac(
        "FAC-005-2",
        {"numAvaliacoesAlteradas": 2, P + "avaliacaoAlterada": True},
        base=PESSOA,
        good={"numAvaliacoesAlteradas": 1, P + "avaliacaoAlterada": True},
    ),
    fac("FAC-005-2", {"numAvaliacoesAlteradas": 1}, good={"numAvaliacoesAlteradas": 0}),
    fac(
        "FAC-005-2",
        {P + "avaliacaoAlterada": True},
        base=PESSOA,
        good={P + "avaliacaoAlterada": False},
        severity="aviso",
    ),
    fac("FAC-006-1", PROFISSIONAL, base=ESCOLA),
    fac("FAC-006-1", {**ESCOLA, **PROFISSIONAL}, good={**ESCOLA, **PROFISSIONAL, "pseSaude": True}),
    fac("FAC-007-e1", {"atividadeTipo": 9}),
    fac("FAC-007-1", {**GRUPO, **ESCOLA}, good={**GRUPO, **ESCOLA, "pseSaude": True}),
    fac("FAC-008-e1", {**REUNIAO, "temasParaReuniao": [99]}, good=REUNIAO),
    fac(
        "FAC-008-e1",
        {**REUNIAO, "temasParaReuniao": [1, 2, 3, 4, 5, 6, 7, 8]},
        good={**REUNIAO, "temasParaReuniao": [1, 2, 3, 4, 5, 6, 7]},
        severity="aviso",
    ),
    fac("FAC-008-e1", {**REUNIAO, "temasParaReuniao": [1] * 9}, good=REUNIAO),
    fac("FAC-008-1", {**REUNIAO, "temasParaReuniao": DELETE}, good=REUNIAO),
    fac("FAC-008-2", {"temasParaReuniao": [1]}, good=REUNIAO),
    fac(
        "FAC-008-3",
        {**REUNIAO, **ESCOLA},
        codes=both("FAC-007-1", "FAC-008-3"),
        good={**REUNIAO, **ESCOLA, "pseSaude": True},
    ),
    fac("FAC-009-e1", {"publicoAlvo": [1, 99]}),
    fac("FAC-009-e1", {"publicoAlvo": PUBLICO}, good={"publicoAlvo": PUBLICO[:17]}, severity="aviso"),
    fac("FAC-009-1", {"publicoAlvo": DELETE}),
    fac("FAC-009-2", {**REUNIAO, "publicoAlvo": [1]}, good=REUNIAO),
    fac("FAC-010-1", {**GRUPO, "participantes": DELETE}, good=GRUPO),
    fac("FAC-010-1", {**GRUPO, "numAvaliacoesAlteradas": 1, "participantes": []}, good=GRUPO),
    fac("FAC-011-o1", {"tbCdsOrigem": 1}),
    fac("FAC-012-1", {"cnesLocalAtividade": "0019615"}, codes=both("FAC-002-1", "FAC-012-1")),
    fac("FAC-012-2", {**ESCOLA, "cnesLocalAtividade": "0019615"}),
    fac(
        "FAC-013-1",
        {**PROCEDIMENTO, "praticasEmSaude": [20], "procedimento": "0101050046"},
        good={**PROCEDIMENTO, "procedimento": "0101050046"},
    ),
    fac(
        "FAC-013-o1",
        {**PROCEDIMENTO, "procedimento": "0301010030"},
        good={**PROCEDIMENTO, "procedimento": "0101050046"},
    ),
    fac("FAC-014-e1", {"turno": 9}),
    fac("FAC-015-1", {"headerTransport.cboCodigo_2002": "421125"}),
    fac("FAC-016-e1", {"temasParaSaude": [99]}),
    fac(
        "FAC-016-1",
        {**REUNIAO, "temasParaSaude": [1]},
        good={**REUNIAO, "temasParaSaude": [1], "temasParaReuniao": [6]},
    ),
    fac(
        "FAC-016-1",
        {**REUNIAO, "temasParaSaude": [1], "temasParaReuniao": [6, 8]},
        good={**REUNIAO, "temasParaReuniao": [6, 8]},
    ),
    fac("FAC-016-e1", {"temasParaSaude": TEMAS}, good={"temasParaSaude": TEMAS[:16]}, severity="aviso"),
    fac("FAC-016-2", {"temasParaSaude": DELETE}),
    fac("FAC-016-3", {"temasParaSaude": [1, 18]}, good={"temasParaSaude": [1, 18], **ESCOLA}),
    fac("FAC-017-e1", {**PROCEDIMENTO, "praticasEmSaude": [99]}, good=PROCEDIMENTO),
    fac(
        "FAC-017-e1",
        {**PROCEDIMENTO, "praticasEmSaude": PRATICAS},
        good={**PROCEDIMENTO, "praticasEmSaude": PRATICAS[:14]},
        severity="aviso",
    ),
    fac("FAC-017-1", {"praticasEmSaude": [20]}, good=GRUPO),
    fac("FAC-017-2", {**PROCEDIMENTO, "praticasEmSaude": DELETE}, good=PROCEDIMENTO),
    fac(
        "FAC-017-2",
        {**PROCEDIMENTO, "praticasEmSaude": [], "procedimento": "0101050046"},
        good={**PROCEDIMENTO, "procedimento": "0101050046"},
    ),
    fac(
        "FAC-017-3", {**GRUPO, "praticasEmSaude": [33]}, good={**PROCEDIMENTO, "praticasEmSaude": [33, 2, 9]}
    ),
    fac(
        "FAC-017-3",
        {**old(GRUPO), "praticasEmSaude": [2]},
        good={**old(PROCEDIMENTO), "praticasEmSaude": [9]},
        versao="7.2.2",
    ),
    fac(
        "FAC-017-4",
        {**PROCEDIMENTO, **ESCOLA, "praticasEmSaude": [34]},
        good={**PROCEDIMENTO, **ESCOLA, "praticasEmSaude": [20]},
    ),
    fac(
        "FAC-017-4",
        {**old(PROCEDIMENTO), **ESCOLA},
        good={**old(PROCEDIMENTO), **ESCOLA, "pseSaude": True},
        versao="7.2.2",
    ),
    fac("FAC-PA-001-1", {P + "cnsParticipante": "700000000000001"}, base=COM_CNS),
    fac(
        "FAC-PA-001-2",
        {**GRUPO, **COM_CNS, P + "cpfParticipante": DELETE, P + "cnsParticipante": DELETE},
        good={**GRUPO, **COM_CNS, P + "cpfParticipante": DELETE},
    ),
    fac(
        "FAC-PA-001-2",
        {**old(GRUPO), P + "cpfParticipante": DELETE},
        codes=both("FAC-PA-001-2", "FAC-PA-009-2"),
        good={**old(GRUPO), P + "cpfParticipante": DELETE, P + "cnsParticipante": cns(7)},
        versao="7.2.2",
    ),
    fac(
        "FAC-PA-001-3",
        {P + "cnsParticipante": cns(7)},
        base=COM_CPF,
        codes=both("FAC-PA-001-3", "FAC-PA-009-3"),
    ),
    fac("FAC-PA-001-4", {P + "stNaoPossuiCpf": False, P + "justificativaNaoPossuiCpf": DELETE}, base=COM_CNS),
    fac(
        "FAC-PA-001-4", {P + "stNaoPossuiCpf": DELETE, P + "justificativaNaoPossuiCpf": DELETE}, base=COM_CNS
    ),
    fac("FAC-PA-002-1", {P + "dataNascimento": day("2026-09-16")}, base=PESSOA),
    fac("FAC-PA-004-1", {P + "peso": -2.0}, base=PESSOA),
    fac("FAC-PA-004-2", {P + "peso": 70.1234}, base=PESSOA, good={P + "peso": 70.123}),
    fac("FAC-PA-004-3", {P + "peso": 0.4}, base=PESSOA, good={P + "peso": 0.5}),
    fac("FAC-PA-005-1", {P + "altura": -2.0}, base=PESSOA),
    fac("FAC-PA-005-2", {P + "altura": 170.12}, base=PESSOA, good={P + "altura": 170.1}),
    fac("FAC-PA-005-3", {P + "altura": 250.1}, base=PESSOA, good={P + "altura": 250.0}),
    fac(
        "FAC-PA-006-1",
        {**GRUPO, P + "cessouHabitoFumar": True},
        good={**TABACO, P + "cessouHabitoFumar": True},
    ),
    fac(
        "FAC-PA-006-1",
        {**TABACO, "praticasEmSaude": [34], P + "cessouHabitoFumar": True},
        severity="aviso",
        good={**TABACO, "praticasEmSaude": [34, 28], P + "cessouHabitoFumar": True},
    ),
    fac("FAC-PA-007-1", {**GRUPO, P + "abandonouGrupo": True}, good={**TABACO, P + "abandonouGrupo": True}),
    fac("FAC-PA-008-e1", {P + "sexo": 9}, base=PESSOA),
    fac("FAC-PA-009-1", {P + "cpfParticipante": "11111111111"}, base=COM_CPF),
    fac("FAC-PA-009-2", {**GRUPO, P + "cpfParticipante": DELETE}, good=GRUPO),
    fac(
        "FAC-PA-009-2",
        {**GRUPO, P + "cpfParticipante": DELETE, P + "stNaoPossuiCpf": DELETE},
        good={**COM_CPF, P + "cpfParticipante": DELETE, P + "stNaoPossuiCpf": DELETE},
        severity="aviso",
    ),
    fac(
        "FAC-PA-009-2",
        {**old(GRUPO), P + "cpfParticipante": DELETE},
        codes=both("FAC-PA-001-2", "FAC-PA-009-2"),
        good=old(GRUPO),
        versao="7.2.2",
    ),
    fac(
        "FAC-PA-009-3",
        {P + "cnsParticipante": cns(7)},
        base=COM_CPF,
        codes=both("FAC-PA-001-3", "FAC-PA-009-3"),
    ),
    fac("FAC-PA-009-4", {P + "stNaoPossuiCpf": True, P + "justificativaNaoPossuiCpf": 2}, base=COM_CPF),
    fac("FAC-PA-011-1", {P + "justificativaNaoPossuiCpf": 99}, base=COM_CNS),
    fac(
        "FAC-PA-011-1",
        {P + "justificativaNaoPossuiCpf": 99},
        base=PESSOA,
        good={P + "justificativaNaoPossuiCpf": 2},
    ),
    fac("FAC-PA-011-2", {P + "justificativaNaoPossuiCpf": 2}, base=COM_CPF),
    fac("FAC-PA-011-3", {P + "justificativaNaoPossuiCpf": DELETE}, base=COM_CNS),
    fac("FAC-PR-001-1", {"profissionais[0].cnsProfissional": "123"}, base=PROFISSIONAL),
    fac(
        "FAC-ProfissionalCboRowItemThrift-codigoCbo2002-formato",
        {"profissionais[0].codigoCbo2002": "2251-42"},
        base=PROFISSIONAL,
    ),
    fac("FAC-PR-002-o1", {"profissionais[0].codigoCbo2002": "999999"}, base=PROFISSIONAL, tabelas=sigtap()),
]
