"""Changes of which only a range of versions is known: taken in doubt, with an aviso that names it."""

from __future__ import annotations

from typing import Any

import pytest
from rule_cases.fci import RECUSA
from rule_cases.harness import DELETE
from rule_cases.partes import MEDICAMENTO
from versions_records import AVISO, ERRO, VACINA, by_severity

from ledi.layouts import VERSIONS
from ledi.versions import version_key

P, D = "identificacaoUsuarioCidadao.", "informacoesSocioDemograficas."
E, X = "informacoesSocioEconomicas.", "saidaCidadaoCadastro."
ESPECIAL = {VACINA + "estrategiaVacinacao": 2, VACINA + "cid10MotivoIndicacao": "Z258"}
RUA = "enderecoLocalPermanencia.tipoLogradouroNumeroDne"
ANIMAIS = {
    "stAnimaisNoDomicilio": True, "quantosAnimaisNoDomicilio": "5", "animaisNoDomicilio": [128, 129, 130, 132, 223],
}  # fmt: skip


def vacina(vaccine: int, strategy: int, dose: int) -> dict[str, Any]:
    special = {VACINA + "cboPrescritorCodigo2002": "225142", VACINA + "cid10MotivoIndicacao": "Z258"}
    place = {
        VACINA + "imunobiologico": vaccine,
        VACINA + "estrategiaVacinacao": strategy,
        VACINA + "dose": dose,
    }
    return {**place, **special} if strategy == 2 else place


# tipo, change, code told, from which version it is an aviso, from which it is no longer one, what is on each side
ACCEPTED_LATER: list[tuple[str, dict[str, Any], str, str, str]] = [
    (
        "FCD",
        {RUA: "716"},
        "FCD-EnderecoLocalPermanenciaThrift-tipoLogradouroNumeroDne-duvida",
        "7.2.3",
        "8.6.0",
    ),
    (
        "FCD",
        {RUA: "810"},
        "FCD-EnderecoLocalPermanenciaThrift-tipoLogradouroNumeroDne-duvida",
        "7.2.3",
        "8.6.0",
    ),
    ("FV", vacina(107, 1, 9), "FV-009-2", "7.4.0", "7.4.1"),
    ("FV", vacina(116, 2, 60), "FV-009-2", "7.3.0", "7.3.4"),
]
REFUSED_LATER: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("FV", vacina(115, 2, 9), "FV-009-2", "7.3.0", "7.3.4"),
    ("FV", ESPECIAL, "FV-V-010-1", "7.3.2", "7.3.3"),
    ("FCI", {D + "statusDesejaInformarOrientacaoSexual": True}, "FCI-SD-004-2", "8.4.0", "8.4.2"),
    ("FCI", {D + "statusDesejaInformarIdentidadeGenero": True}, "FCI-SD-015-2", "8.4.0", "8.4.2"),
    ("FCI", {**RECUSA, X + "motivoSaidaCidadao": 136}, "FCI-SA-001-1", "8.4.0", "8.4.2"),
    (
        "FCI",
        {
            **RECUSA,
            E + "alimentosAcabaramAntesTerDinheiroComprarMais": True,
            E + "comeuAlgunsAlimentosQueTinhaDinheiroAcabou": True,
        },
        "FCI-SE-001-2",
        "8.6.0",
        "8.7.0",
    ),
    (
        "FAI",
        {"atendimentosIndividuais[0].medicamentos": [MEDICAMENTO] * 2},
        "FAI-MED-000-o1",
        "7.2.3",
        "8.4.2",
    ),
    ("MCA", {"perguntasQuestionarioCriancasComMaisDoisAnos[8]": DELETE}, "MCA-009-2", "7.3.6", "7.3.7"),
]


def sides(tipo: str, change: dict[str, Any], code: str, version: str) -> tuple[bool, bool]:
    """(is it an error, is it an aviso that says why it is only that)."""
    found = by_severity(tipo, version, change)
    told = [f.message for f in found[AVISO] if f.code == code]
    assert all("não se sabe em qual versão" in message for message in told), told
    return any(f.code == code or f.path == next(iter(change)) for f in found[ERRO]), bool(told)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("tipo", "change", "code", "first", "sure"), ACCEPTED_LATER)
def test_what_was_allowed_is_taken_from_the_first_version_that_may_allow_it(
    tipo, change, code, first, sure, version
):
    key = version_key(version)
    refused, told = sides(tipo, change, code, version)
    assert refused is (key < version_key(first))
    assert told is (version_key(first) <= key < version_key(sure))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("tipo", "change", "code", "first", "sure"), REFUSED_LATER)
def test_what_was_forbidden_is_refused_from_the_last_version_that_may_forbid_it(
    tipo, change, code, first, sure, version
):
    key = version_key(version)
    refused, told = sides(tipo, change, code, version)
    assert refused is (key >= version_key(sure))
    assert told is (version_key(first) <= key < version_key(sure))


@pytest.mark.parametrize("version", VERSIONS)
def test_five_kinds_of_animals(version):
    """4 in the page of 7.2.2, 8 in that of 8.7.0, while the list always had 8: never refused, told until it is sure."""
    found = by_severity("FCD", version, ANIMAIS)
    assert found[ERRO] == []
    assert [f.code for f in found[AVISO]] == ([] if version_key(version) >= (8, 7, 0) else ["FCD-001-e1"])


@pytest.mark.parametrize("version", [v for v in VERSIONS if version_key(v) >= (7, 3, 0)])
def test_a_site_of_two_digits(version):
    """The page of 7.3.0 said one digit, and its own rule asks for site 17."""
    found = by_severity("FV", version, {VACINA + "viaAdministracao": 1, VACINA + "localAplicacao": 17})
    told = {f.code for f in found[AVISO]}
    assert found[ERRO] == []
    assert told == (
        {"FV-VacinaRowThrift-localAplicacao-maximo"} if version_key(version) < (7, 3, 2) else set()
    )
