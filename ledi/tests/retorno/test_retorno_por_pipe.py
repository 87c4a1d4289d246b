"""A report that can be read only once: a pipe, the standard input, a gzip. Nothing of it is lost, nothing is left."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from reports import AMOSTRAS, SAMPLES, expected

from ledi.cli import main
from ledi.files import HEAD

LEDI = [sys.executable, "-m", "ledi", "retorno"]


def whole(name: str) -> bytes:
    """The sample; one of the PEC with more rows than the bytes looked at to tell the kind."""
    content = (AMOSTRAS / f"{name}.csv").read_bytes()
    if not name.startswith("pec"):
        return content
    head, _, rows = content.partition(b"\n")
    return head + b"\n" + rows * (1 + 2 * HEAD // len(rows))


def check(name: str, told: str) -> None:
    made, wanted = json.loads(told), expected(name)
    assert made["recusar"] is False and made["registros"][: len(wanted["registros"])] == wanted["registros"]
    assert len(made["registros"]) >= len(wanted["registros"])
    if not name.startswith("pec"):
        assert made["totais"] == wanted["totais"]


@pytest.fixture
def command(tmp_path, monkeypatch, capsys) -> Callable[[Path], str]:
    """Runs the command on a path; its copies are made in a folder that must be empty at the end."""
    folder = tmp_path / "copias"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    def run(path: Path) -> str:
        assert main(["retorno", "--json", str(path)]) == 0
        assert list(folder.iterdir()) == []
        return str(capsys.readouterr().out)

    return run


@pytest.mark.parametrize("name", SAMPLES)
def test_a_gzip_is_read(tmp_path, command, name):
    path = tmp_path / "relatorio.csv.gz"
    path.write_bytes(gzip.compress(whole(name)))
    told = command(path)
    check(name, told)
    assert json.loads(told)["arquivo"] == "relatorio.csv.gz"


@pytest.mark.skipif(os.name == "nt", reason="no FIFO there")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_fifo_loses_nothing_and_does_not_hang(tmp_path, command, name):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(whole(name)), daemon=True)
    writer.start()
    check(name, command(path))
    writer.join(timeout=300)
    assert not writer.is_alive()


@pytest.mark.parametrize("packed", [False, True])
def test_the_standard_input_loses_nothing(packed):
    content = whole("pec_inconsistencias_utf8")
    sent = gzip.compress(content) if packed else content
    done = subprocess.run([*LEDI, "--json", "-"], input=sent, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    check("pec_inconsistencias_utf8", done.stdout.decode())
    assert len(json.loads(done.stdout)["registros"]) >= 8 * (HEAD // len(content) + 1)


def test_a_cut_gzip_is_told(tmp_path, capsys):
    path = tmp_path / "r.csv.gz"
    path.write_bytes(gzip.compress(whole(SAMPLES[0]))[:-20])
    for more in ([], ["--json"]):
        assert main(["retorno", str(path), *more]) == 2
        out, err = capsys.readouterr()
        assert (out, "r.csv.gz: o gzip está cortado" in err) == ("", True)
