"""Failing and passing cases of the FAD rules."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

A = "atendimentosDomiciliares[0]."
P = A + "problemasCondicoes[0]."
Q = A + "problemasCondicoes[1]."
PC = "FAD-PC-"
POS_OBITO = {A + "tipoAtendimento": 9, A + "atencaoDomiciliarModalidade": DELETE}
SEM_ID = {
    "FAD-FichaAtendimentoDomiciliarChildThrift-stNaoPossuiCpf-sem_id",
    "FAD-FichaAtendimentoDomiciliarChildThrift-justificativaNaoPossuiCpf-sem_id",
}
SEM_CPF = {A + "stNaoPossuiCpf": True, A + "justificativaNaoPossuiCpf": 8}
UUID = "0019615-00000000-0000-4650-8000-00000000000"
EVOLUCAO = {
    P + "uuidProblema": UUID + "1",
    P + "uuidEvolucaoProblema": UUID + "2",
    P + "coSequencialEvolucao": 1,
    P + "situacao": 0,
}
GRAVIDEZ = {P + "ciap": "W78", P + "cid10": "Z34"}


def fad(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FAD", bad, good=good or {}, base=base or {}, **more)


def codes(*found: str) -> dict:
    return {"codes": frozenset(found)}


def without(name: str, code: str) -> Case:
    """One of the four fields of the evolution is missing."""
    return fad(PC + code, {P + name: DELETE}, base=EVOLUCAO)


CASES: list[Case] = [
    fad("FAD-M-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fad("FAD-M-002-o1", {"tpCdsOrigem": 1}),
    fad("FAD-M-004-1", {"headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "999999"}),
    fad("FAD-001-e1", {A + "turno": 4}, good={A + "turno": 3}),
    fad("FAD-002-1", {A + "cnsCidadao": "700000000000001"}, good={A + "cnsCidadao": cns(7)}),
    *[
        fad(code, {A + "cnsCidadao": cns(7), A + "cpfCidadao": cpf(5)}, **codes("FAD-002-2", "FAD-012-2"), good=good)
        for code, good in (("FAD-002-2", {A + "cnsCidadao": cns(7)}), ("FAD-012-2", {A + "cpfCidadao": cpf(5)}))
    ],
    fad("FAD-003-1", {A + "dataNascimento": day("2026-09-16")}, good={A + "dataNascimento": day("2026-09-15")}),
    fad("FAD-003-1", {A + "dataNascimento": day("1890-01-01")}, good={A + "dataNascimento": day("1896-09-15")}),
    fad("FAD-004-e1", {A + "sexo": 9}, good={A + "sexo": 0}),
    fad("FAD-005-e1", {A + "localAtendimento": 14}, good={A + "localAtendimento": 13}),
    fad("FAD-006-1", {A + "atencaoDomiciliarModalidade": 4}, good={A + "atencaoDomiciliarModalidade": 3}),
    fad("FAD-006-2", {A + "tipoAtendimento": 9}, good=POS_OBITO),
    fad("FAD-006-2", {A + "atencaoDomiciliarModalidade": DELETE}),
    fad("FAD-007-1", {A + "tipoAtendimento": 6}, good={A + "tipoAtendimento": 8}),
    fad("FAD-008-1", {**POS_OBITO, A + "condicoesAvaliadas": [1]}, good={A + "condicoesAvaliadas": [1, 24]}),
    fad("FAD-008-o1", {A + "condicoesAvaliadas": [1, 25]}, good={A + "condicoesAvaliadas": list(range(1, 25))}),
    fad("FAD-010-1", {**POS_OBITO, A + "procedimentos": ["0301100284"]}, good={A + "procedimentos": ["0301100284"]}),
    fad("FAD-010-1", {**POS_OBITO, A + "procedimentos": ["0301100284"]}, good=POS_OBITO, severity="aviso", versao="7.2.2"),
    fad("FAD-010-2", {A + "procedimentos": ["0301100284", "0301100284"]}, good={A + "procedimentos": ["0301100284", "0301100039"]}),
    fad("FAD-010-3", {A + "procedimentos": ["0301100284", "0702050091"]}, good={A + "procedimentos": ["0804010010", "0201010011", "0401010010"]}),
    fad("FAD-010-3", {A + "procedimentos": ["ABEX022"]}),
    fad("FAD-010-4", {A + "procedimentos": ["0301050104"]}, good=POS_OBITO),
    fad("FAD-010-o1", {A + "procedimentos": ["03.01.10.028-4"]}, good={A + "procedimentos": ["0301100284"]}),
    fad("FAD-011-e1", {A + "condutaDesfecho": 6}, good={A + "condutaDesfecho": 9}),
    fad("FAD-012-1", {A + "cpfCidadao": "11111111111"}, good={A + "cpfCidadao": cpf(5)}),
    fad("FAD-018-1", {**SEM_CPF, A + "justificativaNaoPossuiCpf": 1}, **codes("FAD-018-1", *SEM_ID), severity="aviso"),
    fad("FAD-018-2", {**SEM_CPF, A + "stNaoPossuiCpf": False}, **codes("FAD-018-2", *SEM_ID), severity="aviso"),
    fad("FAD-018-3", {A + "stNaoPossuiCpf": True}, **codes("FAD-018-3", min(SEM_ID, key=lambda code: "justificativa" in code)), severity="aviso"),
    *[fad(code, SEM_CPF, codes=frozenset(SEM_ID), severity="aviso") for code in sorted(SEM_ID)],
    without("uuidProblema", "001-1"),
    without("uuidEvolucaoProblema", "002-1"),
    without("coSequencialEvolucao", "003-4"),
    without("situacao", "006-3"),
    fad(PC + "003-1", {P + "coSequencialEvolucao": 0}, base=EVOLUCAO, severity="aviso"),
    fad(PC + "003-2", {**EVOLUCAO, **{path.replace("[0].problemasCondicoes[0]", "[0].problemasCondicoes[1]"): value for path, value in EVOLUCAO.items()}, Q + "ciap": "A01", Q + "isAvaliado": True},
        good=EVOLUCAO, severity="aviso"),
    fad(PC + "004-1", {Q + "ciap": "K86", Q + "isAvaliado": True}, good={Q + "ciap": "T90", Q + "isAvaliado": True}),
    fad(PC + "004-2", {P + "ciap": "K44"}, good={P + "ciap": "K87"}),
    fad(PC + "004-3", {P + "ciap": "W84", P + "cid10": "O80"}, good={P + "ciap": "W84", P + "cid10": "Z35"}),
    fad(PC + "004-3", {P + "ciap": "W81", P + "cid10": "O80"}, good={P + "ciap": "W90", P + "cid10": "O80"}, severity="aviso"),
    fad(PC + "004-4", {**GRAVIDEZ, A + "dataNascimento": day("2017-09-16")}, good={**GRAVIDEZ, A + "dataNascimento": day("2017-09-15")}),
    fad(PC + "004-4", {P + "ciap": "W81", A + "dataNascimento": day("2020-09-16")}, good={P + "ciap": "W81"}, severity="aviso"),
    fad(PC + "004-5", {P + "ciap": "W78", P + "cid10": "Z35"}, good=GRAVIDEZ),
    fad(PC + "004-6", {P + "ciap": "k86"}),
    fad(PC + "004-6", {P + "ciap": "K 86"}),
    fad(PC + "004-6", {P + "ciap": "K00"}, good={P + "ciap": "K01"}),
    fad(PC + "004-7", {P + "ciap": DELETE}, **codes(PC + "004-7", PC + "005-3"), good={P + "ciap": DELETE, P + "cid10": "I10"}),
    fad(PC + "005-1", {P + "cid10": "I10", Q + "cid10": "I10", Q + "isAvaliado": True}, good={P + "cid10": "I10", Q + "cid10": "E10", Q + "isAvaliado": True}),
    fad(PC + "005-2", {P + "ciap": DELETE, P + "cid10": "Z340", Q + "cid10": "Z348", Q + "isAvaliado": True},
        good={P + "cid10": "Z340", Q + "cid10": "Z358", Q + "isAvaliado": True}),
    fad(PC + "005-3", {P + "ciap": DELETE}, **codes(PC + "004-7", PC + "005-3"), good={P + "cid10": "I10"}),
    fad(PC + "006-1", {P + "situacao": 1}, good={P + "situacao": 0}, base={**GRAVIDEZ, **EVOLUCAO}),
    fad(PC + "006-2", {P + "situacao": 3}, good={P + "situacao": 1}, base=EVOLUCAO),
    fad(PC + "007-1", {P + "dataInicioProblema": day("1980-01-01")}, good={P + "dataInicioProblema": day("2001-01-01")}),
    fad(PC + "007-2", {P + "dataInicioProblema": day("2026-09-16")}, good={P + "dataInicioProblema": day("2026-09-15")}),
    fad(PC + "008-1", {P + "situacao": 2}, good={P + "situacao": 2, P + "dataFimProblema": day("2026-09-15")}, base=EVOLUCAO),
    fad(PC + "008-2", {P + "dataFimProblema": day("1980-01-01")}, good={P + "dataFimProblema": day("2001-01-01")}),
    fad(PC + "008-3", {P + "dataFimProblema": day("2026-09-16")}, good={P + "dataFimProblema": day("2026-09-15")}),
    fad(PC + "008-4", {P + "dataInicioProblema": day("2001-01-02"), P + "dataFimProblema": day("2001-01-01")},
        good={P + "dataInicioProblema": day("2001-01-01"), P + "dataFimProblema": day("2001-01-01")}),
]  # fmt: skip
