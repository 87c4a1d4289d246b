"""A code has one spelling: another is refused and told the right one; nothing is changed on the way out."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from campos import fields_of
from rule_cases.harness import TODAY, apply, build, sigtap
from rule_cases.partes import FRACIONADA

from ledi import validate
from ledi.layouts import TIPOS, VERSIONS
from ledi_gerador.minimos import minimal

CODES = {
    "cid": ("E119", ["E11.9", "e119", " E119", "E11.9\n", "e 11.9"]),
    "ciap": ("K86", ["k86", " K86", "K 86", "K86\n"]),
}
FAI, FAO = "atendimentosIndividuais[0].", "atendimentosOdontologicos[0]."


def findings(record, **options):
    report = validate(record, hoje=TODAY, **options)
    assert not report.crashed
    return report.findings


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("tipo", TIPOS)
def test_every_cid_and_ciap_field_refuses_another_spelling(tipo: str, version: str):
    for record, path, node, field in fields_of(tipo, lambda f: f.format in CODES, version):
        right, wrong = CODES[field.format]
        for text in wrong:
            node[field.name] = text
            errors = [f for f in findings(record) if f.path == path and f.severity == "erro"]
            assert [f for f in errors if f"Escreva {right}." in f.message], (path, text, errors)
        node[field.name] = " "
        assert [f for f in findings(record) if f.path == path and f.severity == "erro"], path
        node[field.name] = right
        assert not [f for f in findings(record) if f.path == path and f.code.endswith("formato")], path


@pytest.mark.parametrize(
    ("tipo", "path", "wrong", "right"),
    [
        ("FAI", FAI + "exame[0].codigoExame", "02.02.01.029-5", "0202010295"),
        ("FAI", FAI + "exame[0].codigoExame", "0202010295 ", "0202010295"),
        ("FAI", FAI + "exame[0].codigoExame", "abex022", "ABEX022"),
        ("FAI", FAI + "exame[0].codigoExame", " ABEX022", "ABEX022"),
        ("FAO", FAO + "exame[0].codigoExame", "ABEX 022", "ABEX022"),
        ("FAI", FAI + "resultadosExames[0].exame", "02.02.01.029-5", "0202010295"),
        ("FAI", FAI + "solicitacoesOci[0].codigoSigtap", "09.01.01.001-4", "0901010014"),
        ("FAO", FAO + "solicitacoesOci[0].codigoSigtap", "0901010014\n", "0901010014"),
        ("FAO", FAO + "procedimentosRealizados[0].coMsProcedimento", "04.14.02.013-8", "0414020138"),
        ("FP", "atendProcedimentos[0].procedimentos[0]", "03.01.10.002-0", "0301100020"),
        ("FP", "atendProcedimentos[0].procedimentos[0]", "abpg013", "ABPG013"),
        ("FAD", "atendimentosDomiciliares[0].procedimentos[0]", "0301.100020", "0301100020"),
        ("FAI", FAI + "medicamentos[0].codigoCatmat", "br0271089-1", "BR0271089-1"),
        ("FVD", "headerTransport.cboCodigo_2002", "5151-05", "515105"),
        ("FAC", "procedimento", "01.01.01.001-0", "0101010010"),
    ],
)  # fmt: skip
def test_the_message_shows_the_right_spelling(tipo: str, path: str, wrong: str, right: str):
    record = copy.deepcopy(minimal(tipo))
    apply(record, path, wrong)
    told = [f for f in findings(record) if f.path == path and f.severity == "erro"]
    assert [f for f in told if f"Escreva {right}." in f.message], [f.message for f in told]
    apply(record, path, right)
    assert not [f for f in findings(record) if f.path == path and "Escreva" in f.message]


def result(exam: str, kind: int, text: str, tipo: str = "FAI") -> dict:
    record = copy.deepcopy(minimal(tipo))
    at = FAI if tipo == "FAI" else FAO
    item = {"exame": exam, "dataRealizacao": "2026-09-01",
            "resultadoExame": [{"tipoResultado": kind, "valorResultado": text}]}  # fmt: skip
    apply(record, f"{at}resultadosExames[0]", item)
    return record


@pytest.mark.parametrize("tipo", ["FAI", "FAO"])
@pytest.mark.parametrize(
    ("exam", "kind", "good"), [("0202010503", 1, "7,20"), ("0211060100", 1, "3"), ("0205020143", 3, "20")]
)
def test_a_result_with_spaces_or_a_line_end_is_refused(tipo: str, exam: str, kind: int, good: str):
    assert not [f for f in findings(result(exam, kind, good, tipo)) if "valorResultado" in f.path]
    for text in (f"{good}\n", f" {good}", f"{good}\t", f"{good}\r\n"):
        (told,) = [f for f in findings(result(exam, kind, text, tipo)) if "valorResultado" in f.path]
        assert told.severity == "erro" and f"Escreva {good}, sem espaços em volta." in told.message
        assert told.code.startswith(f"{tipo}-RX-002-")


def test_a_result_with_a_dot_is_only_told():
    (told,) = [f for f in findings(result("0202010503", 1, "7.20")) if "valorResultado" in f.path]
    assert told.severity == "aviso"


@pytest.mark.parametrize("text", ["Manhã\n", " noite"])
def test_a_turn_with_spaces_around_it_is_refused(text: str):
    item = {**FRACIONADA, "doseFrequenciaTipo": 1, "doseFrequencia": text, "doseFrequenciaQuantidade": 1,
            "doseFrequenciaUnidadeMedida": 1}  # fmt: skip
    record = copy.deepcopy(minimal("FAI"))
    apply(record, FAI + "medicamentos[0]", item)
    assert "FAI-MED-007-2" in {f.code for f in findings(record)}


# ---- repetition is compared on the cleaned value


@pytest.mark.parametrize(
    ("tipo", "path", "items", "code"),
    [
        ("FAI", FAI + "problemasCondicoes", [{"cid10": "E119"}, {"cid10": "e11.9"}], "FAI-PC-005-1"),
        ("FAO", FAO + "problemasCondicoes", [{"cid10": "K021"}, {"cid10": "K02.1 "}], "FAO-PC-005-1"),
        ("FAD", "atendimentosDomiciliares[0].problemasCondicoes", [{"ciap": "K86"}, {"ciap": "k86"}], "FAD-PC-004-1"),
        ("FAI", FAI + "exame", [{"codigoExame": "0202010295"}, {"codigoExame": "02.02.01.029-5"}], "FAI-EX-001-2"),
        ("FAI", FAI + "solicitacoesOci", [{"codigoSigtap": "0901010014"}, {"codigoSigtap": "09.01.01.001-4"}],
         "FAI-OCI-001-2"),
        ("FAI", FAI + "encaminhamentos",
         [{"especialidade": 1, "hipoteseDiagnosticoCid10": code} for code in ("I10", "i10")],
         "FAI-026-1"),
        ("FP", "atendProcedimentos[0].procedimentos", ["0301100020", "03.01.10.002-0"], "FP-009-1"),
        ("FAO", FAO + "procedimentosRealizados",
         [{"coMsProcedimento": "0101020058"}, {"coMsProcedimento": "01010200-58"}],
         "FAO-PQ-001-1"),
        ("FAI", FAI + "medicamentos", [FRACIONADA, {**FRACIONADA, "dose": FRACIONADA["dose"].upper() + " "}],
         "FAI-MED-000-o1"),
    ],
)  # fmt: skip
def test_the_same_in_another_spelling_is_a_repetition(tipo: str, path: str, items: list, code: str):
    record = copy.deepcopy(minimal(tipo))
    apply(record, path, items)
    assert code in {f.code for f in findings(record)}
    apply(record, path, items[:1])
    assert code not in {f.code for f in findings(record)}


def test_the_three_cids_of_the_fae_differ_however_they_are_written():
    record = copy.deepcopy(minimal("FAE"))
    apply(record, "cid10Principal", "E119")
    apply(record, "cid10SecundarioUm", "e11.9")
    assert "FAE-020-1" in {f.code for f in findings(record)}
    apply(record, "cid10Principal", "e11.9 ")
    apply(record, "cid10SecundarioUm", "E119")
    assert "FAE-019-1" in {f.code for f in findings(record)}


# ---- names: only what becomes a letter by nothing but its case


@pytest.mark.parametrize(
    "name",
    [
        "MARIA GROß",
        "ﬁRMINO SILVA",
        "ıVO SILVA",
        "ſILVA MARIA",
        "ŉA SILVA",
        "\u212aELVIN SILVA",
        "ǅORDJE SILVA",
    ],
)
@pytest.mark.parametrize(
    ("tipo", "path"), [("FCI", "identificacaoUsuarioCidadao.nomeCidadao"), ("FAE", "nomeCidadao")]
)
def test_a_sign_that_is_no_letter_of_the_page(tipo: str, path: str, name: str):
    record = copy.deepcopy(minimal(tipo))
    apply(record, path, name)
    (told,) = [f for f in findings(record) if f.path == path]
    assert told.severity == "erro" and "só pode ter letras" in told.message


def test_small_letters_are_converted_by_who_receives_and_sent_as_they_came():
    record = copy.deepcopy(minimal("FCI"))
    apply(record, "identificacaoUsuarioCidadao.nomeCidadao", "Maria d'Ávila da Conceição")
    report = validate(record, hoje=TODAY)
    assert report.findings == ()
    assert report.wire["identificacaoUsuarioCidadao"]["nomeCidadao"] == "Maria d'Ávila da Conceição"


def test_nothing_is_changed_silently():
    """Whatever validate accepts goes on the wire as it was given (dates become the moment that they name)."""
    from ledi_gerador import gerar

    records = list(gerar(semente=3, fichas=120, erros=0))
    assert len(records) == 120
    for record in records:
        assert_same(record["ficha"], validate(record, hoje=TODAY).wire)


def assert_same(given: Any, sent: Any):
    if isinstance(given, dict):
        assert given.keys() == sent.keys()
        for key in given:
            assert_same(given[key], sent[key])
    elif isinstance(given, list):
        assert len(given) == len(sent)
        for one, other in zip(given, sent, strict=True):
            assert_same(one, other)
    elif given != sent:
        assert isinstance(sent, int) and re.match(r"\d{4}-\d{2}-\d{2}", given)


# ---- CIAP2


@pytest.mark.parametrize("with_tables", [False, True])
@pytest.mark.parametrize(
    ("tipo", "path"),
    [("FAI", FAI + "problemasCondicoes[0].ciap"), ("FAO", FAO + "problemasCondicoes[0].ciap"),
     ("FAD", "atendimentosDomiciliares[0].problemasCondicoes[0].ciap"), ("FCC", "ciap")],
)  # fmt: skip
def test_a_code_that_no_chapter_has(tipo: str, path: str, with_tables: bool):
    tables = sigtap() if with_tables else None
    record = copy.deepcopy(minimal(tipo))
    apply(record, path, "I10")
    errors = [f.code for f in findings(record, tabelas=tables) if f.path == path and f.severity == "erro"]
    assert len(errors) == 1, errors
    apply(record, path, "K45")  # a process code exists
    errors = [f.code for f in findings(record, tabelas=tables) if f.path == path and f.severity == "erro"]
    assert errors == ([] if tipo == "FCC" else [f"{tipo}-PC-004-{3 if tipo == 'FAI' else 2}"])


def test_the_processes_are_those_of_30_to_69_and_the_official_table_has_none():
    from ledi.tables import closed
    from ledi.tables.ciap import PROCEDIMENTOS, exists

    assert len(PROCEDIMENTOS) == 17 * 40
    assert set(PROCEDIMENTOS).isdisjoint(closed.codes("ciap2"))
    assert exists("A30") and exists("Z69") and exists("K86") and not exists("I10") and not exists("A70 ")


@pytest.mark.parametrize("code", ["A30", "K45", "Z69", "W50"])
@pytest.mark.parametrize("tipo", ["FAI", "FAO", "FAD"])
def test_the_group_of_processes_is_refused(tipo: str, code: str):
    place = {"FAI": FAI, "FAO": FAO, "FAD": "atendimentosDomiciliares[0]."}[tipo]
    record = copy.deepcopy(minimal(tipo))
    apply(record, f"{place}problemasCondicoes[0]", {"ciap": code, "isAvaliado": True})
    told = [f for f in findings(record) if f.path.endswith("ciap")]
    assert [(f.severity, "grupo Procedimentos" in f.message) for f in told] == [("erro", True)]


def test_ab_codes_with_a_twin_in_sigtap_say_since_when():
    from rule_cases.harness import Case

    case = Case(
        "", "FAI", {}, base={FAI + "exame": [{"codigoExame": "ABEX008", "solicitadoAvaliado": ["S"]}]}
    )
    (told,) = findings(build(case, {}))
    assert (
        told.severity == "aviso" and "desde a versão 8.4.0" in told.message and "0202010503" in told.message
    )
    old = Case("", "FAI", {}, base=case.base | {FAI + "stNaoPossuiCpf": None}, versao="7.2.2")
    assert [f.code for f in findings(build(old, {})) if "AB" in f.message] == []
