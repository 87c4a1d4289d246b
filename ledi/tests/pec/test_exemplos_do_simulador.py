"""The lines of docs/pec-simulado.md, as a shell gets them: the command that starts it, each curl, in their order."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledi.cli import main
from ledi.pec.simulator import Chosen

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs/pec-simulado.md"
LINES = "".join(re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.S | re.M)).splitlines()
CURLS = [line for line in LINES if line.startswith("curl ")]
STARTS = [shlex.split(line, comments=True)[1:] for line in LINES if line.startswith("ledi ")]


@pytest.fixture
def place(tmp_path) -> Path:
    """A production, its zip, and the zip opened: what the guide says one has."""
    main(["gerar", "--fichas", "8", "--erros", "0", "--saida", str(tmp_path / "producao.jsonl")])
    assert (
        main(["empacotar", str(tmp_path / "producao.jsonl"), "--saida", str(tmp_path / "producao.zip")]) == 0
    )
    with zipfile.ZipFile(tmp_path / "producao.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def address(place) -> Iterator[str]:
    """The first command of the guide, on a port that is free."""
    words = [sys.executable, "-u", "-m", "ledi", *STARTS[0]]
    words[words.index("--porta") + 1] = "0"
    started = subprocess.Popen(words, cwd=place, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield re.findall(r"http://[\w.:]+", started.stdout.readline())[0]
    finally:
        started.terminate()
        started.wait()
        started.stdout.close()


def test_every_curl_of_the_guide_is_answered(place, address):
    if shutil.which("curl") is None:
        pytest.skip("SEM CURL: os exemplos de docs/pec-simulado.md não foram executados")
    ficha = sorted(place.glob("*.esus"))[0].name
    said = []
    for line in CURLS:
        here = line.replace("http://127.0.0.1:9100", address).replace("0019615-….esus", ficha)
        assert address in here, line
        words = [
            "curl",
            "-sS",
            "--noproxy",
            "*",
            "-w",
            "\n%{http_code}",
            *shlex.split(here, comments=True)[1:],
        ]
        done = subprocess.run(words, cwd=place, capture_output=True, text=True, check=True)
        body, _, status = done.stdout.rpartition("\n")
        assert status.startswith("2"), (line, done.stdout)
        said.append(body)
    assert len(said) == 5
    received = json.loads(said[-1])
    assert ficha.removesuffix(".esus") in json.dumps(received)
    assert len(list((place / "recebidas").iterdir())) >= 1


def test_the_other_commands_of_the_guide(place):
    assert [words[0] for words in STARTS] == ["pec-simulado"] * 3
    scenarios = STARTS[1][2::2]
    assert STARTS[1][1::2] == ["--cenario"] * len(scenarios) and Chosen.parse(scenarios)
    done = subprocess.run(
        [sys.executable, "-m", "ledi", *STARTS[2]], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "--cenario" in done.stdout and "--parametro" in done.stdout
