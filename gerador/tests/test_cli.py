"""`ledi gerar`."""

import json
from pathlib import Path

import pytest

from ledi_gerador import cli


def test_writes_records_and_answer_sheet(tmp_path: Path) -> None:
    saida, gabarito = tmp_path / "f.jsonl", tmp_path / "g.jsonl"
    argumentos = ["--semente", "3", "--fichas", "40", "--erros", "0,5", "--tipos", "fvd,FCC"]
    assert cli.main([*argumentos, "--saida", str(saida), "--gabarito", str(gabarito)]) == 0
    registros = [json.loads(linha) for linha in saida.read_text(encoding="utf-8").splitlines()]
    respostas = [json.loads(linha) for linha in gabarito.read_text(encoding="utf-8").splitlines()]
    assert {r["tipo"] for r in registros} == {"FVD", "FCC"}
    assert [r["uuid"] for r in registros] == [r["uuid"] for r in respostas]
    assert any(r["codigos"] for r in respostas)


def test_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--fichas", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_impossible_month_is_told_in_portuguese(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--competencias", "202612"]) == 2
    assert "competência 202612" in capsys.readouterr().err


@pytest.mark.parametrize("argumentos", [["--tipos", "XYZ"], ["--erros", "2"], ["--fichas", "-1"]])
def test_bad_usage_exits_2(argumentos: list[str]) -> None:
    with pytest.raises(SystemExit) as fim:
        cli.main(argumentos)
    assert fim.value.code == 2


def test_tables_of_the_municipality(tmp_path: Path) -> None:
    pasta = tmp_path / "tabelas"
    argumentos = ["--fichas", "1", "--saida", str(tmp_path / "f.jsonl"), "--tabelas", str(pasta)]
    assert cli.main(argumentos) == 0
    assert sorted(p.name for p in pasta.iterdir()) == [
        "TabelaUnificada_202608.zip",
        "TabelaUnificada_202609.zip",
        "TabelaUnificada_202610.zip",
        "cnes.xml",
    ]
