"""What is no report, hostile files, .xlsx, memory, and the command."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from reports import (
    AMOSTRAS,
    PEC_HEADER,
    SAMPLES,
    expected,
    motivo,
    pec,
    pec_row,
    read,
    read_text,
    sample_text,
)

from ledi.cli import main
from ledi.errors import LediError
from ledi.retorno import Motivo, Refused, open_retorno
from ledi.retorno.text import MAX_LINE

FIELDS = {"arquivo", "formato", "recusar", "leitura", "contexto", "registros", "totais", "avisos"}
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><body>Sessão expirada</body></html>",
        "\ufeff \n<html>",
        "<?xml version='1.0'?><html/>",
    ],
)
def test_html_in_place_of_the_csv(tmp_path, text):
    assert motivo(tmp_path, text) == "html_no_lugar_do_csv"
    assert motivo(tmp_path, text, "utf-16") == "html_no_lugar_do_csv"


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"%PDF-1.4\x00\x01", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"a;b;c\n" * 500]
)
def test_what_is_no_report(tmp_path, raw):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    made = read(path)
    assert (made["motivo"], made["formato"], made["registros"]) == ("cabecalho_nao_reconhecido", None, [])


def test_the_header_too_far_down_is_not_looked_for(tmp_path):
    assert motivo(tmp_path, "x\n" * 100 + pec(pec_row("Erro"))) == "cabecalho_nao_reconhecido"


def test_a_line_without_end_is_not_read_into_memory(tmp_path):
    assert motivo(tmp_path, "x" * (MAX_LINE * 3)) == "cabecalho_nao_reconhecido"
    assert motivo(tmp_path, pec(pec_row("x" * (MAX_LINE * 3)))) == "ultima_linha_com_menos_colunas"


def test_bytes_of_another_encoding_in_the_middle(tmp_path):
    """One bad byte far into a UTF-8 file does not make the whole of it Latin-1."""
    raw = pec(*[pec_row("Código inválido")] * 2000).encode()
    path = tmp_path / "x.csv"
    path.write_bytes(raw[:-20] + b"\xe9" + raw[-20:])
    made = read(path)
    assert made["leitura"]["codificacao"] == "utf-8" and made["avisos"] == ["caracteres_ilegiveis"]
    assert made["registros"][0]["mensagens"][0]["texto_seguro"] == "Código inválido"


def test_windows_1252_is_told_from_latin_1(tmp_path):
    made = read_text(tmp_path, pec(pec_row("Código “X” – inválido")), "cp1252")
    assert made["leitura"]["codificacao"] == "windows-1252"
    assert made["registros"][0]["mensagens"][0]["texto_seguro"] == "Código “X” – inválido"


@quick
@given(raw=st.binary(max_size=400), after=st.integers(0, 3))
def test_any_bytes_are_read_or_refused(tmp_path, raw, after):
    start = (AMOSTRAS / f"{SAMPLES[after]}.csv").read_bytes() if after else b""
    path = tmp_path / "x.csv"
    path.write_bytes(start[: len(raw) * 7] + raw)
    try:
        made = read(path)
    except LediError as error:
        assert raw[:2] == b"PK" and str(error)
        return
    assert FIELDS - {"contexto"} <= set(made)
    json.dumps(made, allow_nan=False)


@quick
@given(
    cells=st.lists(
        st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30), min_size=0, max_size=30
    ),
    name=st.sampled_from(SAMPLES),
    at=st.integers(1, 30),
)
def test_a_hostile_row_in_a_good_report(tmp_path, cells, name, at):
    lines = sample_text(name).split("\r\n" if "\r\n" in sample_text(name) else "\n")
    lines.insert(min(at, len(lines)), ";".join(cells))
    made = read_text(tmp_path, "\n".join(lines))
    assert made["recusar"] or isinstance(made["registros"], list)
    json.dumps(made, allow_nan=False)


@quick
@given(
    number=st.one_of(
        st.from_regex(r"[0-9]{11,20}", fullmatch=True),
        st.from_regex(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", fullmatch=True),
    ),
    before=st.text(alphabet="abc :;.-/", max_size=10),
    name=st.sampled_from(SAMPLES),
    at=st.integers(1, 25),
    column=st.integers(0, 11),
)
def test_a_number_of_a_person_never_comes_out(tmp_path, number, before, name, at, column):
    """Wherever in a report it stands."""
    text = sample_text(name)
    lines = text.split("\r\n" if "\r\n" in text else "\n")
    at = min(at, len(lines) - 1)
    cells = lines[at].split(";")
    cells[column % len(cells)] = f"{before}{number}"
    lines[at] = ";".join(cells)
    made = read_text(tmp_path, "\n".join(lines))
    shown = json.dumps({k: v for k, v in made.items() if k != "leitura"}, ensure_ascii=False)
    assert number not in shown


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "grande.csv"
    row = pec_row('"Turno inválido\nPeso inválido"')

    def peak(rows: int) -> int:
        with open(path, "w", encoding="utf-8") as file:
            file.write(PEC_HEADER + "\n")
            for number in range(rows):
                file.write(row.replace("9e6f51fd", f"{number:08x}") + "\n")
        tracemalloc.start()
        with open_retorno(path) as found:
            assert sum(1 for _ in found) == rows
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1000)  # fills what is kept once, within limits (caches, blocks)
    small, large = peak(6000), peak(24000)
    assert len(row) > 150
    assert (
        large - small < 18000 * 100
    )  # distinct uuids, 25 bytes each, twice while their table grows; not the rows


# ---- spreadsheets


def sheet(tmp_path, name: str):
    """The sample as a person saves it: numbers become numbers."""
    import csv

    book = Workbook()
    for cells in csv.reader(io.StringIO(sample_text(name), newline=""), delimiter=";"):
        row = []
        for cell in cells:
            text = cell.strip("\t")
            try:
                row.append(float(text.replace(",", ".")) if not text.startswith("0") else text)
            except ValueError:
                row.append(text)
        book.active.append(row)
    path = tmp_path / f"{name}.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("name", SAMPLES)
def test_an_xlsx_gives_the_same_records(tmp_path, name):
    made, wanted = read(sheet(tmp_path, name)), expected(name)
    if "sisab" in name:  # 1.234 in a spreadsheet is a number with a fraction: SISAB only gives CSV
        assert [one["cnes"] for one in made["registros"] if "cnes" in one] == [
            one["cnes"] for one in wanted["registros"] if "cnes" in one
        ]
        return
    assert made["leitura"]["codificacao"] == "xlsx"
    for one, other in zip(made["registros"], wanted["registros"], strict=True):
        assert {**one, "linha": 0} == {**other, "linha": 0}
    assert made["totais"] == wanted["totais"]


def test_zips_that_are_no_spreadsheet(tmp_path):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(LediError, match=r"\.xlsx"):
        open_retorno(path)
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 50)
    with pytest.raises(LediError, match="íntegro"):
        open_retorno(path)


@pytest.mark.parametrize("inside", ["<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet/>", "0" * 8_000_000])
def test_bombs_are_refused(tmp_path, inside):
    source = sheet(tmp_path, "siaps_visao_competencia")
    path = tmp_path / "bomba.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, inside if "sheet1" in item.filename else old.read(item))
    with pytest.raises(LediError, match=r"DOCTYPE|expande"):
        open_retorno(path)


# ---- the command


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", SAMPLES)
def test_command_json(capsys, name):
    code, out, err = run(capsys, "retorno", AMOSTRAS / f"{name}.csv", "--json")
    assert (code, err) == (0, "") and json.loads(out) == expected(name)


@pytest.mark.parametrize("name", SAMPLES)
def test_command_text(capsys, name):
    code, out, _ = run(capsys, "retorno", AMOSTRAS / f"{name}.csv")
    assert code == 0 and "totais: " in out and len(out.splitlines()) > len(expected(name)["registros"])


def test_command_refusal_says_what_to_do(capsys, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("<html>", encoding="utf-8")
    code, out, err = run(capsys, "retorno", path, "--json")
    made = json.loads(out)
    assert code == 1 and made["recusar"] is True and made["motivo"] == "html_no_lugar_do_csv"
    assert set(made) >= FIELDS and "baixe o relatório" in err
    code, out, err = run(capsys, "retorno", path)
    assert (code, out) == (1, "") and "recusado" in err


def test_command_that_cannot_open_or_is_misused(capsys, tmp_path):
    assert run(capsys, "retorno", tmp_path / "nao-existe.csv", "--json")[:2] == (2, "")
    assert run(capsys, "retorno", tmp_path, "--json")[:2] == (2, "")
    assert run(capsys, "retorno")[0] == 2
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 50)
    code, out, err = run(capsys, "retorno", path, "--json")
    assert (code, out) == (2, "") and "xlsx" in err


def test_a_refusal_during_the_reading_is_raised_and_closes_the_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(pec(pec_row("Erro")) + "05/10/2026;ARQ", encoding="utf-8")
    found = open_retorno(path)
    records = iter(found)
    assert next(records)["situacao"] == "recusada"
    with pytest.raises(Refused) as refused:
        next(records)
    assert refused.value.motivo is Motivo.CORTADO and refused.value.formato == "pec-inconsistencias"
    path.unlink()
