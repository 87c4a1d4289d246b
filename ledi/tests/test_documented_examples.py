"""Examples of the documents that have no test of their own: commands as a shell gets them, Python as it is written."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledi.cli import main

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "ledi/tests/retorno/amostras/pec_inconsistencias_utf8.csv"
COMMANDS = ("README.md", "ledi/README.md", "gerador/README.md", "docs/retorno.md", "docs/dados.md")
#: document with Python in it -> the test that runs it
PYTHON = {
    "README.md": "ledi/tests/test_documented_examples.py",
    "docs/retorno.md": "ledi/tests/test_documented_examples.py",
    "gerador/README.md": "ledi/tests/test_documented_examples.py",
    "ledi/README.md": "ledi/tests/test_public.py",
    "docs/dados.md": "ledi/tests/dados/test_exemplos_de_dados.py",
    "docs/api.md": "saude/tests/recebimento/test_api_guia.py",
    "docs/site/library.md": "ledi/tests/test_examples_in_english.py",
    "docs/como-adicionar-regra.md": "",  # one line of a rule of ours, which its own cases run
}


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / document).read_text("utf-8"), re.S | re.M)


def commands(document: str) -> list[str]:
    lines = "".join(blocks(document, "sh")).splitlines()
    return [line for line in lines if line.startswith("ledi ")]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """What the examples call by name: a production, a zip, a report of the PEC."""
    folder = tmp_path_factory.mktemp("exemplos")
    main(["gerar", "--fichas", "40", "--erros", "0", "--saida", str(folder / "producao.jsonl")])
    shutil.copy(folder / "producao.jsonl", folder / "a.jsonl")
    for name in ("producao.zip", "x.zip"):
        assert main(["empacotar", str(folder / "producao.jsonl"), "--saida", str(folder / name)]) == 0
    for name in ("relatorio.csv", "inconsistencias.csv"):
        shutil.copy(SAMPLE, folder / name)
    return folder


@pytest.fixture
def place(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "aqui"))


def test_python_in_a_document_is_run_by_a_test():
    documents = [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/**/*.md")]
    with_python = {
        path.relative_to(ROOT).as_posix() for path in documents if "```python\n" in path.read_text("utf-8")
    }
    assert with_python == set(PYTHON)
    for document, test in PYTHON.items():
        if test:
            assert Path(document).name in (ROOT / test).read_text("utf-8"), document


@pytest.mark.parametrize("document", COMMANDS)
def test_every_command_does_what_the_document_says(document, place):
    found = commands(document)
    assert found
    for line in found:
        words = shlex.split(line, comments=True)
        done = subprocess.run(
            [sys.executable, "-m", "ledi", *words[1:]], cwd=place, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), (line, done.stderr)
        assert "Traceback" not in done.stderr, line
        assert done.stdout or "--saida" in line, line


@pytest.mark.parametrize("document", ["README.md", "docs/retorno.md", "gerador/README.md"])
def test_the_python_of_a_document_runs(document, place):
    begin = "from datetime import date\nfrom ledi_gerador import minimal\nregistro = minimal('FVD')\n"
    (place / "exemplo.py").write_text(begin + "\n".join(blocks(document, "python")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "exemplo.py"], cwd=place, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
