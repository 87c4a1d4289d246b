"""Several processes give what one gives: the same lines, the same bytes, in the same order."""

import argparse
import json
import os
import pickle
import signal
import subprocess
import sys

import pytest

from ledi.cli import main, many
from ledi.cli.common import Context
from ledi.cli.validar import Judge
from ledi.reading import Item


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """1,500 records, a few of them spoilt, with lines that are no record and uuids that come again far away."""
    folder = tmp_path_factory.mktemp("muitos")
    path = folder / "p.jsonl"
    main(["gerar", "--fichas", "1500", "--erros", "0.05", "--semente", "11", "--saida", str(path)])
    lines = path.read_text().splitlines()
    lines[700] = "{nem json"
    lines[1300] = lines[3]
    lines[1301] = lines[3].upper().replace("TRUE", "true").replace("FALSE", "false").replace("NULL", "null")
    lines.insert(900, "")
    path.write_text("\n".join(lines) + "\n")
    return path


def answers(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "ledi", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_validar_says_the_same(production, form):
    one = answers("validar", *form, "--processos", "1", production)
    assert one[0] == 2
    assert "REGISTRO-uuid-repetido" in one[1]
    assert one[1].count("\n") >= 1500
    for count in ("2", "5"):
        assert answers("validar", *form, "--processos", count, production) == one


def test_empacotar_makes_the_same_bytes(production, tmp_path):
    made = []
    for count in ("1", "3"):
        path = tmp_path / f"{count}.zip"
        code, _, said = answers("empacotar", production, "--saida", path, "--processos", count)
        made.append((code, said.replace(str(path), "X"), path.read_bytes()))
    assert made[0] == made[1]
    assert made[0][0] == 1
    assert "já veio antes" in made[0][1]


def test_abrir_keeps_the_order_and_tells_what_failed(production, tmp_path):
    path = tmp_path / "x.zip"
    answers("empacotar", production, "--saida", path)
    one = answers("abrir", "--processos", "1", path)
    assert len(one[1].splitlines()) > 1000
    assert answers("abrir", "--processos", "3", path) == one


def test_what_came_before_a_zip_breaks_is_still_answered(production, tmp_path):
    path = tmp_path / "x.zip"
    answers("empacotar", production, "--saida", path)
    data = bytearray(path.read_bytes())
    where = data.find(b"PK\x03\x04", len(data) * 2 // 3)
    data[where + 60 : where + 90] = bytes(30)
    path.write_bytes(data)
    one = answers("validar", "--json", "--processos", "1", path)
    assert one[0] == 2
    assert len(one[1].splitlines()) > 500
    assert answers("validar", "--json", "--processos", "3", path) == one


def test_a_list_of_json_and_what_flows_in(production, tmp_path):
    records = [json.loads(line) for line in production.read_text().splitlines()[:600]]
    path = tmp_path / "l.json"
    path.write_text(json.dumps(records))
    one = answers("validar", "--json", "--processos", "1", path)
    assert answers("validar", "--json", "--processos", "2", path) == one
    with production.open("rb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "ledi", "validar", "--json", "--processos", "2", "-"],
            stdin=stream, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.stdout == answers("validar", "--json", "--processos", "1", production)[1]


class Dies:
    """Work that its process does not survive."""

    def __call__(self, item: Item) -> tuple[bool, list[str], str]:
        if item.where == "linha 1000":
            os.kill(os.getpid(), signal.SIGKILL)
        return True, [], item.where


def test_a_process_that_is_killed_is_told(production, monkeypatch, capsys):
    monkeypatch.setattr("ledi.cli.abrir.decoded", Dies())
    assert main(["abrir", "--processos", "2", str(production)]) == 2
    said = capsys.readouterr().err
    assert "interrompido" in said
    assert "--processos 1" in said


def test_who_stops_listening_stops_the_work(production, tmp_path):
    big = tmp_path / "big.jsonl"
    big.write_text(production.read_text() * 20)
    command = [sys.executable, "-m", "ledi", "validar", "--json", "--processos", "2", str(big)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(300) == 2
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize("count", ["0", "-1", "x", "65", "2.5"])
def test_a_count_that_is_none(count, production, capsys):
    with pytest.raises(SystemExit) as end:
        main(["validar", "--processos", count, str(production)])
    assert end.value.code == 2
    assert "deve ser um número de 1 a 64" in capsys.readouterr().err


def test_the_work_travels_where_there_is_no_fork(production):
    options = argparse.Namespace(tabelas=None, cnes=None, versao=None, hoje=None, json=True)
    judge = Judge(options)
    same = pickle.loads(pickle.dumps(judge))
    item = Item("linha 1", json.loads(production.read_text().splitlines()[0]))
    assert same(item) == judge(item)


def test_tables_are_read_again_where_there_is_no_fork(monkeypatch):
    asked = []
    monkeypatch.setattr("ledi.referencias.memory.load", lambda **named: asked.append(named))
    context = Context.__new__(Context)
    context.__setstate__({"_asked": argparse.Namespace(tabelas="t", cnes=None), "_given": {}})
    assert asked == [{"tabelas": "t", "cnes": None}]


def test_few_records_need_no_second_process(production, tmp_path, monkeypatch):
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(production.read_text().splitlines()[: many.ALONE - 1]))
    monkeypatch.setattr("ledi.cli.pool.spread", lambda *_: pytest.fail("a pool for a few records"))
    assert main(["validar", "--processos", "4", str(few)]) in {0, 1, 2}


def test_the_help_says_it():
    for verb in ("validar", "empacotar", "abrir"):
        assert "--processos" in answers(verb, "--help")[1]
