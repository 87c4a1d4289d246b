"""Where a rule is written for one ficha and its twin has the same structure, both have it, or here is why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ledi.layouts import TIPOS, Struct, layout
from ledi.rules.checks import Declared
from ledi.rules.registry import rules_in_force

AB = "só a FAI aceita código AB no lugar da CIAP2, e é dele que o campo depende"
CIAP = "a FAI diz a lista (CIAP2 ou AB) num só verificador; as outras, só a CIAP2: o efeito é o mesmo"
CIAP2 = "só a FAI leva CIAP2 no encaminhamento: ou ela ou a CID10; na FAO a página só tem a CID10"
EMAD = "só a FAE pede o endereço inteiro, na admissão pela própria EMAD; a FCD pede pelo layout"
NUMERO = "a FCD proíbe ou exige conforme 'sem número'; na FAE as regras 2 e 3 se contradizem na admissão (FAE-EN-006-3)"

#: (struct, field) -> fichas that differ, and why the page of the others has no such rule
DIFFERENT: dict[tuple[str, str], str] = {
    ("LotacaoHeaderThrift", "cboCodigo_2002"): "só a FAI tem quem finaliza a observação, médico ou enfermeiro",
    ("ProblemaCondicaoThrift", "ciap"): CIAP,
    **{("ProblemaCondicaoThrift", name): AB for name in (
        "uuidProblema", "uuidEvolucaoProblema", "coSequencialEvolucao", "situacao", "dataInicioProblema",
        "dataFimProblema")},
    ("EncaminhamentoExternoThrift", "especialidade"): "só a FAO tem a tabela especialidade x conduta",
    ("EncaminhamentoExternoThrift", "hipoteseDiagnosticoCid10"): CIAP2,
    ("EncaminhamentoExternoThrift", "hipoteseDiagnosticoCiap2"): CIAP2,
    **{("EnderecoLocalPermanenciaThrift", name): EMAD for name in (
        "bairro", "cep", "codigoIbgeMunicipio", "nomeLogradouro", "numeroDneUf", "telefoneContato",
        "tipoLogradouroNumeroDne")},
    ("EnderecoLocalPermanenciaThrift", "telefoneResidencia"): f"{EMAD}; a FCD o proíbe fora de domicílio",
    ("EnderecoLocalPermanenciaThrift", "numero"): NUMERO,
    ("EnderecoLocalPermanenciaThrift", "microArea"): "a página da FAE não tem microárea",
}  # fmt: skip

#: rules on other fields of the same meaning that the pages of several fichas have in the same words
SAME_WORDS = {
    "CIAP do grupo Procedimentos": {"FAI-PC-004-3", "FAO-PC-004-2", "FAD-PC-004-2"},
    "CIAP que nenhum capítulo tem": {"FAI-PC-004-2", "FAO-PC-004-6", "FAD-PC-004-6", "FCC-017-3"},
    "fração da dose": {"FAO-MED-015-3b", "FAO-MED-015-3c", "CASA-FAI-dose_fracao"},
    "soma das doses": {"FAO-MED-015-4", "CASA-FAI-dose_soma"},
    "ficha originadora": {"FCI-010-1", "FCD-011-1"},
    "microárea": {"FVD-009-1", "FCI-ID-023-1", "FCD-EN-013-1"},
}


def _places(struct: Struct, place: str = "") -> Iterator[tuple[str, Struct]]:
    yield place, struct
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        if inner is not None:
            part = f"{field.name}[]" if field.type.kind == "list" else field.name
            yield from _places(inner, f"{place}.{part}" if place else part)


def _differences() -> set[tuple[str, str]]:
    """(struct, field) of the rules that some ficha with the struct has and another has not."""
    has: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    where: dict[str, set[str]] = defaultdict(set)
    for tipo in TIPOS:
        structs = dict(_places(layout("8.7.0").fichas[tipo].root))
        for struct in structs.values():
            where[struct.name].add(tipo)
        for rule in rules_in_force(tipo, "8.7.0"):
            if rule.name and not rule.code.startswith("CTX-") and not isinstance(rule.check, Declared):
                has[structs[rule.at].name, rule.name, type(rule.check).__name__, rule.severity].add(tipo)
    house = {"codigoIbgeMunicipio"}  # CASA-…-cnes_de_outro: on every ficha, wherever its header is
    return {
        (struct, name)
        for (struct, name, _, _), fichas in has.items()
        if fichas != where[struct]
        and len(where[struct]) > 1
        and not (struct.endswith("Thrift") and name in house and "Header" in struct)
    }


def test_twins_have_the_same_rules():
    assert _differences() == set(DIFFERENT)


def test_every_difference_says_why():
    assert all(len(why) > 15 for why in DIFFERENT.values())


def test_rules_of_the_same_words_have_one_severity_and_one_kind_of_check():
    """Each code is declared, and on both sides of a pair the same is refused or told."""
    for words, codes in SAME_WORDS.items():
        severities = defaultdict(set)
        for tipo in TIPOS:
            for rule in rules_in_force(tipo, "8.7.0"):
                if rule.code in codes and not isinstance(rule.check, Declared):
                    severities[rule.code].add(rule.severity)
        assert set(severities) == codes, words
        assert len({frozenset(found) for found in severities.values()}) == 1, (words, severities)
