"""Failing and passing cases of the FCI rules."""

from __future__ import annotations

from ledi.referencias.memory import MemoryTables, SigtapRelease
from ledi.tables.port import Cbo
from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

P = "identificacaoUsuarioCidadao."
S = "condicoesDeSaude."
R = "emSituacaoDeRua."
D = "informacoesSocioDemograficas."
X = "saidaCidadaoCadastro."
E = "informacoesSocioEconomicas."
RECUSA = {"statusTermoRecusaCadastroIndividualAtencaoBasica": True, "emSituacaoDeRua": DELETE}
SEM_RECUSA = "statusTermoRecusaCadastroIndividualAtencaoBasica"
OUTRO_UUID = "0019615-00000000-0046-4349-8000-0000000000ff"
SOCIAL = {
    D + "statusDesejaInformarOrientacaoSexual": False,
    D + "statusDesejaInformarIdentidadeGenero": False,
}
CNS_NO_LUGAR = {P + "cpfCidadao": DELETE, P + "cnsCidadao": cns(7)}
SEM_CPF = {P + "stNaoPossuiCpf": True, P + "justificativaNaoPossuiCpf": 8}
NATURALIZADO = {
    P + "nacionalidadeCidadao": 2,
    P + "codigoIbgeMunicipioNascimento": DELETE,
    P + "paisNascimento": DELETE,
    P + "dtNaturalizacao": day("2010-03-01"),
    P + "portariaNaturalizacao": "123",
}
ESTRANGEIRO = {
    P + "nacionalidadeCidadao": 3,
    P + "codigoIbgeMunicipioNascimento": DELETE,
    P + "paisNascimento": 10,
    P + "telefoneCelular": DELETE,
    P + "dtEntradaBrasil": day("2010-03-01"),
}
OBITO = {X + "motivoSaidaCidadao": 135, X + "dataObito": day("2026-09-10")}
V722 = {P + "stNaoPossuiCpf": DELETE}


def fci(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FCI", bad, good=good or {}, base=base or {}, **more)


def status_list(code: str, name: str, status: str, value: int) -> list[Case]:
    """A list of diseases and the question it hangs from."""
    good = {S + name: [value], S + status: True}
    return [
        fci(f"{code}-1", {S + status: True}, good=good),
        fci(f"{code}-1", {S + status: True, S + name: []}, good=good),
        fci(f"{code}-2", {S + status: False, S + name: [value]}, good={S + status: False}),
        fci(f"{code}-e1", {**good, S + name: [value, 999]}, good=good),
        fci(f"FCI-CondicoesDeSaudeThrift-{name}-maximo", {**good, S + name: [value] * 5}, good=good),
    ]


def rua(code: str, name: str, value: object, **more: object) -> Case:
    extra = {R + key: item for key, item in more.items()}
    return fci(code, {R + name: value}, good={R + name: value, R + "statusSituacaoRua": True, **extra})


def rua_enum(code: str, name: str, good: object, bad: object) -> Case:
    return fci(code, {R + name: bad}, good={R + name: good}, base={R + "statusSituacaoRua": True})


def only(code: str, name: str, missing: dict, good: dict, unasked: object) -> list[Case]:
    """A field that one answer asks for and the others forbid."""
    return [fci(code, missing, good=good), fci(code, {P + name: unasked})]


def cbos() -> MemoryTables:
    tables = MemoryTables()
    tables.add_sigtap(
        "202609", SigtapRelease({}, {}, {"621005": Cbo("621005", "Trabalhador agropecuário em geral")})
    )
    return tables


CASES: list[Case] = [
    fci("FCI-001-1", {**RECUSA, S + "statusEhFumante": True}, good={S + "statusEhFumante": True}),
    fci("FCI-003-1", {SEM_RECUSA: True}, good=RECUSA),
    fci("FCI-005-1", {"identificacaoUsuarioCidadao": DELETE}, good={**RECUSA, "identificacaoUsuarioCidadao": DELETE}),
    fci("FCI-006-1", {**RECUSA, **SOCIAL}, good=SOCIAL),
    fci("FCI-008-1", {"tpCdsOrigem": 1}),
    fci("FCI-009-1", {"uuid": "abc", "@uuid": "abc", "uuidFichaOriginadora": "abc"},
        codes=frozenset(("FCI-009-1", "FCI-CadastroIndividualThrift-uuidFichaOriginadora-minimo"))),
    fci("FCI-CadastroIndividualThrift-uuid-obrigatorio", {"uuid": DELETE}),
    fci("FCI-010-1", {"uuidFichaOriginadora": OUTRO_UUID},
        good={"uuidFichaOriginadora": OUTRO_UUID, "fichaAtualizada": True}),
    fci("FCI-010-1", {"fichaAtualizada": True}, severity="aviso",
        good={"uuidFichaOriginadora": OUTRO_UUID, "fichaAtualizada": True}),
    # a block of empty answers is no block
    fci("FCI-001-1", {**RECUSA, S + "statusEhFumante": False},
        good={**RECUSA, "condicoesDeSaude": {"statusEhFumante": None, "doencaCardiaca": [], "maternidadeDeReferencia": ""}}),
    fci("FCI-005-1", {"identificacaoUsuarioCidadao": {"nomeSocial": "", "cpfCidadao": None}},
        good={**RECUSA, "identificacaoUsuarioCidadao": {"nomeSocial": "", "cpfCidadao": None}}),
    fci("FCI-005-1", {"identificacaoUsuarioCidadao": DELETE, **SOCIAL, D + "relacaoParentescoCidadao": 138},
        good={**RECUSA, "identificacaoUsuarioCidadao": DELETE}),
    fci("FCI-ID-003-1", {P + "dataNascimentoCidadao": day("1890-01-01"), S + "statusEhGestante": False},
        good={P + "dataNascimentoCidadao": day("1986-01-01"), S + "statusEhGestante": False}),
    # a date after today is told once
    fci("HEADER-U-005-1", {"headerTransport.dataAtendimento": day("2026-11-25"), P + "dataNascimentoCidadao": day("2026-11-25")}),
    fci("FCI-013-1", {"headerTransport.cboCodigo_2002": "999999"}),
    fci("FCI-CS-001-o1", {S + "statusTeveInternadoEm12Meses": False, S + "descricaoCausaInternacaoEm12Meses": "Asma"},
        good={S + "statusTeveInternadoEm12Meses": True, S + "descricaoCausaInternacaoEm12Meses": "Asma"}),
    fci("FCI-CS-005-1", {S + "statusUsaPlantaMedicinais": False, S + "descricaoPlantasMedicinaisUsadas": "Boldo"},
        good={S + "statusUsaPlantaMedicinais": True, S + "descricaoPlantasMedicinaisUsadas": "Boldo"}),
    *status_list("FCI-CS-006", "doencaCardiaca", "statusTeveDoencaCardiaca", 24),
    *status_list("FCI-CS-007", "doencaRespiratoria", "statusTemDoencaRespiratoria", 30),
    *status_list("FCI-CS-008", "doencaRins", "statusTemTeveDoencasRins", 27),
    fci("FCI-CS-009-1", {S + "statusEhGestante": False, S + "maternidadeDeReferencia": "Carlos Corrêa"},
        good={S + "statusEhGestante": True, S + "maternidadeDeReferencia": "Carlos Corrêa"}),
    fci("FCI-CS-010-e1", {S + "situacaoPeso": 20}, good={S + "situacaoPeso": 21}),
    fci("FCI-CS-014-1", {S + "statusEhGestante": True, P + "sexoCidadao": 0}, good={S + "statusEhGestante": True}),
    fci("FCI-CS-014-2", {S + "statusEhGestante": True, P + "dataNascimentoCidadao": day("2017-09-16")},
        good={S + "statusEhGestante": True, P + "dataNascimentoCidadao": day("2017-09-15")}),
    fci("FCI-CS-014-2", {S + "statusEhGestante": True, P + "dataNascimentoCidadao": day("1965-09-15")},
        good={S + "statusEhGestante": True, P + "dataNascimentoCidadao": day("1966-09-15")}),
    rua("FCI-SR-001-1", "grauParentescoFamiliarFrequentado", "Irmã"),
    fci("FCI-SR-001-2", {R + "grauParentescoFamiliarFrequentado": "Irmã", R + "statusVisitaFamiliarFrequentemente": False},
        good={R + "grauParentescoFamiliarFrequentado": "Irmã", R + "statusVisitaFamiliarFrequentemente": True},
        base={R + "statusSituacaoRua": True}),
    rua("FCI-SR-002-1", "higienePessoalSituacaoRua", [42]),
    fci("FCI-SR-002-2", {R + "statusTemAcessoHigienePessoalSituacaoRua": True},
        good={R + "statusTemAcessoHigienePessoalSituacaoRua": True, R + "higienePessoalSituacaoRua": [42, 43]},
        base={R + "statusSituacaoRua": True}),
    rua_enum("FCI-SR-002-e1", "higienePessoalSituacaoRua", [42, 45], [42, 46]),
    rua("FCI-SR-003-1", "origemAlimentoSituacaoRua", [37]),
    rua_enum("FCI-SR-003-e1", "origemAlimentoSituacaoRua", [37, 41], [36]),
    rua("FCI-SR-004-1", "outraInstituicaoQueAcompanha", "Pastoral"),
    fci("FCI-SR-004-2", {R + "outraInstituicaoQueAcompanha": "Pastoral", R + "statusAcompanhadoPorOutraInstituicao": False},
        good={R + "outraInstituicaoQueAcompanha": "Pastoral", R + "statusAcompanhadoPorOutraInstituicao": True},
        base={R + "statusSituacaoRua": True}),
    rua("FCI-SR-005-1", "quantidadeAlimentacoesAoDiaSituacaoRua", 34),
    rua_enum("FCI-SR-005-e1", "quantidadeAlimentacoesAoDiaSituacaoRua", 36, 3),
    rua("FCI-SR-006-1", "statusAcompanhadoPorOutraInstituicao", True),
    rua("FCI-SR-007-1", "statusPossuiReferenciaFamiliar", False),
    rua("FCI-SR-008-1", "statusRecebeBeneficio", True),
    fci("FCI-SR-009-1", {R + "statusSituacaoRua": None, R + "tempoSituacaoRua": 17}),
    fci("FCI-SR-009-1", {R + "statusSituacaoRua": None}),
    fci("FCI-SR-009-1", {"emSituacaoDeRua": DELETE}),
    fci("FCI-SR-009-1", {"emSituacaoDeRua": {"outraInstituicaoQueAcompanha": "", "higienePessoalSituacaoRua": []}}),
    rua("FCI-SR-010-1", "statusTemAcessoHigienePessoalSituacaoRua", False),
    rua("FCI-SR-011-1", "statusVisitaFamiliarFrequentemente", True),
    rua("FCI-SR-012-1", "tempoSituacaoRua", 17),
    rua_enum("FCI-SR-012-e1", "tempoSituacaoRua", 20, 21),
    fci("FCI-ID-001-1", {P + "nomeSocial": "Ana 2"}, good={P + "nomeSocial": "Ana d'Ávila Conceição"}),
    *only("FCI-ID-002-1", "codigoIbgeMunicipioNascimento", {P + "codigoIbgeMunicipioNascimento": DELETE}, {}, "4205407")[:1],
    fci("FCI-ID-002-1", {**ESTRANGEIRO, P + "codigoIbgeMunicipioNascimento": "4205407"}, good=ESTRANGEIRO),
    fci("FCI-ID-002-e1", {P + "codigoIbgeMunicipioNascimento": "9999999"}),
    fci("FCI-ID-003-1", {P + "dataNascimentoCidadao": day("2026-09-16")}, good={P + "dataNascimentoCidadao": day("2026-09-15")}),
    fci("FCI-ID-003-1", {P + "dataNascimentoCidadao": day("1890-01-01")}, good={P + "dataNascimentoCidadao": day("1896-09-15")}),
    fci("FCI-ID-005-1", {P + "emailCidadao": "marina.exemplo.com"}, good={P + "emailCidadao": "marina@exemplo.com.br"}),
    fci("FCI-ID-005-1", {P + "emailCidadao": "marina@exemplo"}, good={P + "emailCidadao": "ma.rina@exemplo.org"}),
    fci("FCI-ID-006-e1", {P + "nacionalidadeCidadao": 9}),
    fci("FCI-ID-007-1", {P + "nomeCidadao": "MARINA"}, good={P + "nomeCidadao": "marina d'ávila"}),
    fci("FCI-ID-008-1", {P + "nomeMaeCidadao": "HELENA 2 NEVES"}),
    fci("FCI-ID-008-2", {P + "desconheceNomeMae": True}, good={P + "desconheceNomeMae": True, P + "nomeMaeCidadao": DELETE}),
    fci("FCI-ID-008-2", {P + "nomeMaeCidadao": DELETE}, severity="aviso"),
    fci("FCI-ID-009-1", {**CNS_NO_LUGAR, P + "cnsCidadao": "700000000000001"}, good=CNS_NO_LUGAR),
    fci("FCI-ID-009-2", {P + "cnsCidadao": cns(7)}, codes=frozenset(("FCI-ID-009-2", "FCI-ID-025-2")), good=CNS_NO_LUGAR),
    fci("FCI-ID-009-3", {**SEM_CPF, P + "cpfCidadao": DELETE}, good={**SEM_CPF, **CNS_NO_LUGAR}),
    fci("FCI-ID-009-3", {P + "cpfCidadao": DELETE}, codes=frozenset(("FCI-ID-009-3", "FCI-ID-025-3")),
        good=CNS_NO_LUGAR, base=V722, versao="7.2.2"),
    fci("FCI-ID-010-1", {P + "cnsResponsavelFamiliar": "123456789012345"}, good={P + "cnsResponsavelFamiliar": cns(7)},
        base={P + "statusEhResponsavel": False}),
    fci("FCI-ID-010-2", {P + "cnsResponsavelFamiliar": cns(7), P + "statusEhResponsavel": True},
        good={P + "cnsResponsavelFamiliar": cns(7), P + "statusEhResponsavel": False}),
    fci("FCI-ID-010-3", {P + "cnsResponsavelFamiliar": cns(7), P + "cpfResponsavelFamiliar": cpf(5)},
        codes=frozenset(("FCI-ID-010-3", "FCI-ID-026-3")), base={P + "statusEhResponsavel": False}),
    fci("FCI-ID-011-1", {P + "telefoneCelular": "(48)99999-0"}, good={P + "telefoneCelular": "4832221111"}),
    fci("FCI-ID-011-1", {P + "telefoneCelular": "99990001"}, good={P + "telefoneCelular": "48999990001"}),
    fci("FCI-ID-011-2", {P + "telefoneCelular": DELETE}, good=ESTRANGEIRO),
    fci("FCI-ID-012-1", {P + "numeroNisPisPasep": "1234567890a"}, good={P + "numeroNisPisPasep": "12056412547"}),
    fci("FCI-ID-013-1", {**ESTRANGEIRO, P + "paisNascimento": DELETE}, good=ESTRANGEIRO),
    fci("FCI-ID-013-1", {**NATURALIZADO, P + "paisNascimento": 10}, good=NATURALIZADO, severity="aviso"),
    fci("FCI-ID-013-2", {P + "paisNascimento": 10}),
    fci("FCI-ID-013-2", {P + "paisNascimento": DELETE}),
    fci("FCI-ID-013-e1", {**ESTRANGEIRO, P + "paisNascimento": 9999}, good=ESTRANGEIRO),
    fci("FCI-ID-014-e1", {P + "racaCorCidadao": 6}),
    fci("FCI-ID-015-e1", {P + "sexoCidadao": 9}),
    fci("FCI-ID-017-1", {P + "racaCorCidadao": 5}, good={P + "racaCorCidadao": 5, P + "etnia": 10}),
    fci("FCI-ID-017-1", {P + "etnia": 10}),
    fci("FCI-ID-017-2", {P + "racaCorCidadao": 5, P + "etnia": 99999}, good={P + "racaCorCidadao": 5, P + "etnia": 10}),
    fci("FCI-ID-018-1", {P + "desconheceNomePai": DELETE, P + "nomePaiCidadao": "JOSE"},
        good={P + "desconheceNomePai": DELETE, P + "nomePaiCidadao": "JOSÉ DAS NEVES"}),
    fci("FCI-ID-018-2", {P + "desconheceNomePai": False}),
    fci("FCI-ID-018-2", {P + "nomePaiCidadao": "JOSÉ DAS NEVES"}),
    *only("FCI-ID-020-1", "dtNaturalizacao", {**NATURALIZADO, P + "dtNaturalizacao": DELETE}, NATURALIZADO, day("2010-03-01")),
    fci("FCI-ID-020-2", {**NATURALIZADO, P + "dtNaturalizacao": day("2026-09-16")}, good={**NATURALIZADO, P + "dtNaturalizacao": day("2026-09-15")}),
    fci("FCI-ID-020-3", {**NATURALIZADO, P + "dtNaturalizacao": day("1980-01-01")}, good=NATURALIZADO),
    *only("FCI-ID-021-1", "portariaNaturalizacao", {**NATURALIZADO, P + "portariaNaturalizacao": DELETE}, NATURALIZADO, "12"),
    fci("FCI-ID-021-1", {**NATURALIZADO, P + "portariaNaturalizacao": "  "}, good=NATURALIZADO, severity="aviso"),
    *only("FCI-ID-022-1", "dtEntradaBrasil", {**ESTRANGEIRO, P + "dtEntradaBrasil": DELETE}, ESTRANGEIRO, day("2010-03-01")),
    fci("FCI-ID-022-2", {**ESTRANGEIRO, P + "dtEntradaBrasil": day("2026-09-16")}, good=ESTRANGEIRO),
    fci("FCI-ID-022-3", {**ESTRANGEIRO, P + "dtEntradaBrasil": day("1980-01-01")}, good=ESTRANGEIRO),
    fci("FCI-ID-023-1", {P + "microArea": "01", P + "stForaArea": True}, good={P + "microArea": "01"}),
    fci("FCI-ID-023-1", {P + "microArea": "FA", P + "stForaArea": True}, good={P + "stForaArea": True}, severity="aviso"),
    fci("FCI-ID-023-1", {P + "microArea": "FA"}, good={P + "microArea": DELETE}, severity="aviso"),
    fci("FCI-ID-025-1", {P + "cpfCidadao": "11111111111"}),
    fci("FCI-ID-025-2", {P + "cnsCidadao": cns(7)}, codes=frozenset(("FCI-ID-009-2", "FCI-ID-025-2"))),
    fci("FCI-ID-025-3", {P + "cpfCidadao": DELETE}, good=CNS_NO_LUGAR),
    fci("FCI-ID-026-1", {P + "cpfResponsavelFamiliar": "12345678900"}, good={P + "cpfResponsavelFamiliar": cpf(5)},
        base={P + "statusEhResponsavel": False}),
    fci("FCI-ID-026-2", {P + "cpfResponsavelFamiliar": cpf(5), P + "statusEhResponsavel": True},
        good={P + "cpfResponsavelFamiliar": cpf(5), P + "statusEhResponsavel": False}),
    fci("FCI-ID-026-3", {P + "cnsResponsavelFamiliar": cns(7), P + "cpfResponsavelFamiliar": cpf(5)},
        codes=frozenset(("FCI-ID-010-3", "FCI-ID-026-3")), base={P + "statusEhResponsavel": False}),
    fci("FCI-ID-027-e1", {P + "estadoCivil": 6}, good={P + "estadoCivil": 5}),
    fci("FCI-ID-028-e1", {P + "tipoSanguineo": 0}, good={P + "tipoSanguineo": 8}),
    fci("FCI-ID-031-1", {**SEM_CPF, **CNS_NO_LUGAR, P + "justificativaNaoPossuiCpf": 1}, good={**SEM_CPF, **CNS_NO_LUGAR}),
    fci("FCI-ID-031-2", {P + "justificativaNaoPossuiCpf": 8}),
    fci("FCI-ID-031-3", {**CNS_NO_LUGAR, P + "stNaoPossuiCpf": True}, good={**SEM_CPF, **CNS_NO_LUGAR}),
    *[
        fci(code, bad, good=good, base=SOCIAL)
        for code, bad, good in (
            ("FCI-SD-001-1", {D + "statusTemAlgumaDeficiencia": True}, {D + "statusTemAlgumaDeficiencia": True, D + "deficienciasCidadao": [12]}),
            ("FCI-SD-001-1", {D + "statusTemAlgumaDeficiencia": True, D + "deficienciasCidadao": []}, {D + "deficienciasCidadao": [232]}),
            ("FCI-SD-001-2", {D + "statusTemAlgumaDeficiencia": False, D + "deficienciasCidadao": [12]}, {D + "statusTemAlgumaDeficiencia": False}),
            ("FCI-SD-001-e1", {D + "deficienciasCidadao": [11]}, {D + "deficienciasCidadao": [16]}),
            ("FCI-SD-002-e1", {D + "grauInstrucaoCidadao": 50}, {D + "grauInstrucaoCidadao": 51}),
            ("FCI-SD-004-e1", {D + "statusDesejaInformarOrientacaoSexual": True, D + "orientacaoSexualCidadao": 1},
             {D + "statusDesejaInformarOrientacaoSexual": True, D + "orientacaoSexualCidadao": 148}),
            ("FCI-SD-004-1", {D + "orientacaoSexualCidadao": 148}, {}),
            ("FCI-SD-004-2", {D + "statusDesejaInformarOrientacaoSexual": True}, {}),
            ("FCI-SD-006-e1", {D + "relacaoParentescoCidadao": 1, P + "statusEhResponsavel": False},
             {D + "relacaoParentescoCidadao": 138, P + "statusEhResponsavel": False}),
            ("FCI-SD-006-1", {D + "relacaoParentescoCidadao": 138, P + "statusEhResponsavel": True},
             {D + "relacaoParentescoCidadao": 138, P + "statusEhResponsavel": False}),
            ("FCI-SD-007-e1", {D + "situacaoMercadoTrabalhoCidadao": 1}, {D + "situacaoMercadoTrabalhoCidadao": 147}),
            ("FCI-SD-015-e1", {D + "statusDesejaInformarIdentidadeGenero": True, D + "identidadeGeneroCidadao": 1},
             {D + "statusDesejaInformarIdentidadeGenero": True, D + "identidadeGeneroCidadao": 203}),
            ("FCI-SD-015-1", {D + "identidadeGeneroCidadao": 203}, {}),
            ("FCI-SD-015-2", {D + "statusDesejaInformarIdentidadeGenero": True}, {}),
            ("FCI-SD-017-e1", {D + "responsavelPorCrianca": [9], P + "dataNascimentoCidadao": day("2020-01-01")},
             {D + "responsavelPorCrianca": [1, 134], P + "dataNascimentoCidadao": day("2020-01-01")}),
            ("FCI-SD-017-1", {D + "responsavelPorCrianca": [1], P + "dataNascimentoCidadao": day("2016-09-15")},
             {D + "responsavelPorCrianca": [1], P + "dataNascimentoCidadao": day("2016-09-16")}),
            ("FCI-SD-018-e1", {D + "coPovoComunidadeTradicional": 1}, {D + "coPovoComunidadeTradicional": 157}),
            ("FCI-SD-018-1", {D + "coPovoComunidadeTradicional": 157, D + "statusMembroPovoComunidadeTradicional": False},
             {D + "coPovoComunidadeTradicional": 157, D + "statusMembroPovoComunidadeTradicional": True}),
        )
    ],
    fci("FCI-SD-003-1", {D + "ocupacaoCodigoCbo2002": "000001"}, good={D + "ocupacaoCodigoCbo2002": "621005"},
        base=SOCIAL, tabelas=cbos()),
    fci("FCI-SA-001-e1", {X + "motivoSaidaCidadao": 1}, good={X + "motivoSaidaCidadao": 136}),
    fci("FCI-SA-001-1", {**RECUSA, X + "motivoSaidaCidadao": 136}, good={X + "motivoSaidaCidadao": 136}),
    fci("FCI-SA-002-1", {X + "motivoSaidaCidadao": 135}, good=OBITO),
    fci("FCI-SA-002-1", {**OBITO, X + "motivoSaidaCidadao": 136}, good=OBITO),
    fci("FCI-SA-002-2", {**OBITO, X + "dataObito": day("1980-01-01")}, good=OBITO),
    fci("FCI-SA-002-3", {**ESTRANGEIRO, **OBITO, X + "dataObito": day("2010-02-28")}, good={**ESTRANGEIRO, **OBITO}),
    fci("FCI-SA-002-4", {**NATURALIZADO, **OBITO, X + "dataObito": day("2010-02-28")}, good={**NATURALIZADO, **OBITO}),
    fci("FCI-SA-002-5", {**OBITO, X + "dataObito": day("2026-09-16")}, good={**OBITO, X + "dataObito": day("2026-09-15")}),
    fci("FCI-SA-003-1", {X + "motivoSaidaCidadao": 136, X + "numeroDO": "123456789"}, good={**OBITO, X + "numeroDO": "123456789"}),
    fci("FCI-SE-001-1", {E + "alimentosAcabaramAntesTerDinheiroComprarMais": True},
        good={E + "alimentosAcabaramAntesTerDinheiroComprarMais": True, E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": False}),
    fci("FCI-SE-002-1", {E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": False},
        good={E + "alimentosAcabaramAntesTerDinheiroComprarMais": True, E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": False}),
    *[
        fci(code, {**RECUSA, E + "alimentosAcabaramAntesTerDinheiroComprarMais": True, E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": False},
            codes=frozenset(("FCI-SE-001-2", "FCI-SE-002-2")))
        for code in ("FCI-SE-001-2", "FCI-SE-002-2")
    ],
]  # fmt: skip
