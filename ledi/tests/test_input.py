"""Where records come from: pipes, the standard input, gzips, zips of all sorts; read once, and said how."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from small_cnes import DATA

from ledi.cli import main
from ledi.errors import LediError
from ledi.files import HEAD, Kind, opened, sniff, sniff_bytes
from ledi.reading import read_records
from ledi.zip import PackageWriter, make_entry
from ledi_gerador.minimos import minimal

LEDI = [sys.executable, "-m", "ledi"]
TODAY = ("--hoje", "2026-11-24")
MANY = 120  # records: more than the bytes looked at to tell the kind


def records(count: int = MANY) -> list[dict]:
    made = []
    for number in range(count):
        record = minimal("FAI")
        uuid = f"0019615-00000000-0000-4000-8000-{number:012d}"
        record["uuid"] = record["ficha"]["uuidFicha"] = uuid
        made.append(record)
    return made


@pytest.fixture(scope="module")
def text() -> bytes:
    made = "".join(json.dumps(record) + "\n" for record in records()).encode()
    assert len(made) > HEAD
    return made


def summary(text: bytes) -> bytes:
    return text.splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="no FIFO there")
def test_a_fifo_loses_nothing_and_does_not_hang(tmp_path, text):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(text), daemon=True)
    writer.start()
    assert len([item for item in read_records(path) if item.readable]) == MANY
    writer.join(timeout=300)
    assert not writer.is_alive()


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_standard_input_loses_nothing(text, name, packed):
    if name != "-" and not os.path.exists(name):
        pytest.skip("this system has no /dev/stdin")
    given = gzip.compress(text) if packed else text
    done = subprocess.run([*LEDI, "validar", *TODAY, name], input=given, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert summary(done.stdout).decode() == f"{MANY} registro(s): {MANY} processada(s)"


def test_a_slow_pipe_is_answered_as_it_comes():
    """No more is waited for than a first line: who writes one record a minute is answered each minute."""
    reader, writer = os.pipe()
    line = json.dumps(minimal("FVD")).encode() + b"\n"
    with os.fdopen(writer, "wb", buffering=0) as out:
        out.write(line)
        with opened(f"/dev/fd/{reader}") as file:
            assert file.kind is Kind.NDJSON and file.stream.readline() == line
    os.close(reader)


@pytest.mark.parametrize("verb", ["validar", "abrir", "empacotar"])
@pytest.mark.parametrize("suffix", [".jsonl.gz", ".gz", ".txt"])
def test_every_command_reads_a_gzip(tmp_path, capsys, verb, suffix, text):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(text))
    more = {"validar": TODAY, "abrir": (), "empacotar": (*TODAY, "--saida", str(tmp_path / "x.zip"))}[verb]
    assert main([verb, str(path), *more]) == 0
    out, err = capsys.readouterr()
    if verb == "validar":
        assert f"{MANY} processada(s)" in out
    elif verb == "abrir":
        assert len(out.splitlines()) == MANY
    else:
        assert len(zipfile.ZipFile(tmp_path / "x.zip").namelist()) == MANY and "fictícia" in err


def package(names: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return made.getvalue()


def esus() -> bytes:
    from ledi.installation import FICTICIA
    from ledi.processing import process

    entry = process(minimal("FVD"), instalacao=FICTICIA).entry
    assert entry is not None
    made = io.BytesIO()
    with PackageWriter(made) as writer:
        writer.add(entry)
    archive = zipfile.ZipFile(made)
    return archive.read(archive.namelist()[0])


@pytest.mark.parametrize("packed", [False, True])
def test_a_zip_may_come_by_a_pipe(packed):
    given = package({"a.esus": esus()})
    given = gzip.compress(given) if packed else given
    done = subprocess.run([*LEDI, "validar", *TODAY, "-"], input=given, capture_output=True, timeout=300)
    assert done.returncode == 0 and b"1 processada(s)" in done.stdout


def test_an_esus_may_come_by_a_pipe():
    done = subprocess.run([*LEDI, "abrir", "-"], input=esus(), capture_output=True, timeout=300)
    assert done.returncode == 0 and json.loads(done.stdout)["ficha"] == minimal("FVD")["ficha"]


@pytest.mark.parametrize("packed", [False, True])
def test_the_cnes_may_come_by_a_pipe(tmp_path, packed):
    (tmp_path / "a.jsonl").write_text(json.dumps(minimal("FVD")))
    given = gzip.compress(DATA) if packed else DATA
    arguments = [*LEDI, "validar", *TODAY, str(tmp_path / "a.jsonl"), "--cnes", "-"]
    done = subprocess.run(arguments, input=given, capture_output=True, timeout=300)
    assert done.returncode in (0, 1) and b"CTX-LOT-001" in done.stdout and b"verificadas" not in done.stdout
    assert "profissional sem CNS" in done.stderr.decode()  # what the file has that is odd is said


@pytest.mark.parametrize("cut", [-1, -9, 40])
def test_a_cut_gzip_is_told(tmp_path, capsys, text, cut):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(text)[:cut])
    assert main(["validar", *TODAY, str(path)]) == 2
    assert "o gzip está cortado ou corrompido" in capsys.readouterr().err


def test_the_kind_is_that_of_what_is_inside(tmp_path):
    for name, data, kind in (
        ("a.gz", b'{"a": 1}\n{}', Kind.NDJSON),
        ("a.json.gz", b'{"a": 1}\n{}', Kind.JSON),
        ("a.xml.gz", b"<a/>", Kind.ESUS_XML),
        ("b.gz", b"", Kind.EMPTY),
        ("c", package({"a": b""}), Kind.ZIP),
    ):
        (tmp_path / name).write_bytes(gzip.compress(data))
        assert sniff(tmp_path / name) is kind


def test_a_first_line_longer_than_what_is_looked_at():
    line = json.dumps({"x": "y" * HEAD}).encode()
    assert sniff_bytes(line[:HEAD], "a.txt") is Kind.NDJSON


def test_a_line_too_long_is_told_and_the_next_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("ledi.reading.MAX_LINE", 20_000)
    monkeypatch.setattr("ledi.reading.parse.__defaults__", (20_000,))
    path = tmp_path / "a.jsonl"
    record = json.dumps(minimal("FVD")).encode()
    path.write_bytes(b'{"x": "' + b"y" * 50_000 + b'"}\n' + record + b"\n")
    first, second = read_records(path)
    assert [f.code for f in first.findings] == ["REGISTRO-json-tamanho"]
    assert second.where == "linha 2" and second.record == minimal("FVD")


def test_a_list_too_long_is_told_how_to_be_sent(tmp_path, monkeypatch):
    monkeypatch.setattr("ledi.reading.MAX_LINE", 20_000)
    path = tmp_path / "a.json"
    path.write_text(json.dumps([minimal("FVD")] * 40))
    (only,) = read_records(path)
    assert [f.code for f in only.findings] == ["REGISTRO-json-tamanho"] and not only.readable
    assert "um registro por linha" in only.findings[0].message


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n\n"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a", "a.gz"])
def test_a_file_with_nothing_in_it_is_empty(tmp_path, capsys, content, name):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name == "a.gz" else content)
    assert main(["validar", str(path)]) == 2
    assert f"{name}: o arquivo está vazio" in capsys.readouterr().err


# ---- zips of real people


JUNK = (
    "__MACOSX/a/._b.esus.xml", "._a.esus", ".DS_Store", "a/.DS_Store", "Thumbs.db", "pasta/thumbs.db", "desktop.ini",
    "LEIAME.txt", "LEIA-ME.md", "README", "Readme.pdf", "manifest.xml", "MANIFEST.MF", "META-INF/x.esus",
    "manifesto.json", "foto.png", "relatório de março.pdf", "notas.txt",
)  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
def test_junk_in_a_zip_is_passed_over_and_said(tmp_path, name):
    path = tmp_path / "a.zip"
    path.write_bytes(package({name: b"\0\5\x16\7junk", "b/a.esus": esus()}))
    read = read_records(path)
    items = list(read)
    assert [(item.where, item.readable) for item in items] == [("b/a.esus", True)]
    assert read.passed_over == [name] and name in read.told()


def test_a_zip_of_junk_alone_is_told_with_its_names(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(package(dict.fromkeys(JUNK, b"x")))
    with pytest.raises(
        LediError, match=r"a\.zip: o zip não tem nenhuma ficha.*__MACOSX/a/\._b\.esus\.xml.*e mais 8"
    ):
        list(read_records(path))


@pytest.mark.parametrize("name", ["a.esus", "pasta/São João.esus.xml", "sem-extensao"])
def test_every_message_about_a_member_names_it(tmp_path, capsys, name):
    path = tmp_path / "a.zip"
    path.write_bytes(package({"bom.esus": esus(), name: esus()[:-40], "dados.json": b'{"a": 1}'}))
    assert main(["validar", *TODAY, str(path)]) == 2
    out = capsys.readouterr().out
    assert f"{name}: ? (sem uuid): inconsistente" in out and f"erro: {name}: não é uma ficha" in out
    assert "dados.json: é JSON" in out and "bom.esus: FVD" in out


@pytest.mark.parametrize("name", ["São João.zip", "a/b.zip"])
def test_a_package_error_names_the_member(tmp_path, capsys, name):
    path = tmp_path / "a.zip"
    path.write_bytes(package({name: package({"a": b""})}))
    assert main(["validar", str(path)]) == 2
    assert name in capsys.readouterr().err


def test_a_ficha_is_known_by_what_is_in_it(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(package({"ficha.dat": esus()}))
    assert [item.readable for item in read_records(path)] == [True]


def test_the_same_entry_is_written_once_whatever_its_case(tmp_path):
    """A zip with two names that differ in case is one file on half of the world's disks."""
    with pytest.raises(LediError, match="repetido"), PackageWriter(io.BytesIO()) as writer:
        writer.add(make_entry("0019615-a.esus", b"x"))
        writer.add(make_entry("0019615-A.esus", b"y"))


def test_nothing_is_left_open(tmp_path):
    path = Path(tmp_path / "a.jsonl")
    path.write_text(json.dumps(minimal("FVD")) + "\n" + json.dumps(minimal("FVD")))
    read = read_records(path)
    next(read)
    read.close()
    assert list(read) == []
