"""What 7.2.2 takes and 8.7.0 does not, and the other way round."""

from __future__ import annotations

from typing import Any

import pytest
from rule_cases.harness import DELETE, FOREVER, TODAY, Case, build

from ledi import validate
from ledi_gerador.documentos import cns

P, D = "identificacaoUsuarioCidadao.", "informacoesSocioDemograficas."
E, X = "informacoesSocioEconomicas.", "saidaCidadaoCadastro."
SEM_MARCADOR = {P + "stNaoPossuiCpf": DELETE}
COM_CNS = {P + "cpfCidadao": DELETE, P + "cnsCidadao": cns(7)}
RECUSA = {"statusTermoRecusaCadastroIndividualAtencaoBasica": True, "emSituacaoDeRua": DELETE}
PERGUNTAS = {
    E + "alimentosAcabaramAntesTerDinheiroComprarMais": True,
    E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": True,
}
ORIENTACAO = {
    D + "statusDesejaInformarOrientacaoSexual": True,
    D + "statusDesejaInformarIdentidadeGenero": False,
}
GENERO = {
    D + "statusDesejaInformarOrientacaoSexual": False,
    D + "statusDesejaInformarIdentidadeGenero": True,
}
ATENDIMENTO = "atendProcedimentos[0]."
AB = {ATENDIMENTO + "procedimentos": ["ABPG001"]}
FAMILIA = {"familias[0].numeroCnsResponsavel": cns(7), "familias[0].numeroMembrosFamilia": 100}

# tipo, change, what 7.2.2 (which takes it) lacks, codes that 8.7.0 tells
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    ("FCI", ORIENTACAO, SEM_MARCADOR, {"FCI-SD-004-2"}),
    ("FCI", GENERO, SEM_MARCADOR, {"FCI-SD-015-2"}),
    ("FCI", {**RECUSA, X + "motivoSaidaCidadao": 136}, SEM_MARCADOR, {"FCI-SA-001-1"}),
    ("FCI", {**RECUSA, **PERGUNTAS}, SEM_MARCADOR, {"FCI-SE-001-2", "FCI-SE-002-2"}),
    ("FCI", {**COM_CNS, P + "stNaoPossuiCpf": True}, SEM_MARCADOR, {"FCI-ID-031-3"}),
    ("FP", AB, {ATENDIMENTO + "stNaoPossuiCpf": DELETE}, {"FP-009-2"}),
]


def codes(tipo: str, versao: str, change: dict[str, Any]) -> set[str]:
    report = validate(build(Case("", tipo, {}, versao=versao), change), hoje=TODAY, validades=FOREVER)
    assert not report.crashed
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize(("tipo", "change", "lacks", "told"), CHANGES)
def test_rule_begins_with_its_version(tipo, change, lacks, told):
    assert codes(tipo, "7.2.2", {**change, **lacks}) == set()
    assert codes(tipo, "8.7.0", change) == told


def test_rule_ends_with_its_version():
    assert codes("FCD", "7.2.2", FAMILIA) == {"FCD-FR-003-1"}
    assert codes("FCD", "8.7.0", FAMILIA) == set()
    nobody = {P + "cpfCidadao": DELETE}
    assert codes("FCI", "7.2.2", {**nobody, **SEM_MARCADOR}) == {"FCI-ID-009-3", "FCI-ID-025-3"}
    assert codes("FCI", "8.7.0", nobody) == {"FCI-ID-025-3"}
