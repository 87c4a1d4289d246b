"""Failing and passing cases of the FCC rules, with those of LotacaoThrift."""

from __future__ import annotations

from ledi_gerador.documentos import cns, cns_definitivo, cpf
from ledi_gerador.minimos import FIM, INICIO, minimal
from rule_cases.harness import DELETE, Case, day, sigtap

L, S, X = "lotacaoEvolucao.", "solicitante.", "executante."
SEGUNDA = {"coSequencialEvolucao": 2, "dataEvolucaoAnterior": INICIO + 60_000}
SOLICITANTE = minimal("FCC")["ficha"]["solicitante"]
ORIGEM = {"uuidFichaOrigem": "0019615-00000000-0000-4656-8000-000000000001", "tpDadoTranspFichaOrigem": 4}
CID = {"ciap": DELETE, "cid10": "C61"}


def fcc(code: str, bad: dict, good: dict | None = None, base: dict | None = None, **more) -> Case:
    return Case(code, "FCC", bad, good=good or {}, base=base or {}, **more)


def everywhere(name: str, value: object) -> dict:
    """The post of who evolved is also the executant's: both change."""
    return {L + name: value, X + name: value}


def both(*codes: str) -> frozenset[str]:
    return frozenset(codes)


CASES: list[Case] = [
    fcc("HEADER-LT-001-1", {S + "cpf": "11111111111"}, good={S + "cpf": cpf(9)}),
    fcc("HEADER-LT-001-1", everywhere("cpf", "123"), good=everywhere("cpf", cpf(9))),
    fcc("HEADER-LT-002-1", {S + "cns": "123456789012345"}, good={S + "cns": cns_definitivo(77)}),
    fcc("HEADER-LT-003-1", {S + "cboCodigo_2002": "999999"}, tabelas=sigtap()),
    fcc(
        "HEADER-LT-006-e1",
        {S + "codigoIbgeMunicipio": "9999999"},
        good={S + "codigoIbgeMunicipio": "3550308"},
    ),
    fcc("FCC-002-1", {L + "cpf": cpf(77)}, good={"lotacaoEvolucao": SOLICITANTE}),
    # the same person in another post: the page asks for the professional
    fcc("FCC-002-1", {L + "cboCodigo_2002": "225142"}, severity="aviso"),
    fcc("FCC-002-2", {"@ine": "0000000001"}, good={"@ine": "0000000001", **everywhere("ine", "0000000001")}),
    fcc("FCC-002-3", {"@cnes": "7654321"}, good={"@cnes": "7654321", **everywhere("cnes", "7654321")}),
    fcc("FCC-002-4", {"@ibge": "3550308"}),
    fcc("FCC-003-1", {"dataEvolucao": day("2026-09-14")}, good={"dataEvolucao": INICIO}),
    fcc("FCC-003-2", {"dataEvolucao": day("2026-11-25")}, good={"dataEvolucao": day("2026-11-24")}),
    fcc("FCC-004-1", {"coSequencialEvolucao": 2}, good=SEGUNDA),
    fcc("FCC-004-2", {**SEGUNDA, "dataEvolucaoAnterior": INICIO - 1}, good=SEGUNDA),
    # as in the official example: the evolution before the second is the creation
    fcc("FCC-004-2", {**SEGUNDA, "dataEvolucaoAnterior": INICIO}, good=SEGUNDA, severity="aviso"),
    fcc(
        "FCC-004-3",
        {**SEGUNDA, "dataEvolucaoAnterior": FIM},
        good={**SEGUNDA, "dataEvolucaoAnterior": FIM - 1},
    ),
    fcc(
        "FCC-004-4",
        {**SEGUNDA, "dataEvolucaoAnterior": day("2026-11-26")},
    ),
    fcc("FCC-005-1", {"coSequencialEvolucao": 0}),
    fcc(
        "FCC-005-2", {**SEGUNDA, "coSequencialEvolucao": 1000}, good={**SEGUNDA, "coSequencialEvolucao": 999}
    ),
    fcc("FCC-006-1", {"condutaEvolucao": 99}, good={"condutaEvolucao": 13}),
    fcc("FCC-006-1", {"condutaEvolucao": 4}, severity="aviso"),
    fcc("FCC-007-1", {"tpCdsOrigem": 1}),
    fcc("FCC-008-1", {"cnsCidadao": "700000000000001"}, good={"cnsCidadao": cns(7)}),
    fcc(
        "FCC-008-2",
        {"cnsCidadao": cns(7), "cpfCidadao": cpf(5)},
        codes=both("FCC-008-2", "FCC-009-2"),
        good={"cnsCidadao": cns(7)},
    ),
    fcc("FCC-009-1", {"cpfCidadao": "12345678900"}, good={"cpfCidadao": cpf(5)}),
    fcc(
        "FCC-009-2",
        {"cnsCidadao": cns(7), "cpfCidadao": cpf(5)},
        codes=both("FCC-008-2", "FCC-009-2"),
        good={"cpfCidadao": cpf(5)},
    ),
    fcc("FCC-010-e1", {"sexoCidadao": 9}),
    fcc("FCC-011-1", {"dataNascimentoCidadao": "20/03/1985"}),
    fcc("FCC-011-1", {"dataNascimentoCidadao": "2026-02-30"}),
    fcc("FCC-011-1", {"dataNascimentoCidadao": "1985-W12-3"}),
    fcc(
        "FCC-011-2",
        {"dataNascimentoCidadao": "2026-09-16"},
        codes=both("FCC-011-2", "FCC-015-2"),
        good={"dataNascimentoCidadao": "2026-09-15"},
    ),
    fcc("FCC-011-3", {"dataNascimentoCidadao": "1896-11-23"}, good={"dataNascimentoCidadao": "1896-11-24"}),
    fcc(
        "FCC-013-1",
        {"solicitante": minimal("FCC")["ficha"]["executante"]},
        codes=both("FCC-013-1", "FCC-014-1"),
    ),
    fcc(
        "FCC-014-1",
        {"solicitante": minimal("FCC")["ficha"]["executante"]},
        codes=both("FCC-013-1", "FCC-014-1"),
        good={"solicitante": {**minimal("FCC")["ficha"]["executante"], "cboCodigo_2002": "225142"}},
    ),
    fcc("FCC-014-2", {X + "ine": DELETE}, base={"lotacaoEvolucao": SOLICITANTE}),
    fcc(
        "FCC-015-1",
        {"dataCriacaoCuidado": day("2026-11-25"), "dataEvolucao": day("2026-11-25")},
        codes=both("FCC-003-2", "FCC-015-1"),
    ),
    fcc("FCC-015-2", {"dataNascimentoCidadao": "2026-09-16"}, codes=both("FCC-011-2", "FCC-015-2")),
    fcc(
        "FCC-015-3", {"dataCriacaoCuidado": day("2023-06-30")}, good={"dataCriacaoCuidado": day("2023-07-01")}
    ),
    fcc("FCC-016-1", CID, good={**CID, "sexoCidadao": 0}, tabelas=sigtap({"C61": "M"})),
    fcc("FCC-016-2", {"ciap": DELETE}, codes=both("FCC-016-2", "FCC-017-2"), good=CID),
    fcc("FCC-017-2", {"ciap": DELETE}, codes=both("FCC-016-2", "FCC-017-2"), good=CID),
    fcc("FCC-017-3", {"ciap": "p76"}),
    fcc("FCC-017-3", {"ciap": "K00"}, {"ciap": "K45"}),
    fcc("FCC-017-3", {"ciap": "I10"}),
    fcc("FCC-018-1", {"uuidFichaOrigem": DELETE}, base=ORIGEM),
    fcc("FCC-019-1", {"tpDadoTranspFichaOrigem": DELETE}, base=ORIGEM),
    fcc("FCC-019-o1", {"tpDadoTranspFichaOrigem": 6}, good={"tpDadoTranspFichaOrigem": 16}, base=ORIGEM),
    fcc("FCC-020-o1", {"prioridadeCuidado": 5}),
    fcc("FCC-021-1", {"reclassificacaoPrioridadeCuidado": 2}, good={"reclassificacaoPrioridadeCuidado": 3}),
]
