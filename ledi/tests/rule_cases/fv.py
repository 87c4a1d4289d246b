"""Failing and passing cases of the FV rules."""

from __future__ import annotations

from ledi.rules.fichas.fv import FABRICANTES_COVID
from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

C = "vacinacoes[0]."
V = C + "vacinas[0]."
MULHER = {C + "sexo": 1, C + "condicaoMaternal": 1}
SEM_CPF = {
    C + "cpfCidadao": DELETE,
    C + "cnsCidadao": cns(7),
    C + "stNaoPossuiCpf": True,
    C + "justificativaNaoPossuiCpf": 2,
}
SO_CNS = {C + "cpfCidadao": DELETE, C + "cnsCidadao": cns(7)}
BCG = {
    V + "imunobiologico": 15,
    V + "estrategiaVacinacao": 1,
    V + "dose": 9,
    V + "viaAdministracao": 2,
    V + "localAplicacao": 13,
}
ANTERIOR = {
    V + "stRegistroAnterior": True,
    V + "dataRegistroAnterior": day("2020-03-02"),
    **{V + name: DELETE for name in ("estrategiaVacinacao", "lote", "grupoAtendimento", "coRndsFabricante")},
}
ESPECIAL = {
    V + "estrategiaVacinacao": 2,
    V + "cboPrescritorCodigo2002": "225215",
    V + "cid10MotivoIndicacao": "Z258",
}
PESQUISA = {
    V + "stPesquisaClinica": True,
    V + "anvisaProtocoloEstudo": "123",
    V + "anvisaProtocoloVersao": "1",
    V + "anvisaNumeroRegistro": "9",
}
V722 = {
    **{V + name: DELETE for name in ("viaAdministracao", "localAplicacao", "coRndsFabricante")},
    C + "stNaoPossuiCpf": DELETE,
    V + "fabricante": "BUTANTAN",
}


V742 = {C + "stNaoPossuiCpf": DELETE, V + "coRndsFabricante": DELETE}


def fv(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FV", bad, good=good or {}, base=base or {}, **more)


def old(code: str, bad: dict, good: dict | None = None, **more) -> Case:
    return fv(code, bad, good, base={**V722, **more.pop("base", {})}, versao="7.2.2", **more)


def via(code: str, via_code: int, right: int, wrong: int) -> Case:
    base = {V + "viaAdministracao": via_code}
    return fv(code, {V + "localAplicacao": wrong}, good={V + "localAplicacao": right}, base=base)


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def makers() -> list[Case]:
    """The fixed makers of COVID-19 vaccines; on previous records, whose combination is not looked at."""
    found = []
    for code, vaccines, maker in FABRICANTES_COVID:
        for vaccine in vaccines:
            base = {**ANTERIOR, V + "imunobiologico": vaccine, V + "fabricante": maker}
            outside = {} if vaccine == 114 else {V + "stAplicadoExterior": False}
            found.append(old(code, {V + "fabricante": "OUTRA"}, base={**base, **outside}))
    return found


CASES: list[Case] = [
    fv("FV-M-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fv("FV-M-002-1", {"tpCdsOrigem": 1}),
    fv("FV-M-003-1", {"headerTransport.cboCodigo_2002": "515105"}),
    fv("FV-001-e1", {C + "turno": 9}, good={C + "turno": 3}),
    fv("FV-003-1", {C + "cnsCidadao": "700000000000001"}, base=SEM_CPF),
    fv("FV-003-2", {C + "cnsCidadao": DELETE}, base=SEM_CPF),
    old("FV-003-2", {C + "cpfCidadao": DELETE}, good=SO_CNS, codes=both("FV-003-2", "FV-012-2")),
    fv("FV-003-3", {C + "cnsCidadao": cns(7)}, codes=both("FV-003-3", "FV-012-3")),
    fv("FV-004-1", {C + "dtNascimento": day("2026-09-16")}, good={C + "dtNascimento": day("2026-09-15")}),
    fv("FV-004-1", {C + "dtNascimento": day("1896-09-14")}, good={C + "dtNascimento": day("1896-09-15")}),
    fv("FV-005-e1", {C + "sexo": 9}, good=MULHER),
    fv("FV-006-1", {C + "localAtendimento": 16}, good={C + "localAtendimento": 10}),
    fv("FV-008-1", {C + "comunicanteHanseniase": True}, good={**BCG, C + "comunicanteHanseniase": True}),
    fv("FV-008-1", {C + "comunicanteHanseniase": False}, severity="aviso"),
    fv("FV-008-2", BCG, good={**BCG, C + "comunicanteHanseniase": False}),
    fv(
        "FV-009-1",
        {
            C + "vacinas[1]." + key.removeprefix(V): value
            for key, value in ANTERIOR.items()
            if value is not DELETE
        }
        | {C + "vacinas[1].stRegistroAnterior": False, C + "vacinas[1].dataRegistroAnterior": DELETE}
        | {
            C + "vacinas[1]." + name: value
            for name, value in {
                "imunobiologico": 33,
                "estrategiaVacinacao": 5,
                "dose": 9,
                "lote": "X1",
                "grupoAtendimento": 121,
                "stPesquisaClinica": False,
                "viaAdministracao": 3,
                "localAplicacao": 3,
                "coRndsFabricante": "152",
            }.items()
        },
        good={
            C + "vacinas[1]." + name: value
            for name, value in {
                "imunobiologico": 33,
                "dose": 9,
                "stRegistroAnterior": True,
                "dataRegistroAnterior": day("2020-03-02"),
                "stPesquisaClinica": False,
                "viaAdministracao": 3,
                "localAplicacao": 3,
            }.items()
        },
    ),
    fv("FV-009-2", {V + "dose": 59}, good={V + "dose": 2}),
    fv("FV-009-2", {V + "estrategiaVacinacao": 7}, good={V + "estrategiaVacinacao": 1}),
    fv(
        "FV-009-2",
        {
            V + "dose": 59,
            **ANTERIOR,
            V + "stRegistroAnterior": False,
            V + "dataRegistroAnterior": DELETE,
            V + "estrategiaVacinacao": 5,
            V + "lote": "X",
            V + "grupoAtendimento": 121,
            V + "coRndsFabricante": "152",
        },
        good={V + "dose": 59, **ANTERIOR},
    ),
    # 22 (rotina, 1ª dose) entered the table after 7.2.2.
    old("FV-009-2", {V + "imunobiologico": 22, V + "estrategiaVacinacao": 1, V + "dose": 6}),
    fv(
        "FV-009-2",
        {V + "imunobiologico": 22, V + "estrategiaVacinacao": 1, V + "dose": 38},
        good={V + "imunobiologico": 22, V + "estrategiaVacinacao": 1, V + "dose": 6},
    ),
    fv("FV-010-1", {C + "dataHoraInicialAtendimento": day("2026-09-14")}),
    fv("FV-010-2", {C + "dataHoraInicialAtendimento": day("2026-09-16")}, codes=both("FV-010-2", "FV-011-1")),
    # after today is told once, whatever comes before or after it
    fv("FV-010-2", {C + "dataHoraInicialAtendimento": day("2026-11-25")}),
    fv("HEADER-U-005-1", {"headerTransport.dataAtendimento": day("2026-11-25")}),
    fv("FV-011-1", {C + "dataHoraFinalAtendimento": day("2026-09-15")}, codes=both("FV-010-2", "FV-011-1")),
    fv(
        "FV-011-2",
        {C + "dataHoraFinalAtendimento": day("2026-11-26")},
        good={C + "dataHoraFinalAtendimento": day("2026-11-24")},
    ),
    fv("FV-012-1", {C + "cpfCidadao": "11111111111"}, good={C + "cpfCidadao": cpf(5)}),
    fv("FV-012-2", {C + "cpfCidadao": DELETE}),
    fv("FV-012-2", SO_CNS, good=SEM_CPF),
    old("FV-012-2", {C + "cpfCidadao": DELETE}, good=SO_CNS, codes=both("FV-003-2", "FV-012-2")),
    fv("FV-012-3", {C + "cnsCidadao": cns(7)}, codes=both("FV-003-3", "FV-012-3")),
    fv("FV-013-1", {C + "condicaoMaternal": 1}, good=MULHER),
    fv("FV-013-2", {C + "sexo": 1}, good=MULHER),
    fv("FV-013-2", {**MULHER, C + "condicaoMaternal": 4}, good={**MULHER, C + "condicaoMaternal": 3}),
    fv("FV-018-1", {C + "stNaoPossuiCpf": True}, good=SEM_CPF),
    fv("FV-019-1", {C + "justificativaNaoPossuiCpf": 99}, base=SEM_CPF),
    fv("FV-019-2", {C + "justificativaNaoPossuiCpf": DELETE}, base=SEM_CPF),
    fv("FV-V-001-o1", {V + "imunobiologico": 999}, good={V + "imunobiologico": 33}),
    fv("VACREG-001", {V + "imunobiologico": 13}, good={**ANTERIOR, V + "imunobiologico": 13}),
    fv("FV-V-002-1", {V + "estrategiaVacinacao": DELETE}),
    fv(
        "FV-V-002-2",
        {**ANTERIOR, V + "estrategiaVacinacao": 5},
        good={**ANTERIOR, V + "estrategiaVacinacao": 11},
    ),
    fv("FV-V-002-3", {V + "estrategiaVacinacao": 99}),
    fv("FV-V-003-e1", {V + "dose": 999}),
    fv("FV-V-004-1", {V + "lote": "AB_1"}, good={V + "lote": "A-1/2.b"}),
    fv("FV-V-004-2", {V + "lote": DELETE}),
    fv("FV-V-005-1", {V + "coRndsFabricante": "XX"}),
    old("FV-V-005-1", {V + "fabricante": "A&B"}, good={V + "fabricante": "Fundação 1/2"}),
    fv("FV-V-005-2", {V + "coRndsFabricante": DELETE}),
    old("FV-V-005-2", {V + "fabricante": DELETE}),
    old(
        "FV-VacinaRowThrift-fabricante-maximo",
        {V + "fabricante": "B" * 61},
        good={V + "fabricante": "B" * 60},
    ),
    *makers(),
    fv(
        "FV-V-005-16",
        {V + "fabricante": "BUTANTÃ"},
        good={V + "fabricante": "BUTANTAN"},
        base=V742,
        versao="7.4.2",
    ),
    fv(
        "FV-V-005-16",
        {V + "fabricante": "BUTANTÃ"},
        good={V + "fabricante": "PFIZER/BIONTECH"},
        base=V742,
        versao="7.3.5",
        severity="aviso",
    ),
    fv("FV-V-006-1", {V + "grupoAtendimento": DELETE}),
    fv("FV-V-006-2", {**ANTERIOR, V + "grupoAtendimento": 121}, good=ANTERIOR),
    fv("FV-V-006-o1", {V + "grupoAtendimento": 9999}),
    fv("FV-V-006-o1", {V + "grupoAtendimento": 35}, severity="aviso"),
    fv("FV-V-008-1", {**ANTERIOR, V + "dataRegistroAnterior": DELETE}, good=ANTERIOR),
    fv("FV-V-008-2", {V + "dataRegistroAnterior": day("2020-03-02")}),
    fv("FV-V-008-3", {**ANTERIOR, V + "dataRegistroAnterior": day("2026-09-16")}, good=ANTERIOR),
    fv(
        "FV-V-008-3",
        {**ANTERIOR, V + "dataRegistroAnterior": day("1985-03-19")},
        good={**ANTERIOR, V + "dataRegistroAnterior": day("1985-03-20")},
    ),
    fv(
        "FV-V-009-1",
        {**ANTERIOR, V + "imunobiologico": 87},
        good={**ANTERIOR, V + "imunobiologico": 87, V + "stAplicadoExterior": False},
    ),
    fv("FV-V-009-1", {**ANTERIOR, V + "stAplicadoExterior": True}),
    fv("FV-V-009-1", {**ANTERIOR, V + "stAplicadoExterior": False}, severity="aviso"),
    fv("FV-V-009-1", {V + "stAplicadoExterior": True}),
    fv("FV-V-009-1", {V + "stAplicadoExterior": False}, severity="aviso"),
    fv("FV-V-010-1", {**ESPECIAL, V + "cboPrescritorCodigo2002": "515105"}, good=ESPECIAL),
    fv("FV-V-010-1", {**ESPECIAL, V + "cboPrescritorCodigo2002": DELETE}, good=ESPECIAL),
    old(
        "FV-V-010-1",
        {V + "cboPrescritorCodigo2002": "515105"},
        good={**ESPECIAL, V + "cboPrescritorCodigo2002": DELETE},
    ),
    fv("FV-V-011-1", {**ESPECIAL, V + "cid10MotivoIndicacao": DELETE}, good=ESPECIAL),
    fv("FV-V-011-2", {V + "cid10MotivoIndicacao": "gripe"}, good={V + "cid10MotivoIndicacao": "Z258"}),
    *[
        fv(code, {V + name: DELETE}, base=PESQUISA)
        for code, name in (
            ("FV-V-013-1", "anvisaProtocoloEstudo"),
            ("FV-V-014-1", "anvisaProtocoloVersao"),
            ("FV-V-015-1", "anvisaNumeroRegistro"),
        )
    ],
    fv("FV-V-013-1", {V + "anvisaProtocoloEstudo": "123"}),
    fv("FV-V-013-1", {V + "anvisaProtocoloEstudo": "  "}, base=PESQUISA, severity="aviso"),
    fv("FV-V-013-1", {V + "anvisaProtocoloEstudo": "  "}),
    fv("FV-V-016-o1", {V + "viaAdministracao": 4}),
    via("FV-V-017-1", 1, 17, 2),
    via("FV-V-017-2", 3, 21, 17),
    via("FV-V-017-3", 2, 6, 2),
    via("FV-V-017-3", 6, 16, 22),
    via("FV-V-017-4", 5, 1, 16),
    via("FV-V-017-5", 7, 22, 16),
]
