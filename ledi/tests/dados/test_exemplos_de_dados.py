"""The examples of docs/dados.md, as they are written: DuckDB, pandas, and Dask with two processes."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ledi.cli import main
from ledi.dados import tabelar

DOC = (Path(__file__).parents[3] / "docs" / "dados.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", DOC, re.S)
*QUESTIONS, CLUSTER, AFTER = PYTHON


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """`producao.zip`, its tables made by the documented command, and a folder `envios` of three zips."""
    folder = tmp_path_factory.mktemp("exemplos")
    (folder / "envios").mkdir()
    for number, path in enumerate(("producao.zip", "envios/1.zip", "envios/2.zip", "envios/3.zip"), 1):
        lines = folder / "p.jsonl"
        main(["gerar", "--fichas", "150", "--erros", "0", "--semente", str(number), "--saida", str(lines)])
        assert main(["empacotar", str(lines), "--saida", str(folder / path)]) == 0
    (command,) = re.findall(r"^ledi (tabelar .*)$", DOC, re.M)
    done = subprocess.run([sys.executable, "-m", "ledi", *command.split()], cwd=folder, check=False)
    assert done.returncode == 0
    return folder


def run(text: str, folder: Path) -> str:
    (folder / "exemplo.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "exemplo.py"], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_questions_are_answered_and_both_ways_agree(place):
    said = run("\n".join(QUESTIONS), place)
    by_duckdb = {month: int(count) for month, count in re.findall(r"│ (\d{6}) +│ +(\d+) │", said)}
    by_pandas = {month: int(count) for month, count in re.findall(r"^(\d{6}) +(\d+)$", said, re.M)}
    assert by_duckdb
    assert by_duckdb == by_pandas
    for word in ("medicamentos", "motivo", "codigo"):
        assert word in said


def test_two_processes_of_dask_find_the_same_totals_as_one(place, tmp_path):
    said = run(CLUSTER, place)
    whole = tabelar(sorted((place / "envios").glob("*.zip")), tmp_path / "de-uma-vez")
    assert whole.registros == 450
    assert said.strip().startswith(f"{whole.registros} {whole.recusados} ")
    assert Counter(eval(said.strip().split(" ", 2)[2])) == whole.por_tipo
    told = run(AFTER, place)
    counted = {kind: int(count) for kind, count in re.findall(r"│ ([A-Z]+) +│ +(\d+) │", told)}
    assert counted == dict(whole.por_tipo)
