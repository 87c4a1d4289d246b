"""Failing and passing cases of the FVD rules."""

from __future__ import annotations

from ledi.tables import closed
from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

V = "visitasDomiciliares[0]."
PESSOA = {V + "dtNascimento": day("1980-05-04"), V + "sexo": 1}
TERRENO = {V + "tipoDeImovel": 3}
AUSENTE = {V + "desfecho": 3}
MOTIVOS = sorted(closed.codes("MotivoVisita"))
UUID = "0019615-39ffaee0-9534-478e-9013-b79166da684f"
IVCF = {
    V + "dtNascimento": day("1950-05-04"),
    V + "sexo": 1,
    V + "ivcf": {
        "resultado": 7,
        "dataResultado": day("2026-09-15"),
        **{
            f"hasSg{name}": False
            for name in [
                "Idade",
                "PercepcaoSaude",
                "AvdInstrumental",
                "AvdBasica",
                "Cognicao",
                "Humor",
                "AlcancePreensaoPinca",
                "CapAerobicaMuscular",
                "Marcha",
                "Continencia",
                "Visao",
                "Audicao",
                "Comorbidade",
            ]
        },
    },
}


def fvd(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FVD", bad, good=good or {}, base=base or {}, **more)


def forbidden(terreno: str, ausente: str | None, name: str, value: object, **base: object) -> list[Case]:
    """A field that neither a property without citizen nor a visit that did not happen may bring."""
    extra = {V + key: item for key, item in base.items()}
    have = {V + name: value, **extra}
    cases = [fvd(terreno, {**have, **TERRENO}, good=have)]
    cases.append(
        fvd(terreno, {**have, V + "tipoDeImovel": 12}, good={**have, V + "tipoDeImovel": 13}, versao="7.2.2")
    )
    if ausente:
        cases.append(fvd(ausente, {**have, **AUSENTE}, good=have))
    return cases


def before_casai() -> list[Case]:
    """Until 8.4.2 a CASAI (13) was as any other property; a church (12) never had citizens."""
    pair = {V + "pressaoSistolica": 120, V + "pressaoDiastolica": 80}
    sugar = {V + "glicemia": 90, V + "tipoGlicemia": 1}
    found = []
    for codes, have in (
        (("FVD-003-2",), {V + "cnsCidadao": cns(7)}),
        (("FVD-004-2",), {V + "dtNascimento": day("1980-05-04")}),
        (("FVD-005-1",), {V + "sexo": 1}),
        (("FVD-007-2",), {V + "motivosVisita": [7]}),
        (("FVD-012-4",), {V + "pesoAcompanhamentoNutricional": 70.0}),
        (("FVD-013-4",), {V + "alturaAcompanhamentoNutricional": 170.0}),
        (("FVD-014-2",), {V + "cpfCidadao": cpf(5)}),
        (("FVD-015-3", "FVD-016-3"), pair),
        (("FVD-018-3", "FVD-019-2"), sugar),
    ):
        bad, good = {**have, V + "tipoDeImovel": 12}, {**have, V + "tipoDeImovel": 13}
        found += [fvd(code, bad, good=good, codes=frozenset(codes), versao="7.2.2") for code in codes]
        found += [fvd(code, good, codes=frozenset(codes)) for code in codes]
    return found


CASES: list[Case] = [
    fvd("FVD-M-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fvd("FVD-M-002-1", {"tpCdsOrigem": 1}),
    fvd("FVD-M-003-1", {"headerTransport.cboCodigo_2002": "225142"}),
    fvd("FVD-001-e1", {V + "turno": 9}),
    fvd("FVD-002-1", {V + "numProntuario": "12/3"}, good={V + "numProntuario": "A123"}),
    *forbidden("FVD-002-2", None, "numProntuario", "123"),
    fvd("FVD-003-1", {**PESSOA, V + "cnsCidadao": "700000000000001"}, good={**PESSOA, V + "cnsCidadao": cns(7)}),
    fvd("FVD-003-2", {V + "cnsCidadao": cns(7), **TERRENO}, good={**PESSOA, V + "cnsCidadao": cns(7)}),
    fvd(
        "FVD-003-4",
        {**PESSOA, V + "cnsCidadao": cns(7), V + "cpfCidadao": cpf(5)},
        codes=frozenset(("FVD-003-4", "FVD-014-4")),
        good={**PESSOA, V + "cnsCidadao": cns(7)},
    ),
    fvd("FVD-004-1", {**PESSOA, V + "dtNascimento": day("2026-09-16")}, good=PESSOA),
    fvd("FVD-004-1", {**PESSOA, V + "dtNascimento": day("1890-01-01")}, good={**PESSOA, V + "dtNascimento": day("1896-09-15")}),
    fvd("FVD-004-2", {V + "dtNascimento": day("1980-05-04"), **TERRENO}, good=PESSOA),
    fvd("FVD-004-3", {V + "sexo": 1}, good=PESSOA),
    fvd("FVD-004-3", {V + "sexo": 1, V + "motivosVisita": [31]}, good={**PESSOA, V + "motivosVisita": [31]}),
    fvd("FVD-005-e1", {**PESSOA, V + "sexo": 9}, good=PESSOA),
    fvd("FVD-005-1", {V + "sexo": 1, **TERRENO}, good=PESSOA),
    fvd("FVD-005-2", {V + "dtNascimento": day("1980-05-04")}, good=PESSOA),
    fvd("FVD-007-e1", {V + "motivosVisita": [1, 999]}, good={V + "motivosVisita": [1]}),
    # the list has 37 codes and the page says 36 items
    fvd("FVD-007-e1", {V + "motivosVisita": MOTIVOS, **PESSOA}, severity="aviso", good={V + "motivosVisita": MOTIVOS[:36], **PESSOA}),
    fvd("FVD-007-e1", {V + "motivosVisita": [*MOTIVOS, 1], **PESSOA}, good={V + "motivosVisita": MOTIVOS[1:], **PESSOA}),
    *before_casai(),
    fvd("FVD-007-1", {V + "motivosVisita": [1], **AUSENTE}, good={V + "motivosVisita": [1]}),
    fvd("FVD-007-2", {V + "motivosVisita": [1, 5], **TERRENO}, good={V + "motivosVisita": [1, 36], **TERRENO}),
    fvd(
        "FVD-007-3",
        {**PESSOA, V + "sexo": 0, V + "motivosVisita": [5]},
        good={**PESSOA, V + "motivosVisita": [5]},
    ),
    fvd("FVD-008-e1", {V + "desfecho": 9}),
    fvd("FVD-009-1", {V + "microArea": DELETE}, good={V + "microArea": DELETE, V + "stForaArea": True}),
    fvd("FVD-009-1", {V + "stForaArea": True}),
    fvd("FVD-009-1", {V + "stForaArea": True, V + "microArea": "FA"}, severity="aviso", good={V + "stForaArea": True, V + "microArea": DELETE}),
    fvd("FVD-009-1", {V + "microArea": "FA"}, severity="aviso"),
    fvd("FVD-011-e1", {V + "tipoDeImovel": 50}),
    fvd("FVD-012-1", {**PESSOA, V + "pesoAcompanhamentoNutricional": -3.0}),
    fvd("FVD-012-2", {**PESSOA, V + "pesoAcompanhamentoNutricional": 70.1234}, good={**PESSOA, V + "pesoAcompanhamentoNutricional": 70.123}),
    fvd("FVD-012-3", {**PESSOA, V + "pesoAcompanhamentoNutricional": 500.1}, good={**PESSOA, V + "pesoAcompanhamentoNutricional": 500}),
    fvd("FVD-012-4", {V + "pesoAcompanhamentoNutricional": 70.0, **TERRENO}),
    fvd("FVD-012-5", {**PESSOA, V + "pesoAcompanhamentoNutricional": 70.0, **AUSENTE}),
    fvd("FVD-013-1", {**PESSOA, V + "alturaAcompanhamentoNutricional": -30.0}),
    fvd("FVD-013-2", {**PESSOA, V + "alturaAcompanhamentoNutricional": 170.12}, good={**PESSOA, V + "alturaAcompanhamentoNutricional": 170.1}),
    fvd("FVD-013-3", {**PESSOA, V + "alturaAcompanhamentoNutricional": 251.0}, good={**PESSOA, V + "alturaAcompanhamentoNutricional": 250.0}),
    fvd("FVD-013-4", {V + "alturaAcompanhamentoNutricional": 170.0, **TERRENO}),
    fvd("FVD-013-5", {**PESSOA, V + "alturaAcompanhamentoNutricional": 170.0, **AUSENTE}),
    fvd("FVD-014-1", {V + "cpfCidadao": "11111111111"}, good={V + "cpfCidadao": cpf(5)}),
    fvd("FVD-014-2", {V + "cpfCidadao": cpf(5), **TERRENO}, good={V + "cpfCidadao": cpf(5)}),
    fvd(
        "FVD-014-4",
        {**PESSOA, V + "cnsCidadao": cns(7), V + "cpfCidadao": cpf(5)},
        codes=frozenset(("FVD-003-4", "FVD-014-4")),
        good={**PESSOA, V + "cpfCidadao": cpf(5)},
    ),
    fvd("FVD-015-1", {V + "pressaoSistolica": 120}, good={V + "pressaoSistolica": 120, V + "pressaoDiastolica": 80}),
    fvd("FVD-015-2", {V + "pressaoSistolica": 1000, V + "pressaoDiastolica": 80}),
    fvd("FVD-016-1", {V + "pressaoDiastolica": 80}),
    fvd("FVD-016-2", {V + "pressaoSistolica": 120, V + "pressaoDiastolica": -1}),
    *[
        fvd(
            code,
            {V + "pressaoSistolica": 120, V + "pressaoDiastolica": 80, **change},
            codes=frozenset(both),
        )
        for change, both in ((TERRENO, ("FVD-015-3", "FVD-016-3")), (AUSENTE, ("FVD-015-4", "FVD-016-4")))
        for code in both
    ],
    fvd("FVD-017-1", {V + "temperatura": 45.1}, good={V + "temperatura": 45.0}),
    fvd("FVD-017-2", {V + "temperatura": 36.55}, good={V + "temperatura": 36.5}),
    *forbidden("FVD-017-3", "FVD-017-4", "temperatura", 36.5),
    fvd("FVD-018-1", {V + "glicemia": 801, V + "tipoGlicemia": 1}, good={V + "glicemia": 800, V + "tipoGlicemia": 1}),
    fvd("FVD-018-2", {V + "glicemia": 90}, good={V + "glicemia": 90, V + "tipoGlicemia": 1}),
    *[
        fvd(code, {V + "glicemia": 90, V + "tipoGlicemia": 1, **change}, codes=frozenset(both))
        for change, both in ((TERRENO, ("FVD-018-3", "FVD-019-2")), (AUSENTE, ("FVD-018-4", "FVD-019-3")))
        for code in both
    ],
    fvd("FVD-019-e1", {V + "glicemia": 90, V + "tipoGlicemia": 9}),
    fvd("FVD-019-1", {V + "tipoGlicemia": 1}),
    fvd("FVD-020-1", {V + "longitude": -48.5}, good={V + "longitude": -48.5, V + "latitude": -27.12345678}),
    fvd("FVD-020-2", {V + "longitude": -48.5, V + "latitude": -90.5}),
    fvd("FVD-020-2", {V + "longitude": -48.5, V + "latitude": -27.123456789}),
    fvd("FVD-021-1", {V + "latitude": -27.5}),
    fvd("FVD-021-2", {V + "latitude": -27.5, V + "longitude": 180.5}),
    fvd("FVD-022-1", {V + "uuidOrigemCadastroDomiciliar": "0019615-abc"}, good={V + "uuidOrigemCadastroDomiciliar": UUID}),
    fvd("FVD-022-1", {V + "uuidOrigemCadastroDomiciliar": UUID.replace("0", "l")}, severity="aviso"),
    fvd("FVD-023-1", {V + "dtNascimento": day("1990-05-04")}, base=IVCF),
    fvd("FVD-023-1", {V + "dtNascimento": DELETE, V + "sexo": DELETE}, severity="aviso", good={V + "ivcf": DELETE}, base=IVCF),
    fvd("FVD-004-3", {V + "dtNascimento": DELETE}, base=IVCF),
    # 7.2.2 has its id too, in the IDL of the branch of 19/08/2025
    *[
        fvd(code, bad, base=IVCF, versao="7.2.2", good={V + "ivcf": DELETE})
        for code, bad in (
            ("FVD-023-1", {V + "dtNascimento": day("1990-05-04")}),
            ("FVD-IV-015-1", {V + "ivcf.dataResultado": day("2026-11-25")}),
            ("FVD-IV-001-1", {V + "ivcf.resultado": 41}),
        )
    ],
    fvd("FVD-IV-001-1", {V + "ivcf.resultado": 41}, base=IVCF),
    fvd("FVD-IV-015-1", {V + "ivcf.dataResultado": day("2026-11-25")}, base=IVCF),
    fvd("FVD-025-1", {V + "stNaoPossuiCpf": True, V + "justificativaNaoPossuiCpf": 999}, good={V + "stNaoPossuiCpf": True, V + "justificativaNaoPossuiCpf": 2}),
    fvd("FVD-025-2", {V + "stNaoPossuiCpf": False, V + "justificativaNaoPossuiCpf": 2}),
    fvd("FVD-025-3", {V + "stNaoPossuiCpf": True}),
    fvd("HEADER-U-001-1", {"headerTransport.profissionalCNS": "123456789012345"}),
    fvd("HEADER-U-003-1", {"@cnes": "7654321"}),
    fvd("HEADER-U-004-1", {"@ine": "0000000001"}),
    fvd("HEADER-U-005-1", {"headerTransport.dataAtendimento": day("2026-11-25")}),
    fvd("HEADER-U-006-1", {"@ibge": "3550308"}),
    fvd("HEADER-U-006-e1", {"headerTransport.codigoIbgeMunicipio": "9999999", "@ibge": "9999999"}),
]  # fmt: skip
