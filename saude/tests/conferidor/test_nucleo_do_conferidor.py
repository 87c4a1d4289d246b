"""The core of the Conferidor on a common Python: what it says of files is what the library says of them."""

from __future__ import annotations

import json
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ledi import validate
from ledi.installation import FICTICIA
from ledi.processing import process
from ledi.zip.writer import PackageWriter
from ledi_gerador import gerar, minimal

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "conferidor"))
import conferir

HOJE = "2026-11-24"


def write(path: Path, records: list) -> str:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return str(path)


def package(path: Path, *tipos: str) -> str:
    with path.open("wb") as file, PackageWriter(file) as made:
        for tipo in tipos:
            entry = process(minimal(tipo), instalacao=FICTICIA, hoje=date.fromisoformat(HOJE)).entry
            assert entry is not None
            made.add(entry)
    return str(path)


def judged(*files: tuple[str, str]) -> tuple[list, list, list]:
    rows, texts, problems = [], [], []
    for piece in map(json.loads, conferir.Conference(files, HOJE).pieces(seconds=0)):
        rows += piece["linhas"]
        texts += piece["textos"]
        problems += piece["problemas"]
    return rows, texts, problems


def test_every_ficha_gets_the_situation_and_codes_of_the_library(tmp_path):
    records = list(gerar(semente=3, fichas=400, erros=0.3))
    rows, texts, problems = judged(("p.jsonl", write(tmp_path / "p.jsonl", records)))
    assert problems == []
    assert len(rows) == len(records) == 400
    seen = set()
    for row, record in zip(rows, records, strict=True):
        report = validate(record, hoje=date.fromisoformat(HOJE))
        codes = {f.code for f in report.findings}
        repeated = {"REGISTRO-uuid-repetido"} if report.uuid in seen else set()
        seen.add(report.uuid)
        assert {texts[number]["codigo"] for number, _ in row[9]} == codes | repeated
        assert row[5] == ("inconsistente" if repeated else report.situacao)
    assert any(row[5] == "inconsistente" for row in rows)


def test_a_bad_file_is_told_by_the_name_the_person_knows_and_the_others_are_judged(tmp_path):
    bad = tmp_path / "arquivo.zip"
    bad.write_bytes(b"PK\x03\x04 not a zip")
    good = write(tmp_path / "x.jsonl", [minimal("FVD")])
    rows, _, problems = judged(("minha produção.zip", str(bad)), ("boa.jsonl", good))
    assert len(rows) == 1
    assert len(problems) == 1
    assert problems[0].startswith("minha produção.zip: ")
    assert "arquivo.zip" not in problems[0]


def test_an_unreadable_line_and_a_nested_bomb_stop_nothing(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("{não é json\n" + "[" * 100_000 + "\n" + json.dumps(minimal("FVD")) + "\n")
    rows, _, problems = judged(("x.jsonl", str(path)))
    assert [row[5] for row in rows] == ["ilegível", "ilegível", "processada"]
    assert problems == []


@pytest.mark.parametrize(
    ("name", "inside", "expected"),
    [
        ("t.zip", {"tb_procedimento.txt": b"x"}, "sigtap"),
        ("c.zip", {"XmlParaESUS.xml": b"<?xml version='1.0'?><ImportarXMLCNES>"}, "cnes"),
        ("p.zip", {"a.esus": b"x"}, "producao"),
        ("p.zip", {"a.esus.xml": b"<ImportarXMLCNES"}, "producao"),
    ],
)
def test_tables_and_production_are_told_apart_by_what_is_in_them(tmp_path, name, inside, expected):
    with zipfile.ZipFile(tmp_path / name, "w") as made:
        for member, data in inside.items():
            made.writestr(member, data)
    assert conferir.kind_of(str(tmp_path / name)) == expected


def test_a_cnes_xml_alone_is_told_and_a_broken_zip_is_left_to_the_reader(tmp_path):
    (tmp_path / "c.xml").write_bytes(b'<?xml version="1.0"?><ImportarXMLCNES/>')
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04")
    assert conferir.kind_of(str(tmp_path / "c.xml")) == "cnes"
    assert conferir.kind_of(str(tmp_path / "b.zip")) == "producao"


def test_tables_that_cannot_be_read_are_told_and_the_fichas_judged_without_them(tmp_path):
    (tmp_path / "arquivo.zip").write_bytes(b"PK\x03\x04")
    tables = conferir.Tables((str(tmp_path / "arquivo.zip"), "TabelaUnificada.zip"), None)
    assert tables.opened is None
    assert "As fichas são conferidas sem elas" in tables.problem
    assert "arquivo.zip" not in tables.problem.replace("TabelaUnificada.zip", "")


@pytest.mark.parametrize("tipo", ["FVD", "FAI", "FCI", "FAC", "MCA", "FV"])
def test_an_opened_ficha_shows_every_field_with_the_name_a_person_knows(tmp_path, tipo):
    path = package(tmp_path / "z.zip", "FP", tipo)
    made = json.loads(conferir.open_ficha(path, 1, HOJE))
    assert (made["tipo"], made["situacao"], made["achados"]) == (tipo, "processada", [])
    paths = {row["caminho"] for row in made["campos"]}
    assert set(made["registro"]["ficha"]) <= {path.split("[")[0].split(".")[0] for path in paths}
    assert all(row["rotulo"] for row in made["campos"])


def test_an_opened_ficha_shows_what_no_layout_has_and_survives_any_value(tmp_path):
    record = minimal("FVD")
    record["ficha"] |= {"inventado": {"a": [1, float("1e308")]}, "turno": "x", "visitasDomiciliares": 7}
    path = write(tmp_path / "x.jsonl", [record])
    made = json.loads(conferir.open_ficha(path, 0, HOJE))
    assert made["situacao"] == "inconsistente"
    assert any("não existe no layout" in row["rotulo"] for row in made["campos"])


def test_two_files_are_compared_by_uuid_and_the_differing_fields_told(tmp_path):
    one, two, three = minimal("FVD"), minimal("FP"), minimal("FAC")
    changed = json.loads(json.dumps(one))
    changed["ficha"]["visitasDomiciliares"][0]["turno"] = 3
    first = write(tmp_path / "a.jsonl", [one, two])
    second = write(tmp_path / "b.jsonl", [three, changed])
    made = json.loads(conferir.compare(("a", first), ("b", second)))
    assert made["iguais"] == 0
    assert [row[0] for row in made["so_no_primeiro"]] == [two["uuid"].lower()]
    assert [row[0] for row in made["so_no_segundo"]] == [three["uuid"].lower()]
    ((uuid, at, tipo, there),) = made["diferentes"]
    assert (uuid, tipo) == (one["uuid"].lower(), "FVD")
    rows = json.loads(conferir.differences(first, at, second, there))
    assert [row[0] for row in rows] == ["ficha.visitasDomiciliares[0].turno"]


def test_the_spreadsheet_opens_and_no_text_becomes_a_formula(tmp_path):
    path = tmp_path / "x.xlsx"
    sheets = [["Fichas", ["A", "B"], [["=1+1", 3], ["texto\x01com controle", "0019615"]]]]
    conferir.spreadsheet(str(path), json.dumps(sheets))
    sheet = load_workbook(path)["Fichas"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["A", "B"],
        ["=1+1", 3],
        ["texto com controle", "0019615"],
    ]
    assert sheet["A2"].data_type == "s"
    assert sheet.freeze_panes == "A2"
