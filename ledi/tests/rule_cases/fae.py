"""Failing and passing cases of the FAE rules, with the address."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cns_definitivo, cpf
from rule_cases.harness import DELETE, Case, day, sigtap

E = "endereco."
SO_CNS = {"cpfCidadao": DELETE, "cnsCidadao": cns(7), "stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": 3}
OLD = {"stNaoPossuiCpf": DELETE}
BRASILEIRO = {"nacionalidadeCidadao": 1, "codigoIbgeMunicipioNascimento": "4205407", "paisNascimento": 31}
NATURALIZADO = {
    "nacionalidadeCidadao": 2,
    "dtNaturalizacao": day("2005-01-10"),
    "portariaNaturalizacao": "123/2005",
}
ESTRANGEIRO = {"nacionalidadeCidadao": 3, "dtEntradaBrasil": day("2005-01-10"), "paisNascimento": 2}
ENDERECO = {
    "bairro": "Centro",
    "cep": "88010000",
    "codigoIbgeMunicipio": "4205407",
    "nomeLogradouro": "das Garças",
    "numero": "120A",
    "numeroDneUf": "25",
    "telefoneContato": "48999990001",
    "tipoLogradouroNumeroDne": "081",
}
ADMITIDO = {
    **BRASILEIRO,
    "conclusaoDestinoElegivel": 1,
    "nomeCidadao": "MARINA DAS NEVES",
    "nomeMaeCidadao": "HELENA DAS NEVES",
    "nomePaiCidadao": "JOÃO D'ÁVILA NEVES",
    "racaCorCidadao": 1,
    "endereco": ENDERECO,
}
OUTRO = {**ADMITIDO, "conclusaoDestinoElegivel": 2}
INELEGIVEL = {"atencaoDomiciliarModalidade": 4, "conclusaoDestinoInelegivel": [1]}
CIDS = sigtap({"I10": "I", "C61": "M", "O80": "F"})

COLEGA = "headerTransport.lotacaoFormAtendimentoCompartilhado."
# Whoever shares the attendance may have any CBO and be of another CNES and INE.
COMPARTILHADO = {
    COLEGA + "profissionalCNS": cns_definitivo(77),
    COLEGA + "cboCodigo_2002": "515105",
    COLEGA + "cnes": "7654321",
    COLEGA + "ine": "0000000001",
}


def fae(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FAE", bad, good=good or {}, base=base or {}, **more)


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


def needed(code: str, path: str, *codes: str) -> Case:
    """Required when the team admits the citizen, and only then."""
    return fae(
        code,
        {path: DELETE},
        good={path: DELETE, "conclusaoDestinoElegivel": 2},
        base=ADMITIDO,
        codes=frozenset(codes),
    )


CASES: list[Case] = [
    fae("HEADER-L-001-1", {"headerTransport.lotacaoFormPrincipal.profissionalCNS": "123456789012345"}),
    fae("HEADER-L-003-1", {"@cnes": "7654321"}),
    fae("HEADER-L-004-1", {"@ine": "0000000001"}),
    fae("HEADER-L-002-2", {COLEGA + "cboCodigo_2002": "999999"}, base=COMPARTILHADO, tabelas=CIDS),
    fae("HEADER-L-001-1", {COLEGA + "profissionalCNS": "123"}, base=COMPARTILHADO),
    fae("HEADER-VA-003-1", {"headerTransport.dataAtendimento": day("2026-11-25")}),
    fae("HEADER-VA-004-1", {"@ibge": "3550308"}),
    fae("HEADER-VA-004-e1", {"headerTransport.codigoIbgeMunicipio": "9999999", "@ibge": "9999999"}),
    fae("FAE-001-1", {"uuidFicha": "abc", "@uuid": "abc"}),
    fae("FAE-002-o1", {"tpCdsOrigem": 1}),
    fae("FAE-003-1", {"cnsCidadao": "700000000000001"}, base=SO_CNS),
    fae("FAE-003-2", {"cnsCidadao": cns(7)}, codes=both("FAE-003-2", "FAE-036-2"), good=SO_CNS),
    fae("FAE-003-3", {"cpfCidadao": DELETE}, codes=both("FAE-003-3", "FAE-036-3"), good=SO_CNS),
    fae("FAE-003-4", {"stNaoPossuiCpf": False, "justificativaNaoPossuiCpf": DELETE}, base=SO_CNS),
    fae("FAE-004-1", {"nomeCidadao": "MARINA"}, good={"nomeCidadao": "MARINA DAS NEVES"}),
    needed("FAE-004-2", "nomeCidadao"),
    fae("FAE-005-1", {"nomeSocialCidadao": "Marina 2"}, good={"nomeSocialCidadao": "Zoé d'Ávila"}),
    fae(
        "FAE-006-1",
        {"dataNascimentoCidadao": day("2026-09-16")},
        good={"dataNascimentoCidadao": day("2026-09-15")},
    ),
    fae("FAE-007-e1", {"sexoCidadao": 9}),
    fae("FAE-008-e1", {"racaCorCidadao": 9}, good={"racaCorCidadao": 4}),
    needed("FAE-008-1", "racaCorCidadao"),
    fae("FAE-009-1", {"nomeMaeCidadao": "H N"}, good={"nomeMaeCidadao": "HELENA NEVES"}),
    fae("FAE-009-2", {"desconheceNomeMae": True}, base=ADMITIDO, good={"desconheceNomeMae": False}),
    needed("FAE-009-3", "nomeMaeCidadao"),
    fae(
        "FAE-009-3",
        {"nomeMaeCidadao": DELETE},
        base=ADMITIDO,
        good={"nomeMaeCidadao": DELETE, "desconheceNomeMae": True},
    ),
    fae("FAE-011-e1", {"codigoIbgeMunicipioNascimento": "9999999"}, base=BRASILEIRO),
    fae("FAE-011-1", {"codigoIbgeMunicipioNascimento": DELETE}, base=BRASILEIRO),
    fae("FAE-011-1", {"codigoIbgeMunicipioNascimento": "4205407"}, base=ESTRANGEIRO),
    fae("FAE-012-e1", {"nacionalidadeCidadao": 9}),
    fae(
        "FAE-012-1",
        {"nacionalidadeCidadao": DELETE, "codigoIbgeMunicipioNascimento": DELETE, "paisNascimento": DELETE},
        base=ADMITIDO,
    ),
    fae("FAE-013-1", {"emailCidadao": "marina@exemplo"}, good={"emailCidadao": "marina@exemplo.com.br"}),
    fae("FAE-014-1", {"numeroNisPisPasep": "1234567890X"}, good={"numeroNisPisPasep": "12345678901"}),
    needed("FAE-015-1", "endereco"),
    fae("FAE-016-e1", {"atencaoDomiciliarProcedencia": 99}),
    fae("FAE-017-e1", {"atencaoDomiciliarModalidade": 9}),
    fae("FAE-018-o1", {"condicoesAvaliadas": [1, 25]}, good={"condicoesAvaliadas": [1, 24]}),
    fae(
        "FAE-019-1",
        {"cid10SecundarioUm": "I10"},
        codes=both("FAE-019-1", "FAE-020-1"),
        good={"cid10SecundarioUm": "E10"},
    ),
    fae(
        "FAE-020-1",
        {"cid10SecundarioUm": "E10", "cid10SecundarioDois": "E10"},
        codes=both("FAE-020-1", "FAE-021-1"),
    ),
    fae(
        "FAE-021-1",
        {"cid10SecundarioDois": "I10"},
        codes=both("FAE-019-1", "FAE-021-1"),
        good={"cid10SecundarioDois": "E10"},
    ),
    fae("FAE-019-2", {"cid10Principal": "C61"}, good={"cid10Principal": "O80"}, tabelas=CIDS),
    fae("FAE-020-2", {"cid10SecundarioUm": "C61"}, good={"cid10SecundarioUm": "O80"}, tabelas=CIDS),
    fae("FAE-021-2", {"cid10SecundarioDois": "C61"}, good={"cid10SecundarioDois": "O80"}, tabelas=CIDS),
    fae("FAE-022-e1", {"conclusaoDestinoElegivel": 9}, good={"conclusaoDestinoElegivel": 4}),
    fae("FAE-022-1", {"atencaoDomiciliarModalidade": 4, "conclusaoDestinoElegivel": 2}, good=INELEGIVEL),
    # the two conclusions together: the modalidade says which one is wrong, and only that one is told
    fae("FAE-022-1", {**INELEGIVEL, "conclusaoDestinoElegivel": 2}, good=INELEGIVEL),
    fae(
        "FAE-023-1",
        {"conclusaoDestinoInelegivel": [1], "conclusaoDestinoElegivel": 2},
        good={"conclusaoDestinoElegivel": 2},
    ),
    fae("FAE-023-e1", {"conclusaoDestinoInelegivel": [99]}, base=INELEGIVEL),
    fae("FAE-023-1", {"conclusaoDestinoInelegivel": [1]}, good=INELEGIVEL),
    fae("FAE-024-e1", {"cuidadorCidadao": 99}),
    fae("FAE-025-e1", {"turno": 9}),
    fae("FAE-026-1", {"headerTransport.lotacaoFormPrincipal.cboCodigo_2002": "515105"}),
    fae("FAE-027-1", {"nomePaiCidadao": "JOÃO"}, good={"nomePaiCidadao": "JOÃO NEVES"}),
    fae("FAE-027-2", {"desconheceNomePai": True}, base=ADMITIDO),
    needed("FAE-027-3", "nomePaiCidadao"),
    fae("FAE-029-1", {"dtNaturalizacao": DELETE}, base=NATURALIZADO),
    fae("FAE-029-1", {"dtNaturalizacao": day("2005-01-10")}, base=BRASILEIRO),
    fae(
        "FAE-029-2",
        {"dtNaturalizacao": day("2026-09-16")},
        good={"dtNaturalizacao": day("2026-09-15")},
        base=NATURALIZADO,
    ),
    fae(
        "FAE-029-3",
        {"dtNaturalizacao": day("1985-03-19")},
        good={"dtNaturalizacao": day("1985-03-20")},
        base=NATURALIZADO,
    ),
    fae("FAE-030-1", {"portariaNaturalizacao": DELETE}, base=NATURALIZADO),
    fae("FAE-030-1", {"portariaNaturalizacao": "1"}, base=ESTRANGEIRO),
    fae("FAE-031-1", {"dtEntradaBrasil": DELETE}, base=ESTRANGEIRO),
    fae("FAE-031-1", {"dtEntradaBrasil": day("2005-01-10")}, base=BRASILEIRO),
    fae("FAE-031-2", {"dtEntradaBrasil": day("2026-09-16")}, base=ESTRANGEIRO),
    fae("FAE-031-3", {"dtEntradaBrasil": day("1985-03-19")}, base=ESTRANGEIRO),
    fae("FAE-032-e1", {"paisNascimento": 9999}, base=ESTRANGEIRO),
    fae("FAE-032-1", {"paisNascimento": DELETE}, base=ESTRANGEIRO),
    fae("FAE-032-1", {"paisNascimento": 2}, base=NATURALIZADO, severity="aviso"),
    fae("FAE-032-2", {"paisNascimento": 2}, base=BRASILEIRO),
    fae("FAE-032-2", {"paisNascimento": DELETE}, base=BRASILEIRO),
    fae("FAE-033-1", {"racaCorCidadao": 5}, good={"racaCorCidadao": 5, "etnia": 3}),
    fae("FAE-033-1", {"etnia": 3, "racaCorCidadao": 1}),
    fae("FAE-033-2", {"racaCorCidadao": 5, "etnia": 99999}),
    fae("FAE-034-1", {"cnsCuidador": "123456789012345"}, good={"cnsCuidador": cns(9), "cuidadorCidadao": 2}),
    fae("FAE-034-2", {"cnsCuidador": cns(9), "cuidadorCidadao": 1}),
    fae("FAE-034-3", {"cnsCuidador": cns(9), "cpfCuidador": cpf(9)}, codes=both("FAE-034-3", "FAE-037-3")),
    fae("FAE-036-1", {"cpfCidadao": "11111111111"}, good={"cpfCidadao": cpf(5)}),
    fae("FAE-036-2", {"cnsCidadao": cns(7)}, codes=both("FAE-003-2", "FAE-036-2")),
    fae("FAE-036-3", {"cpfCidadao": DELETE}, codes=both("FAE-003-3", "FAE-036-3"), good=SO_CNS),
    fae("FAE-037-1", {"cpfCuidador": "123"}, good={"cpfCuidador": cpf(9), "cuidadorCidadao": 3}),
    fae("FAE-037-2", {"cpfCuidador": cpf(9), "cuidadorCidadao": 1}),
    fae("FAE-037-3", {"cnsCuidador": cns(9), "cpfCuidador": cpf(9)}, codes=both("FAE-034-3", "FAE-037-3")),
    fae("FAE-039-1", {"justificativaNaoPossuiCpf": 99}, base=SO_CNS),
    fae("FAE-039-2", {"justificativaNaoPossuiCpf": 3}),
    fae("FAE-039-3", {"justificativaNaoPossuiCpf": DELETE}, base=SO_CNS),
    needed("FAE-EN-001-1", E + "bairro"),
    fae("FAE-EN-002-1", {E + "cep": "88010-000"}, base=ADMITIDO),
    needed("FAE-EN-002-2", E + "cep"),
    fae("FAE-EN-003-e1", {E + "codigoIbgeMunicipio": "9999999"}, base=ADMITIDO),
    needed("FAE-EN-003-1", E + "codigoIbgeMunicipio"),
    needed("FAE-EN-005-1", E + "nomeLogradouro"),
    fae("FAE-EN-006-1", {E + "numero": "12/3"}, base=OUTRO),
    fae(
        "FAE-EN-006-2",
        {E + "stSemNumero": True},
        base=OUTRO,
        good={E + "stSemNumero": True, E + "numero": DELETE},
    ),
    fae("FAE-EN-006-2", {E + "stSemNumero": True}, base=ADMITIDO, severity="aviso"),
    needed("FAE-EN-006-3", E + "numero"),
    fae("FAE-EN-006-3", {E + "numero": DELETE, E + "stSemNumero": True}, base=ADMITIDO, severity="aviso"),
    fae("FAE-EN-007-e1", {E + "numeroDneUf": "99"}, base=OUTRO),
    needed("FAE-EN-007-1", E + "numeroDneUf"),
    needed("FAE-EN-008-1", E + "telefoneContato", "FAE-EN-008-1", "FAE-EN-009-1"),
    fae("FAE-EN-008-o1", {E + "telefoneContato": "999990001"}, base=OUTRO),
    needed("FAE-EN-009-1", E + "telefoneContato", "FAE-EN-008-1", "FAE-EN-009-1"),
    fae(
        "FAE-EN-009-o1",
        {E + "telefoneResidencia": "4833 4455"},
        base=OUTRO,
        good={E + "telefoneResidencia": "4833334455"},
    ),
    fae("FAE-EN-010-1", {E + "tipoLogradouroNumeroDne": "9999"}, base=OUTRO),
    needed("FAE-EN-010-2", E + "tipoLogradouroNumeroDne"),
    fae(
        "FAE-003-3",
        {**OLD, "cpfCidadao": DELETE},
        good={**OLD, "cpfCidadao": DELETE, "cnsCidadao": cns(7)},
        codes=both("FAE-003-3", "FAE-036-3"),
        versao="7.2.2",
    ),
]
