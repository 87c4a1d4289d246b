"""Failing and passing cases of the FCD rules."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cpf
from rule_cases.harness import DELETE, Case, day

M = "condicaoMoradia."
F = "familias[0]."
G = "familias[1]."
IP = "instituicaoPermanencia."
E = "enderecoLocalPermanencia."
SEM_ID = "FCD-CadastroDomiciliarThrift-stAtivo-sem_id"
OUTRO_UUID = "0019615-00000000-0046-4344-8000-0000000000ff"
MORADIA = {M + "localizacao": 83, M + "situacaoMoradiaPosseTerra": 75}
RURAL = {M + "localizacao": 84, M + "situacaoMoradiaPosseTerra": 75}
ABRIGO = {"tipoDeImovel": 7, M + "localizacao": 84}
FAMILIA = {F + "numeroCnsResponsavel": cns(7)}
DUAS = {**FAMILIA, G + "cpfResponsavel": cpf(5)}
INSTITUICAO = {"tipoDeImovel": 7, IP + "nomeResponsavelTecnico": "JOSÉ DAS NEVES"}
RECUSA = {"statusTermoRecusa": True}
ANIMAIS = {"stAnimaisNoDomicilio": True, "animaisNoDomicilio": [128, 129]}
ATUALIZADA = {"fichaAtualizada": True, "uuidFichaOriginadora": OUTRO_UUID}


def fcd(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FCD", bad, good=good or {}, base=base or {}, **more)


def domain(code: str, name: str, good: object, bad: object, **more: object) -> Case:
    return fcd(
        code, {M + name: bad}, good={M + name: good}, base={**RURAL, **{M + k: v for k, v in more.items()}}
    )


def only_homes(imovel: str, recusa: str, name: str, value: object) -> list[Case]:
    return [
        fcd(imovel, {name: value, "tipoDeImovel": 5}, good={name: value}),
        fcd(recusa, {name: value, **RECUSA}, good={name: value}),
    ]


def collective(code: str, name: str, value: object) -> list[Case]:
    return [
        fcd(code, {**ABRIGO, M + name: value}, good={**RURAL, M + name: value}),
        fcd(code, {**ABRIGO, "tipoDeImovel": 13, M + name: value}, codes=frozenset((code, "FCD-002-1"))),
    ]


CASES: list[Case] = [
    *only_homes("FCD-001-1", "FCD-001-3", "animaisNoDomicilio", [128]),
    fcd("FCD-001-2", {"animaisNoDomicilio": [128], "stAnimaisNoDomicilio": False}, good=ANIMAIS),
    fcd("FCD-001-e1", {"animaisNoDomicilio": [128, 1]}, good={"animaisNoDomicilio": [128, 223, 224, 225, 226, 129, 130, 132]}),
    fcd("FCD-001-e1", {"animaisNoDomicilio": [128, 129, 130, 132, 223]},
        good={"animaisNoDomicilio": [128, 129, 130, 132]}, versao="7.2.2", severity="aviso"),
    fcd("FCD-001-e1", {"animaisNoDomicilio": [128] * 9}, versao="7.2.2"),
    fcd("FCD-CadastroDomiciliarThrift-animaisNoDomicilio-maximo", {"animaisNoDomicilio": [128] * 9}),
    fcd("FCD-002-1", {**MORADIA, "tipoDeImovel": 99}, good=MORADIA),
    fcd("FCD-002-1", {M + "localizacao": 83, "tipoDeImovel": 13}, good={M + "localizacao": 83, "tipoDeImovel": 8}),
    fcd("FCD-002-2", {**MORADIA, **RECUSA}, good={**MORADIA, "statusTermoRecusa": False}),
    fcd("FCD-003-1", {"enderecoLocalPermanencia": {}}, good={"instituicaoPermanencia": {}, "condicaoMoradia": {}}),
    fcd("FCD-003-1", {"enderecoLocalPermanencia": DELETE}, good={**RECUSA, "enderecoLocalPermanencia": DELETE}),
    fcd("FCD-004-1", {**FAMILIA, "tipoDeImovel": 2}, good=FAMILIA),
    fcd("FCD-004-2", {**FAMILIA, **ATUALIZADA, "stAtivo": False}, codes=frozenset(("FCD-004-2", SEM_ID)), severity="aviso"),
    fcd("FCD-004-3", {**FAMILIA, G + "numeroCnsResponsavel": cns(7)}, good={**FAMILIA, G + "numeroCnsResponsavel": cns(8)}),
    fcd("FCD-004-3", {F + "cpfResponsavel": cpf(5), G + "cpfResponsavel": cpf(5)},
        good={F + "cpfResponsavel": cpf(5), G + "cpfResponsavel": cpf(6)}, severity="aviso"),
    fcd("FCD-004-4", {**FAMILIA, **RECUSA}, good=DUAS),
    *only_homes("FCD-006-1", "FCD-006-3", "quantosAnimaisNoDomicilio", "2"),
    fcd("FCD-006-2", {"quantosAnimaisNoDomicilio": "2", "stAnimaisNoDomicilio": False}),
    fcd("FCD-006-4", {**ANIMAIS, "quantosAnimaisNoDomicilio": "0"}, good={**ANIMAIS, "quantosAnimaisNoDomicilio": "10"}),
    fcd("FCD-006-4", {"quantosAnimaisNoDomicilio": "00"}, good={"quantosAnimaisNoDomicilio": "02"}),
    fcd("FCD-006-5", {**ANIMAIS, "quantosAnimaisNoDomicilio": "1"}, good={**ANIMAIS, "quantosAnimaisNoDomicilio": "2"}),
    fcd("FCD-006-5", {**ANIMAIS, "quantosAnimaisNoDomicilio": "um"}, good={**ANIMAIS, "quantosAnimaisNoDomicilio": ""}),
    *only_homes("FCD-007-1", "FCD-007-2", "stAnimaisNoDomicilio", False),
    fcd("FCD-009-1", {"tpCdsOrigem": 1}),
    fcd("FCD-010-1", {"uuid": "abc", "@uuid": "abc", "uuidFichaOriginadora": OUTRO_UUID, "fichaAtualizada": True}),
    fcd("FCD-011-1", {"uuidFichaOriginadora": OUTRO_UUID}, good=ATUALIZADA),
    fcd("FCD-011-1", {"fichaAtualizada": True}, good=ATUALIZADA, severity="aviso"),
    fcd("FCD-012-e1", {"tipoDeImovel": 50}, good={"tipoDeImovel": 99}),
    fcd("FCD-013-1", {**INSTITUICAO, "tipoDeImovel": 13}, good=INSTITUICAO),
    fcd("FCD-013-2", {**INSTITUICAO, **RECUSA}, good=INSTITUICAO),
    fcd("FCD-014-1", {"headerTransport.cboCodigo_2002": "999999"}),
    fcd("FCD-015-1", {"longitude": -48.5}, good={"longitude": -48.5, "latitude": -27.12345678}),
    fcd("FCD-015-2", {"longitude": -48.5, "latitude": -90.5}, good={"longitude": -180.0, "latitude": -90.0}),
    fcd("FCD-015-2", {"longitude": -48.5, "latitude": -27.123456789}),
    fcd("FCD-016-1", {"latitude": -27.5}),
    fcd("FCD-016-2", {"latitude": -27.5, "longitude": 180.5}),
    fcd("FCD-017-1", {"tipoEndereco": 1}),
    fcd("FCD-018-1", {"stAtivo": True}, codes=frozenset(("FCD-018-1", SEM_ID)), severity="aviso"),
    fcd("FCD-018-2", {**ATUALIZADA, **FAMILIA, "stAtivo": True}, codes=frozenset(("FCD-018-2", SEM_ID)), severity="aviso"),
    fcd(SEM_ID, {**ATUALIZADA, **FAMILIA, F + "stMudanca": True, "stAtivo": True}, severity="aviso"),
    fcd("FCD-EnderecoLocalPermanenciaThrift-bairro-obrigatorio", {E + "bairro": ""}),
    fcd("FCD-EnderecoLocalPermanenciaThrift-bairro-obrigatorio", {E + "bairro": "  "}, severity="aviso"),
    fcd("FCD-EN-002-1", {E + "cep": "88010-00"}),
    fcd("FCD-EN-002-1", {E + "cep": "8801000"}),
    fcd("FCD-EN-003-e1", {E + "codigoIbgeMunicipio": "9999999"}, good={E + "codigoIbgeMunicipio": "3550308"}),
    fcd("FCD-EN-006-1", {E + "numero": "12-A"}, good={E + "numero": "12A"}),
    fcd("FCD-EN-006-2", {E + "stSemNumero": True}, good={E + "stSemNumero": True, E + "numero": DELETE}),
    fcd("FCD-EN-006-2", {E + "numero": DELETE}),
    fcd("FCD-EN-007-e1", {E + "numeroDneUf": "99"}, good={E + "numeroDneUf": "26"}),
    fcd("FCD-EN-008-1", {E + "telefoneContato": "999990001"}, good={E + "telefoneContato": "4832221111"}),
    fcd("FCD-EN-009-1", {E + "telefoneResidencia": "+554832221111"}, good={E + "telefoneResidencia": "48999990001"}),
    fcd("FCD-EN-009-2", {E + "telefoneResidencia": "4832221111", "tipoDeImovel": 2}, good={E + "telefoneResidencia": "4832221111"}),
    fcd("FCD-EN-010-1", {E + "tipoLogradouroNumeroDne": "9999"}, good={E + "tipoLogradouroNumeroDne": "081"}),
    fcd("FCD-EN-013-1", {E + "microArea": DELETE}, good={E + "microArea": DELETE, E + "stForaArea": True}),
    fcd("FCD-EN-013-1", {E + "stForaArea": True}, good={E + "stForaArea": False}),
    fcd("FCD-EN-013-1", {E + "stForaArea": True, E + "microArea": "FA"},
        good={E + "stForaArea": True, E + "microArea": DELETE}, severity="aviso"),
    fcd("FCD-EN-013-1", {E + "microArea": "FA"}, good={E + "microArea": "07"}, severity="aviso"),
    domain("FCD-CM-001-e1", "abastecimentoAgua", 117, 1),
    domain("FCD-CM-002-e1", "areaProducaoRural", 101, 1),
    *collective("FCD-CM-002-1", "areaProducaoRural", 101),
    fcd("FCD-CM-002-2", {**MORADIA, M + "areaProducaoRural": 101}, good={**RURAL, M + "areaProducaoRural": 101}),
    domain("FCD-CM-003-e1", "destinoLixo", 93, 94),
    domain("FCD-CM-004-e1", "formaEscoamentoBanheiro", 122, 1),
    domain("FCD-CM-005-e1", "localizacao", 205, 85),
    domain("FCD-CM-006-e1", "materialPredominanteParedesExtDomicilio", 109, 1),
    *collective("FCD-CM-006-1", "materialPredominanteParedesExtDomicilio", 109),
    *collective("FCD-CM-007-1", "nuComodos", "4"),
    domain("FCD-CM-007-2", "nuComodos", "10", "0"),
    fcd("FCD-CM-007-2", {M + "nuComodos": "4 "}, good={M + "nuComodos": "4"}, base=MORADIA, severity="aviso"),
    fcd("FCD-CM-008-1", {M + "nuMoradores": "1"}, good={M + "nuMoradores": "2"}, base={**MORADIA, **DUAS}),
    fcd("FCD-CM-008-2", {M + "nuMoradores": "3"}, good={M + "nuMoradores": "4"},
        base={**MORADIA, **DUAS, F + "numeroMembrosFamilia": 3}),
    domain("FCD-CM-009-e1", "situacaoMoradiaPosseTerra", 75, 1),
    fcd("FCD-CM-009-1", {**ABRIGO, M + "situacaoMoradiaPosseTerra": 75}, good=ABRIGO),
    fcd("FCD-CM-009-1", {M + "localizacao": 83}, good=MORADIA),
    domain("FCD-CM-011-e1", "tipoAcessoDomicilio", 89, 1),
    *collective("FCD-CM-011-1", "tipoAcessoDomicilio", 89),
    domain("FCD-CM-012-e1", "tipoDomicilio", 85, 1),
    *collective("FCD-CM-012-1", "tipoDomicilio", 85),
    domain("FCD-CM-013-e1", "aguaConsumoDomicilio", 98, 1),
    domain("FCD-CM-014-e1", "tipoOrigemEnergiaEletrica", 227, 1),
    fcd("FCD-CM-014-1", {M + "stDisponibilidadeEnergiaEletrica": False, M + "tipoOrigemEnergiaEletrica": 230},
        good={M + "stDisponibilidadeEnergiaEletrica": True, M + "tipoOrigemEnergiaEletrica": 230}, base=MORADIA),
    *[
        fcd(code, {F + name: bad}, good={F + name: good}, base=FAMILIA)
        for code, name, good, bad in (
            ("FCD-FR-001-1", "dataNascimentoResponsavel", day("1896-09-15"), day("1890-01-01")),
            ("FCD-FR-001-1", "dataNascimentoResponsavel", day("1970-09-15"), day("2026-09-16")),
            ("FCD-FR-002-1", "numeroCnsResponsavel", cns(9), "123456789012345"),
            ("FCD-FR-002-2", "numeroCnsResponsavel", cns(9), DELETE),
            ("FCD-FR-003-1", "numeroMembrosFamilia", 999, 0),
            ("FCD-FR-003-1", "numeroMembrosFamilia", 1, 1000),
            ("FCD-FR-004-1", "numeroProntuario", "A12", "A-12"),
            ("FCD-FR-005-e1", "rendaFamiliar", 8, 9),
            ("FCD-FR-006-1", "resideDesde", day("2026-11-24"), day("2026-11-25")),
        )
    ],
    fcd("FCD-FR-003-1", {F + "numeroMembrosFamilia": 100}, good={F + "numeroMembrosFamilia": 99}, base=FAMILIA, versao="7.2.2"),
    fcd("FCD-FamiliaRowThrift-numeroProntuario-maximo", {F + "numeroProntuario": "1" * 31}, good={F + "numeroProntuario": "1" * 30},
        base=FAMILIA),
    *[
        fcd(code, {F + "cpfResponsavel": cpf(5)}, codes=frozenset(("FCD-FR-002-2", "FCD-FR-008-2")), base=FAMILIA,
            good={F + "numeroCnsResponsavel": DELETE, F + "cpfResponsavel": cpf(5)})
        for code in ("FCD-FR-002-2", "FCD-FR-008-2")
    ],
    fcd("FCD-FR-008-1", {F + "cpfResponsavel": "12345678900"}, good={F + "cpfResponsavel": cpf(5)}),
    fcd("FCD-IP-003-1", {IP + "nomeResponsavelTecnico": "JOSÉ"}, base=INSTITUICAO),
    fcd("FCD-InstituicaoPermanenciaThrift-nomeResponsavelTecnico-maximo", {IP + "nomeResponsavelTecnico": "JOSÉ " + "A" * 66},
        good={IP + "nomeResponsavelTecnico": "JOSÉ " + "A" * 65}, base=INSTITUICAO),
    fcd("FCD-IP-004-o1", {IP + "cnsResponsavelTecnico": "123456789012345"}, good={IP + "cnsResponsavelTecnico": cns(7)}, base=INSTITUICAO),
    fcd("FCD-IP-006-1", {IP + "telefoneResponsavelTecnico": "32221111"}, good={IP + "telefoneResponsavelTecnico": "4832221111"}, base=INSTITUICAO),
]  # fmt: skip
