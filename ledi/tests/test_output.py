"""What the command writes, whatever the console, and whatever one record brings."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from datetime import date

import pytest

from ledi import cli as command
from ledi import validate
from ledi.layouts import TIPOS
from ledi_gerador.minimos import minimal

LEDI = [sys.executable, "-m", "ledi"]
SURROGATE = "0019615-\ud800000000-0000-4000-8000-000000000000"


def run(*arguments: str, given: bytes = b"", encoding: str = "cp1252") -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    return subprocess.run([*LEDI, *arguments], input=given, capture_output=True, timeout=300, env=environment)


def fci() -> dict:
    record = copy.deepcopy(minimal("FCI"))
    person = record["ficha"]["identificacaoUsuarioCidadao"]
    return record | {"contexto": {"seta": "→ 😀"}, "ficha": record["ficha"] | {
        "identificacaoUsuarioCidadao": person | {"nomeCidadao": "ÍRIS D’ÁVILA"}}}  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-16"])
@pytest.mark.parametrize("verb", ["validar", "validar --json", "abrir", "regras", "esquema"])
def test_output_is_utf8_whatever_the_console(verb: str, encoding: str):
    given = json.dumps(fci(), ensure_ascii=False).encode()
    name, *more = verb.split()
    arguments = [name, *more, *({"regras": ["--ficha", "FCI"], "esquema": ["FCI"]}.get(name, ["-"]))]
    done = run(*arguments, given=given, encoding=encoding)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("utf-8")
    done.stderr.decode("utf-8")
    if verb == "abrir":
        assert json.loads(text) == fci() and "→ 😀" in text and "ÍRIS D’ÁVILA" in text


def test_errors_are_utf8_too():
    done = run("validar", "/não/há→.jsonl")
    assert "/não/há→.jsonl: o arquivo não existe" in done.stderr.decode("utf-8")


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_half_a_surrogate_pair_in_a_uuid_stops_no_other_record(more: tuple[str, ...]):
    bad = json.dumps(minimal("FVD") | {"uuid": SURROGATE})
    assert "\\ud800" in bad
    given = f"{bad}\n{json.dumps(minimal('FAI'))}\n".encode()
    done = run("validar", *more, "--hoje", "2026-11-24", "-", given=given)
    assert done.returncode == 1, done.stderr
    if more:
        rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
        assert [row["situacao"] for row in rows] == ["inconsistente", "processada"]
        assert rows[0]["uuid"] == SURROGATE  # told as JSON tells it
        assert {f["campo"] for f in rows[0]["inconsistencias"]} >= {"uuid"}
    else:
        assert "1 inconsistente(s), 1 processada(s)" in done.stdout.decode()


@pytest.mark.parametrize("suffix", [".xyz", ".json", ".jsonl", ""])
def test_deep_nesting_is_a_finding(tmp_path, suffix: str):
    path = tmp_path / f"fundo{suffix}"
    path.write_text('{"a":' * 5_000 + "1" + "}" * 5_000 + "\n")
    done = run("validar", "--json", str(path))
    (row,) = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 2 and row["inconsistencias"][0]["codigo"].startswith("REGISTRO-json")
    assert b"Traceback" not in done.stderr


def test_deep_nesting_stops_no_other_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":' * 5_000 + "1" + "}" * 5_000 + "\n" + json.dumps(minimal("FVD")) + "\n")
    done = run("validar", "--json", "--hoje", "2026-11-24", str(path))
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["situacao"] for row in rows] == ["inconsistente", "processada"]


@pytest.mark.parametrize("depth", [50, 400, 900])
def test_nesting_inside_a_ficha_is_a_finding(depth: int):
    deep: dict = {}
    for _ in range(depth):
        deep = {"x": deep}
    for change in ({"turno": deep}, {"novo": deep}, {"motivosVisita": [deep]}, {"motivosVisita": deep}):
        record = copy.deepcopy(minimal("FVD"))
        record["ficha"]["visitasDomiciliares"][0] |= change
        report = validate(record)
        assert report.situacao == "inconsistente" and not report.crashed


@pytest.mark.parametrize("today", [date.max, date.min, date(9999, 12, 30), date(1, 1, 2)])
@pytest.mark.parametrize("tipo", TIPOS)
def test_any_today_is_answered(tipo: str, today: date):
    report = validate(minimal(tipo), hoje=today)
    assert not report.crashed and report.situacao in ("processada", "inconsistente")


def test_any_today_is_answered_by_the_command():
    given = json.dumps(minimal("FVD")).encode()
    assert run("validar", "--hoje", "9999-12-31", "-", given=given).returncode == 0


#: the terminal: colours, its title, back over the line, another line, letters from right to left, NUL
TRICKS = ["\x1b[31m", "\x1b]0;t\x07", "\r", "\n", "\u2028", "\u202e", "\x9b2J", "\x00"]
EVERY_KEY = ("versao", "uuid", "cnes", "ine", "ibge", "tipo")


@pytest.mark.parametrize(
    "verb", ["validar", "validar --json", "empacotar --saida x.zip", "converter --para 7.4.2 --saida x"]
)
def test_nothing_in_a_record_reaches_the_terminal_as_an_order(verb: str, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    records = [minimal("FVD")]
    for key in EVERY_KEY:
        records += [minimal("FVD") | {key: f"{trick}0019615"} for trick in TRICKS]
        records += [
            minimal("FVD") | {key: f"0019615-00000000-0000-4000-8000-00000{trick}"} for trick in TRICKS
        ]
    name, *more = verb.split()
    given = tmp_path / "a.jsonl"
    given.write_text("".join(json.dumps(record) + "\n" for record in records))
    command.main([name, str(given), *more])
    out, err = capsys.readouterr()
    for text in (err,) if "--json" in more else (out, err):
        assert {char for char in text if not char.isprintable()} <= {"\n"}
    if "--json" not in more:
        heads = (f"linha {n}" in out + err for n in range(1, len(records) + 1))
        assert any(heads), "what was judged is told"
    assert len(max(err.splitlines(), default="")) < 4000


def test_the_versions_that_are_named_are_bounded(tmp_path, capsys):
    given = tmp_path / "a.jsonl"
    rows = [minimal("FVD") | {"versao": f"{n}.{'9' * 500}"} for n in range(300)]
    given.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command.main(["validar", "--json", str(given)])
    _, err = capsys.readouterr()
    assert "há fichas de mais de uma versão do LEDI" in err and "e mais 280" in err
    assert len(err) < 2000
