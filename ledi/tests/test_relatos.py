"""Inputs of people who do this job, each with what it must give through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledi.cli import main

RELATOS = Path(__file__).parent / "relatos"
BASE = RELATOS / "60-fvd-base.jsonl"
DATA, TEXTO = "CASA-FAI-data_improvavel", "TRANSPORTE-I-003-o1"
F = "atendimentosIndividuais[0]."


def judged(capsys, *arguments: object) -> tuple[int, list[dict], str]:
    code = main(["validar", "--json", "--hoje", "2026-11-24", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


#: file -> exit code, (severity, code, field) of every finding
EXPECTED = {
    "11-epoch-em-segundos.jsonl": (0, {("aviso", DATA, "headerTransport.dataAtendimento"),
                                       ("aviso", DATA, F + "dataNascimento"),
                                       ("aviso", DATA, F + "dataHoraInicialAtendimento"),
                                       ("aviso", DATA, F + "dataHoraFinalAtendimento")}),
    "20d-fvd-declara-iso-bytes-utf8.esus.xml": (2, {("erro", "REGISTRO-arquivo-formato", "")}),
    "21-ns-cadastroindividua.esus.xml": (1, {("erro", "REGISTRO-xml-namespace", "")}),
    "22-ine-numlote-vazios.esus.xml": (0, set()),
    "28-nasc-iso.esus.xml": (1, {("erro", "FVD-FichaVisitaDomiciliarChildThrift-dtNascimento-tipo",
                                  "visitasDomiciliares[0].dtNascimento")}),
    "30-sem-versao.esus.xml": (1, {("erro", "REGISTRO-versao-obrigatorio", "versao")}),
    "30c-cpfOuCnpj-texto.esus.xml": (1, {("erro", TEXTO, "remetente.cpfOuCnpj"),
                                         ("erro", TEXTO, "originadora.cpfOuCnpj")}),
    "43b-zip-com-leiame.zip": (0, set()),
    "45-zip-do-mac.zip": (0, set()),
    "52b-soma-errada.jsonl": (0, {("aviso", "CASA-FAI-dose_soma", F + "medicamentos[3].qtDoseManha")}),
    "60-fvd-base.jsonl": (0, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_each_gives_what_it_must(name: str, capsys):
    code, (row,), _ = judged(capsys, RELATOS / name)
    found = {(f["severidade"], f["codigo"], f["campo"]) for f in row["inconsistencias"]}
    assert (code, found) == EXPECTED[name]
    if code < 2:
        assert row["uuid"] and row["tipo"]


def test_every_file_is_used():
    beside = {BASE.name, "61-cnes-emulti-dois-estab.xml", "67-cnes-ine-desativada.xml"}
    assert {path.name for path in RELATOS.iterdir()} == set(EXPECTED) | beside


def test_the_encoding_is_named(capsys):
    _, (row,), _ = judged(capsys, RELATOS / "20d-fvd-declara-iso-bytes-utf8.esus.xml")
    text = row["inconsistencias"][0]["mensagem"]
    assert "ISO-8859-1" in text and 'encoding="UTF-8"' in text


def test_the_right_namespace_is_said(capsys):
    _, (row,), _ = judged(capsys, RELATOS / "21-ns-cadastroindividua.esus.xml")
    assert "http://esus.ufsc.br/cadastroindividual (" in row["inconsistencias"][0]["mensagem"]


@pytest.mark.parametrize(
    ("name", "entry", "junk"),
    [
        ("43b-zip-com-leiame.zip", "0019615-64b7bdb7-31e1-4817-81ad-5301266b92a6.esus.xml",
         "LEIAME.txt, __MACOSX/._a, .DS_Store"),
        ("45-zip-do-mac.zip", "sistemas/1/fvd-1.esus.xml",
         "__MACOSX/sistemas/1/._fvd-1.esus.xml, sistemas/.DS_Store"),
    ],
)  # fmt: skip
def test_junk_is_passed_over_and_said(name: str, entry: str, junk: str, capsys):
    assert main(["validar", "--hoje", "2026-11-24", str(RELATOS / name)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{entry}: FVD ") and "1 registro(s): 1 processada(s)" in out
    assert junk in err


def test_a_team_of_two_establishments_is_accepted(capsys):
    code, (row,), err = judged(capsys, BASE, "--cnes", RELATOS / "61-cnes-emulti-dois-estab.xml")
    assert (code, row["inconsistencias"], err) == (0, [], "")


def test_a_deactivated_team_is_all_there_is_to_say(capsys):
    code, (row,), _ = judged(capsys, BASE, "--cnes", RELATOS / "67-cnes-ine-desativada.xml")
    assert code == 1 and [f["codigo"] for f in row["inconsistencias"]] == ["CTX-INE-003"]


def test_empty_elements_are_not_written_again(tmp_path, capsys):
    from zipfile import ZipFile

    source = RELATOS / "22-ine-numlote-vazios.esus.xml"
    assert b"<ine></ine>" in source.read_bytes()
    for formato in ("xml", "thrift"):
        target = tmp_path / f"{formato}.zip"
        given = [
            "empacotar",
            str(source),
            "--saida",
            str(target),
            "--formato",
            formato,
            "--hoje",
            "2026-11-24",
        ]
        assert main(given) == 0
        archive = ZipFile(target)
        data = archive.read(archive.namelist()[0])
        assert b"<ine" not in data and b"numLote" not in data
        capsys.readouterr()
        assert main(["abrir", str(target)]) == 0
        opened = json.loads(capsys.readouterr().out)
        assert "ine" not in opened and "ine" not in opened["ficha"]["headerTransport"]
