"""The version that a record declares is never the whole answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledi import CURRENT, VERSIONS, validate
from ledi.cli import main
from ledi.findings import AVISO, ERRO
from ledi.layouts import nearest, releases
from ledi_gerador.minimos import minimal

TODAY = date(2026, 11, 24)


def visit(version: Any, **more: Any) -> dict[str, Any]:
    record = minimal("FVD")
    record["versao"] = version
    record["ficha"]["visitasDomiciliares"][0] |= more
    return record


@pytest.mark.parametrize(
    ("version", "used", "code", "words"),
    [
        ("8.3.0", "7.4.2", "COMMON-VERSAO-002-1", "as mais próximas são a 7.4.2 e a 8.4.0"),
        ("7.3.9", "7.3.7", "COMMON-VERSAO-001-1", "as mais próximas são a 7.3.7 e a 7.4.0"),
        ("7.2.1", "7.2.2", "COMMON-VERSAO-001-1", "só é lida"),
        ("5.0.0", "7.2.2", "COMMON-VERSAO-001-1", "a mais antiga é a 7.2.2"),
        ("99.0.0", CURRENT, "COMMON-VERSAO-001-1", "mais nova do que as conhecidas"),
        ("8.7", CURRENT, "REGISTRO-versao-formato", "três números"),
        ("v8.7.0", CURRENT, "REGISTRO-versao-formato", "três números"),
        ("", CURRENT, "REGISTRO-versao-formato", "três números"),
        (870, CURRENT, "REGISTRO-versao-formato", "três números"),
        ({"major": 8}, CURRENT, "REGISTRO-versao-formato", "três números"),
        (None, CURRENT, "REGISTRO-versao-obrigatorio", "Falta a versão"),
    ],
)
def test_an_unknown_version_is_an_error_and_the_rest_is_judged(version, used, code, words):
    good = validate(visit(version), hoje=TODAY)
    assert [(f.code, f.path, f.severity) for f in good.findings] == [(code, "versao", ERRO)]
    (finding,) = good.findings
    assert words in finding.message and f"conferido com a {used}" in finding.message
    assert good.wire is None and good.versao == (version if isinstance(version, str) else None)
    bad = validate(visit(version, turno=9, temperatura=50), hoje=TODAY)
    assert [f.code for f in bad.findings] == [code, "FVD-001-e1", "FVD-017-1"]


def test_the_nearest_layout_judges():
    """7.3.9 is judged with 7.3.7, where FVD has no stNaoPossuiCpf."""
    found = validate(visit("7.3.9", stNaoPossuiCpf=False), hoje=TODAY).findings
    assert [f.code for f in found][1:] == ["FVD-FichaVisitaDomiciliarChildThrift-stNaoPossuiCpf-desconhecido"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_expired_version_is_an_aviso_and_no_more(version):
    record = visit(version)
    last = releases()[version].valid_until
    assert not any(f.path == "versao" for f in validate(record, hoje=last).findings)
    late = validate(record, hoje=last.replace(year=last.year + 1))
    assert [(f.code, f.path, f.severity) for f in late.findings] == [
        ("REGISTRO-versao-expirada", "versao", AVISO)
    ]
    assert late.situacao == "processada" and late.wire is not None
    assert f"{last:%d/%m/%Y}" in late.findings[0].message
    assert validate(record).findings == ()  # no date of today: nothing is said


def test_the_table_of_dates_may_be_the_callers():
    record = visit("8.7.0")
    (finding,) = validate(record, hoje=TODAY, validades={"8.7.0": date(2026, 11, 1)}).findings
    assert finding.code == "REGISTRO-versao-expirada" and "01/11/2026" in finding.message


def test_a_version_that_is_not_the_installations_is_an_aviso():
    found = validate(visit("7.4.2"), hoje=TODAY, esperada="8.7.0")
    assert [(f.code, f.severity) for f in found.findings] == [("REGISTRO-versao-instalacao", AVISO)]
    assert found.situacao == "processada"
    assert validate(visit("7.4.2"), hoje=TODAY, esperada="7.4.2").findings == ()


def test_a_field_of_another_version_says_which():
    (finding,) = validate(visit("8.4.2", stNaoPossuiCpf=False), hoje=TODAY).findings
    assert finding.severity == ERRO and finding.path == "visitasDomiciliares[0].stNaoPossuiCpf"
    assert "não existe na versão 8.4.2" in finding.message and "a partir da versão 8.5.0" in finding.message


def test_a_code_of_another_version_says_which():
    record = minimal("FAC") | {"versao": "8.4.0"}
    record["ficha"]["publicoAlvo"] = [1, 19]
    (finding,) = validate(record, hoje=TODAY).findings
    assert finding.code == "FAC-009-e1" and "existe a partir da versão 8.4.2" in finding.message


def test_mixed_versions_are_judged_one_by_one(tmp_path: Path, capsys):
    import json

    records = [visit(version) | {"uuid": None} for version in ("7.4.2", "8.7.0", "8.3.0")]
    for number, record in enumerate(records):
        record["uuid"] = record["ficha"]["uuidFicha"] = f"0019615-00000000-0000-4000-8000-00000000000{number}"
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    assert main(["validar", "--hoje", "2026-11-24", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.count(": processada") == 2 and out.count(": inconsistente") == 1
    assert "mais de uma versão" in out and "7.4.2 (1), 8.3.0 (1), 8.7.0 (1)" in out


@pytest.mark.parametrize("text", ["8.3.0", "7.2.1", "1.2.3", "9.9.9", "x", "", "8.7.0.1"])
def test_nearest_answers_for_any_text(text):
    assert nearest(text).version in VERSIONS
