"""The samples of shared facts, each with exactly what a reader must take from it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from reports import AMOSTRAS, SAMPLES, expected, read, read_text, sample_text

from ledi.retorno import FORMATOS, document


def test_every_format_has_a_sample():
    assert {expected(name)["formato"] for name in SAMPLES} == set(FORMATOS)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_exactly_its_json(name):
    made = json.loads("".join(document(AMOSTRAS / f"{name}.csv")))
    assert json.dumps(made) == json.dumps(expected(name))  # 63 and 63.0 are not the same here


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_encoding_gives_the_same_records(tmp_path, name, encoding):
    text = sample_text(name).replace("–", "-")
    made = read_text(tmp_path, text, encoding)
    assert made["registros"] == expected(name)["registros"]
    assert made["leitura"]["bom"] == (encoding in ("utf-8-sig", "utf-16"))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", SAMPLES)
def test_line_ends(tmp_path, name, ends):
    text = sample_text(name).replace("\r\n", "\n").replace("\n", ends)
    assert read_text(tmp_path, text)["registros"] == expected(name)["registros"]


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("name", SAMPLES)
def test_saved_again_by_a_spreadsheet(tmp_path, name, separator):
    """Every row as wide as the widest, TABs and quotes as a spreadsheet writes them, no BOM, other separators."""
    text = sample_text(name)
    rows = [
        [cell.strip("\t") for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=";")
    ]
    width = max(map(len, rows)) + 1
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(row + [""] * (width - len(row)) for row in rows)
    made, wanted = read_text(tmp_path, out.getvalue()), expected(name)
    assert made["registros"] == wanted["registros"]
    assert made["totais"] == wanted["totais"]
    assert made.get("contexto") == wanted.get("contexto")
    assert made["leitura"]["separador"] == separator


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("name", SAMPLES)
def test_two_reports_in_one_file_are_told(tmp_path, name, wide):
    """The PEC's are both read, and the heading in the middle is no row; the others end where the first ends."""
    text, wanted = sample_text(name), expected(name)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    out = io.StringIO(newline="")
    width = max(map(len, rows)) + 1
    csv.writer(out, delimiter=";").writerows(row + [""] * (width - len(row)) for row in rows)
    text = out.getvalue() if wide else text
    assert read_text(tmp_path, text)["avisos"] == wanted["avisos"]
    made = read_text(tmp_path, text * 2)
    twice = 2 if wanted["formato"] == "pec-inconsistencias" else 1
    assert len(made["registros"]) == twice * len(wanted["registros"])
    assert set(made["avisos"]) - set(wanted["avisos"]) == {
        "cabecalho_repetido" if twice == 2 else "dados_depois_do_rodape"
    }
    if twice == 2:
        assert made["totais"]["recusadas"] == 2 * wanted["totais"]["recusadas"]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "siaps_visao_competencia"])
def test_other_orders_of_columns(tmp_path, name):
    """The columns turned round: the same records. (The one whose header is not CSV is turned in test_siaps.py.)"""
    wanted = expected(name)
    lines = list(csv.reader(io.StringIO(sample_text(name), newline=""), delimiter=";"))
    top = wanted["leitura"].get("linha_do_cabecalho", 1) - 1
    width = len(wanted["leitura"].get("colunas_canonicas", lines[top]))
    end = next((n for n in range(top, len(lines)) if len(lines[n]) < width), len(lines))
    out = io.StringIO(newline="")
    write = csv.writer(out, delimiter=";")
    write.writerows(lines[:top])
    write.writerows(row[:width][::-1] for row in lines[top:end])
    write.writerows(lines[end:])
    made = read_text(tmp_path, out.getvalue())

    def bare(records):
        return [{k: v for k, v in one.items() if k != "linha"} for one in records]

    assert bare(made["registros"]) == bare(wanted["registros"])
    assert made["totais"] == wanted["totais"]


@pytest.mark.parametrize("name", SAMPLES)
def test_cut_anywhere_never_reads_more_nor_crashes(tmp_path, name):
    """A file cut at any byte: refused, or the records of the whole file that were there."""
    raw = (AMOSTRAS / f"{name}.csv").read_bytes()
    whole = [json.dumps(one, sort_keys=True) for one in expected(name)["registros"]]
    path = tmp_path / "cortado.csv"
    refused = 0
    for size in range(0, len(raw), 7):
        path.write_bytes(raw[:size])
        made = read(path)
        if made["recusar"]:
            refused += 1
            continue
        found = [json.dumps(one, sort_keys=True) for one in made["registros"]]
        assert found[:-1] == whole[: max(0, len(found) - 1)]
    assert refused > 0
