"""The command in odd hands: outputs that close or fill, values of options, records that no verb may stumble on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from xml.parsers import expat

import pytest

from ledi.cli import main
from ledi.lists import MAX_DEPTH
from ledi_gerador.minimos import minimal

LEDI = [sys.executable, "-m", "ledi"]
ODD = [
    *("1", "null", '"a"', "[]", "true", "[{}]", "[1]", "NaN", "-Infinity", "1e400", "9" * 400),
    *('{"a":NaN}', '{"\\ud800":"\\udfff"}', '{"versao":1e400}', "{}"),
    *("[" * depth + "]" * depth for depth in (MAX_DEPTH, MAX_DEPTH + 1, 300, 600, 900, 980, 5_000)),
]
VERBS = ["validar", "validar --json", "abrir", "tabelar --saida T", "converter --json --para 8.4.0 --saida C",
         "empacotar --permitir-inconsistentes --saida Z"]  # fmt: skip


def strict(text: str) -> object:
    def refuse(constant: str) -> object:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def odd_records() -> list[str]:
    """Each odd value as a whole record, and in several places of a good one."""
    good = json.dumps(minimal("FVD"))
    places = ('"turno": 1', '"versao": "8.7.0"', '"tpCdsOrigem": 3', '"motivosVisita": [')
    told = [good, *ODD]
    for value in ODD:
        told.append(f'{good[:-1]}, "contexto": {value}}}')
        told.append(f'{good[:-1]}, "novo": {value}}}')
        for place in places:
            name = place.partition(":")[0]
            inside = good.replace('"ficha": {', f'"ficha": {{"zz": {value}, ', 1)
            told.append(inside if place not in good else good.replace(place, f"{name}: {value}", 1))
    return told


@pytest.mark.parametrize("verb", VERBS)
def test_no_record_stops_a_verb_and_what_it_writes_is_json(verb: str, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lines = odd_records()
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    name, *more = verb.split()
    assert main([name, "a.jsonl", "--hoje", "2026-11-24", *more] if name in ("validar", "empacotar", "converter")
                else [name, "a.jsonl", *more]) in (1, 2)  # fmt: skip
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    if name == "abrir" or "--json" in more:
        rows = [strict(line) for line in out.splitlines()]
        assert rows and all(isinstance(row, dict) for row in rows)
        assert name != "validar" or len(rows) == len(lines)
    if name == "converter":
        assert [strict(line) for line in (tmp_path / "C").read_text().splitlines()]


def test_a_record_that_cannot_be_read_is_left_out_with_its_reason(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text("{\n" + json.dumps(minimal("FVD")) + "\n")
    made = [
        "empacotar",
        str(tmp_path / "a.jsonl"),
        "--permitir-inconsistentes",
        "--saida",
        str(tmp_path / "z.zip"),
    ]
    assert main(made) == 1
    assert "linha 1: JSON inválido na coluna 2" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="shells of POSIX")
@pytest.mark.parametrize(
    "verb",
    ["validar a.jsonl", "validar --json a.jsonl", "abrir a.jsonl", "versoes", "regras", "gerar --saida -"],
)
@pytest.mark.parametrize("closed", ["| head -c 1 >/dev/null", ">&-", ">&- 2>&-", ">/dev/full"])
def test_an_output_that_closes_or_fills_is_no_traceback_and_blames_no_input(verb: str, closed: str, tmp_path):
    lines = [json.dumps(minimal("FVD"))] * 600  # more than a pipe holds
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    line = f"set -o pipefail; {' '.join(LEDI)} {verb} {closed}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert not done.stderr or done.stderr.count("\n") == 1, done.stderr
    for word in ("Traceback", "a.jsonl", "Broken", "Errno", "space left"):
        assert word not in done.stderr
    if closed == ">/dev/full":
        assert done.returncode == 2 and "saída: não há espaço no disco" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="shells of POSIX")
@pytest.mark.parametrize(
    "verb", ["validar", "abrir", "converter --para 8.4.0 --saida x", "empacotar --saida x"]
)
def test_a_closed_standard_input_is_told(verb: str, tmp_path):
    line = f"{' '.join(LEDI)} {verb} - <&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 2 and "entrada padrão: está fechada" in done.stderr
    assert "Traceback" not in done.stderr


OPTIONS = [
    *("empacotar a --saida z --max-registros abc", "empacotar a --saida z --max-registros 0"),
    *("empacotar a --saida z --max-bytes 1.5", "empacotar a --saida z --max-bytes ²"),
    *("empacotar a --saida z --lote 1.5", "empacotar a --saida z --lote 99999999999999999999"),
    *(
        "empacotar a --saida z --lote -1",
        "gerar --fichas x",
        "gerar --fichas -1",
        "gerar --app x",
        "gerar --erros nan",
    ),
    *(
        "gerar --hoje x",
        "gerar --hoje 0001-01-01",
        "gerar --competencias 000001",
        "gerar --competencias 202613",
    ),
    *(
        "gerar --competencias ²02601",
        "gerar --semente x",
        "validar a --processos x",
        "validar a --hoje 2026-02-30",
    ),
    *("versoes --hoje amanhã", "pec-simulado --porta x", "converter a --saida c --para 9.9.9"),
]


@pytest.mark.parametrize("line", OPTIONS)
def test_a_value_that_an_option_does_not_take_is_told_in_portuguese(line: str, capsys):
    with pytest.raises(SystemExit) as stop:
        main(line.split())
    err = capsys.readouterr().err
    assert stop.value.code == 2 and f"argumento {line.split()[-2]}: " in err
    assert "_" not in err.splitlines()[-1] and "value" not in err and "int" not in err.replace("inteiro", "")


@pytest.mark.parametrize("verb", ["empacotar", "converter --para 8.4.0"])
def test_a_folder_as_output_is_told_by_its_name(verb: str, tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text(json.dumps(minimal("FVD")) + "\n")
    name, *more = verb.split()
    assert main([name, str(tmp_path / "a.jsonl"), *more, "--saida", str(tmp_path)]) == 2
    assert f"{tmp_path}: é uma pasta, não um arquivo" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_the_generator_tells_of_folders_that_are_not_there(tmp_path, capsys):
    for option in ("--saida", "--gabarito"):
        assert main(["gerar", "--fichas", "1", option, str(tmp_path / "falta" / "x")]) == 2
        assert "a pasta não existe" in capsys.readouterr().err


BROKEN = [
    *(
        b"<a",
        b"<a><b></a>",
        b"<a>&#0;</a>",
        b'<a b="1" b="2"/>',
        b"<a/><b/>",
        b"<?xml version='1.0' nada?><a/>",
    ),
    *(
        b" <?xml version='1.0'?><a/>",
        b"<a>&x;</a>",
        b"<a><![CDATA[x",
        b"<x:a/>",
        b"<a>\xff</a>",
        b"<a>\x01</a>",
    ),
    *(
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
        b"<?xml version='1.0' encoding='nada'?><a/>",
        b"<a b=1/>",
    ),
]


@pytest.mark.parametrize("content", BROKEN)
def test_what_is_wrong_with_an_xml_is_told_in_portuguese(content: bytes, tmp_path, capsys):
    english = set(expat.errors.messages.values())
    (tmp_path / "a.jsonl").write_text(json.dumps(minimal("FVD")) + "\n")
    (tmp_path / "a.xml").write_bytes(content)
    for line in (["abrir", "a.xml"], ["validar", "a.jsonl", "--cnes", "a.xml"]):
        assert main([str(tmp_path / word) if word.startswith("a.") else word for word in line]) == 2
        told = capsys.readouterr().err
        assert "a.xml" in told and not [words for words in english if words in told], told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"uf = ", "confira o que está escrito no fim"),
        (b"# um\nnome = nada", "na linha 2, coluna 8"),
        (b'nome = "a\xe7"', "não está em UTF-8"),
        (b"\xef\xbb\xbfnada = 1", "nada: campo que não existe"),
    ],
)
def test_what_is_wrong_with_an_installation_file_is_told_in_portuguese(content, told, tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text(json.dumps(minimal("FVD")) + "\n")
    (tmp_path / "i.toml").write_bytes(content)
    made = ["empacotar", str(tmp_path / "a.jsonl"), "--saida", str(tmp_path / "z.zip")]
    assert main([*made, "--instalacao", str(tmp_path / "i.toml")]) == 2
    assert told in capsys.readouterr().err and not (tmp_path / "z.zip").exists()
