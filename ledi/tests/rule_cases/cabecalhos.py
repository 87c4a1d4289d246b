"""The header rules in the fichas whose own cases do not have them, and the posts of FCC."""

from __future__ import annotations

from ledi_gerador.documentos import cns_definitivo
from rule_cases.harness import Case, day, sigtap

WRONG, FUTURE = "123456789012345", day("2026-11-25")
MAIN = "headerTransport.lotacaoFormPrincipal."
SHARED = "headerTransport.lotacaoFormAtendimentoCompartilhado"
POST = {"profissionalCNS": cns_definitivo(77), "cboCodigo_2002": "223565", "cnes": "7654321"}


def single(tipo: str) -> list[Case]:
    return [
        Case("HEADER-U-001-1", tipo, {"headerTransport.profissionalCNS": WRONG}),
        Case("HEADER-U-003-1", tipo, {"@cnes": "7654321"}),
        Case("HEADER-U-004-1", tipo, {"@ine": "0000000001"}),
        Case("HEADER-U-005-1", tipo, {"headerTransport.dataAtendimento": FUTURE}),
        Case("HEADER-U-006-1", tipo, {"@ibge": "3550308"}),
        Case("HEADER-U-006-e1", tipo, {"headerTransport.codigoIbgeMunicipio": "9999999", "@ibge": "9999999"}),
    ]


def several(tipo: str) -> list[Case]:
    shared = {SHARED: POST}
    return [
        Case("HEADER-L-001-1", tipo, {f"{MAIN}profissionalCNS": WRONG}),
        Case("HEADER-L-001-1", tipo, {f"{SHARED}.profissionalCNS": WRONG}, base=shared),
        Case("HEADER-L-002-2", tipo, {f"{SHARED}.cboCodigo_2002": "999999"}, base=shared, tabelas=sigtap()),
        Case("HEADER-L-003-1", tipo, {"@cnes": "7654321"}),
        Case("HEADER-L-004-1", tipo, {"@ine": "0000000001"}),
        Case("HEADER-VA-003-1", tipo, {"headerTransport.dataAtendimento": FUTURE}),
        Case("HEADER-VA-004-1", tipo, {"@ibge": "3550308"}),
        Case(
            "HEADER-VA-004-e1", tipo, {"headerTransport.codigoIbgeMunicipio": "9999999", "@ibge": "9999999"}
        ),
    ]


def posts() -> list[Case]:
    """Who evolved the shared care is the executant: the mistake is in the post of only one of them."""
    found = []
    for code, name, bad in (
        ("HEADER-LT-002-1", "cns", WRONG),
        ("HEADER-LT-003-1", "cboCodigo_2002", "999999"),
        ("HEADER-LT-006-e1", "codigoIbgeMunicipio", "9999999"),
    ):
        tables = sigtap() if name == "cboCodigo_2002" else None
        # what no facet sees is also a post that neither side has
        codes = frozenset((code, "FCC-002-1") if tables else (code,))
        for where in ("executante", "lotacaoEvolucao"):
            found.append(Case(code, "FCC", {f"{where}.{name}": bad}, codes=codes, tabelas=tables))
    return found


CASES: list[Case] = [
    *several("FAD"),
    *(case for tipo in ("FCI", "FP", "FV", "MCA", "FCZM") for case in single(tipo)),
    *posts(),
]
