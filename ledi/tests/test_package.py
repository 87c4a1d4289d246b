"""The zip: other programs read it, the same input gives the same bytes, hostile ones are refused in time."""

import io
import os
import shutil
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledi.errors import PackageError
from ledi.files import AtomicFile, Kind, sniff, sniff_bytes
from ledi.zip import Entry, Limits, PackageWriter, SplitWriter, make_entry, read_package

JAVA = """
import java.io.*; import java.util.zip.*;
public class Count { public static void main(String[] args) throws Exception {
  long files = 0, bytes = 0; byte[] buffer = new byte[65536];
  try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(new FileInputStream(args[0])))) {
    while (in.getNextEntry() != null) { files++; int n; while ((n = in.read(buffer)) > 0) bytes += n; } }
  System.out.println(files + " " + bytes); } }
"""


NOT_ZIP = st.binary(max_size=6000).filter(lambda content: not content.startswith(b"PK"))


def package(*entries: Entry) -> bytes:
    out = io.BytesIO()
    with PackageWriter(out) as writer:
        for entry in entries:
            writer.add(entry)
    return out.getvalue()


def read(data: bytes, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    return list(read_package(io.BytesIO(data), limits or Limits()))


# ---- writing


def test_golden_bytes():
    data = package(Entry("a.esus", zlib.crc32(b"abc"), 3, b"\x4b\x4c\x4a\x06\x00"))
    local = "504b0304 1400 0008 0800 0000 2100 c2412435 05000000 03000000 0600 0000"
    central = "504b0102 1400 1400 0008 0800 0000 2100 c2412435 05000000 03000000 0600" + "00" * 16
    end = "504b0506 0000 0000 0100 0100 34000000 29000000 0000"
    name, packed = b"a.esus".hex(), "4b4c4a0600"
    assert data == bytes.fromhex(local + name + packed + central + name + end)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.from_regex(r"[0-9a-z]{1,8}\.esus", fullmatch=True), NOT_ZIP))
def test_round_trip_and_zipfile(files: dict[str, bytes]):
    data = package(*(make_entry(name, content) for name, content in files.items()))
    assert dict(read(data)) == files
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_reproducible():
    content = os.urandom(500) + b"x" * 5000
    entries = [make_entry(f"{n}.esus", content[n:]) for n in range(30)]
    assert entries == [make_entry(f"{n}.esus", content[n:]) for n in range(30)]
    assert package(*entries) == package(*entries)


def test_repeated_name_is_refused_and_the_rest_stays_good():
    out = io.BytesIO()
    writer = PackageWriter(out)
    writer.add(make_entry("a.esus", b"1"))
    with pytest.raises(PackageError, match=r"repetido no pacote: 'a\.esus'"):
        writer.add(make_entry("a.esus", b"2"))
    writer.add(make_entry("b.esus", b"3"))
    writer.close()
    assert read(out.getvalue()) == [("a.esus", b"1"), ("b.esus", b"3")]


def test_every_repeated_name_is_seen_among_many():
    writer = PackageWriter(io.BytesIO())
    entries = [Entry(f"{number}.esus", 0, 0, b"\3\0") for number in range(5_000)]
    for entry in entries:
        writer.add(entry)
    for entry in entries:
        with pytest.raises(PackageError, match="repetido"):
            writer.add(entry)
    assert writer.count == 5_000


@pytest.fixture(scope="module")
def big(tmp_path_factory) -> Path:
    """70,000 tiny entries: beyond what a zip without zip64 can count."""
    path = tmp_path_factory.mktemp("zip") / "big.zip"
    with AtomicFile(path) as file, PackageWriter(file) as writer:
        for number in range(70_000):
            writer.add(make_entry(f"{number:036}.esus", b"%d" % number))
    return path


def test_many_entries_by_ours_and_zipfile(big: Path):
    assert sum(1 for name, data in read_package(big) if name == f"{int(data):036}.esus") == 70_000
    with zipfile.ZipFile(big) as archive:
        assert len(archive.namelist()) == 70_000
        assert archive.read(f"{69_999:036}.esus") == b"69999"


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_many_entries_by_unzip(big: Path):
    done = subprocess.run(["unzip", "-tq", big], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "No errors" in done.stdout


@pytest.mark.skipif(not shutil.which("java"), reason="java is not installed")
def test_many_entries_by_java(big: Path, tmp_path: Path):
    program = tmp_path / "Count.java"
    program.write_text(JAVA)
    done = subprocess.run(["java", program, big], capture_output=True, text=True, timeout=300)
    if "release version" in done.stderr or "compiler" in done.stderr:
        pytest.skip("java cannot run a source file here")
    assert done.stdout.split() == ["70000", str(sum(len(str(n)) for n in range(70_000)))], done.stderr


def test_beyond_four_gigabytes(tmp_path: Path):
    path = tmp_path / "far.zip"
    with open(path, "wb") as file, PackageWriter(file) as writer:
        writer.add(make_entry("near.esus", b"near"))
        file.seek(5 * 1024**3, os.SEEK_CUR)  # a hole stands for the entries in between
        writer._offset += 5 * 1024**3
        writer.add(make_entry("far.esus", b"far"))
    assert list(read_package(path)) == [("near.esus", b"near"), ("far.esus", b"far")]
    with zipfile.ZipFile(path) as archive:
        assert archive.read("far.esus") == b"far"


def test_directory_larger_than_its_buffer_is_spilled():
    out = io.BytesIO()
    with PackageWriter(out) as writer:
        for number in range(12_000):
            writer.add(Entry(f"{number:060}.esus", 0, 0, b"\3\0"))
        assert writer._spilled is not None
        assert len(writer._directory) <= 1024 * 1024
    assert len(read(out.getvalue())) == 12_000


# ---- splitting


def test_split_by_records(tmp_path: Path):
    with SplitWriter(tmp_path / "envio", max_records=2) as writer:
        for number in range(5):
            writer.add(make_entry(f"{number}.esus", b"x"))
        assert not list(tmp_path.glob("*.zip")), "no part has its name before the end"
    parts = sorted(tmp_path.iterdir())
    assert [part.name for part in parts] == ["envio-001.zip", "envio-002.zip", "envio-003.zip"]
    assert [len(list(read_package(part))) for part in parts] == [2, 2, 1]


def test_split_by_size(tmp_path: Path):
    writer = SplitWriter(tmp_path / "envio", max_bytes=20_000)
    for number in range(50):
        writer.add(make_entry(f"{number}.esus", os.urandom(1000)))
    parts = writer.close()
    assert len(parts) == 3
    assert all(part.stat().st_size <= 20_000 for part in parts)
    assert sum(len(list(read_package(part))) for part in parts) == 50


def test_split_refuses_a_name_used_in_an_earlier_part(tmp_path: Path):
    writer = SplitWriter(tmp_path / "envio", max_records=1)
    writer.add(make_entry("a.esus", b"1"))
    writer.add(make_entry("b.esus", b"1"))
    with pytest.raises(PackageError, match="repetido"):
        writer.add(make_entry("a.esus", b"1"))
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_no_limit_is_one_file_and_an_exception_leaves_nothing(tmp_path: Path):
    with SplitWriter(tmp_path / "tudo") as writer:
        writer.add(make_entry("a.esus", b"1"))
    assert [path.name for path in tmp_path.iterdir()] == ["tudo.zip"]
    with pytest.raises(RuntimeError), SplitWriter(tmp_path / "nada") as writer:
        writer.add(make_entry("a.esus", b"1"))
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["tudo.zip"]


# ---- reading foreign zips


def foreign(name: str = "a.esus", content: bytes = b"abc", method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, content)
    return bytearray(out.getvalue())


def test_reads_stored_entries_data_descriptors_and_folders():
    class NoSeek(io.RawIOBase):
        def __init__(self):
            self.bytes = bytearray()

        def writable(self):
            return True

        def write(self, data):
            self.bytes += data
            return len(data)

    sink = NoSeek()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("pasta/", b"")
        archive.writestr("pasta/a.esus", b"abc" * 100, zipfile.ZIP_DEFLATED)
        archive.writestr("ção.esus", b"stored")
    assert read(bytes(sink.bytes)) == [("pasta/a.esus", b"abc" * 100), ("ção.esus", b"stored")]
    assert read(bytes(foreign(method=zipfile.ZIP_STORED))) == [("a.esus", b"abc")]


@pytest.mark.parametrize(
    "name", ["../a.esus", "/a.esus", "x/../../a.esus", "C:a.esus", "a\nb.esus", "..", "x/.."]
)
def test_unsafe_names(name: str):
    with pytest.raises(PackageError, match="inseguro"):
        read(bytes(foreign(name)))


def test_backslash_name():
    data = bytes(foreign("xxa.esus")).replace(b"xxa.esus", b".\\a.esus")
    with pytest.raises(PackageError, match="inseguro"):
        read(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "não é um zip"),
        (b"PK\3\4" + bytes(100), "não é um zip"),
        (b"nada" * 100, "não é um zip"),
        (bytes(foreign("b.zip")), "zip dentro de zip"),
        (bytes(foreign("b.esus", bytes(foreign()))), "zip dentro de zip"),
        (bytes(foreign(method=zipfile.ZIP_BZIP2)), "método de compressão 12"),
        (bytes(foreign())[:-30], "não é um zip"),
        (bytes(foreign())[20:], "malformado"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refused(data: bytes, words: str):
    with pytest.raises(PackageError, match=words):
        read(data)


def test_encrypted():
    data = foreign()
    data[data.rfind(b"PK\1\2") + 8] |= 1
    with pytest.raises(PackageError, match="senha"):
        read(bytes(data))


def test_damaged_content():
    data = foreign(content=os.urandom(500), method=zipfile.ZIP_STORED)
    data[100] ^= 1
    with pytest.raises(PackageError, match="CRC"):
        read(bytes(data))


def _claim(data: bytearray, size: int) -> bytes:
    """The directory claims another expanded size."""
    at = data.rfind(b"PK\1\2")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def test_bombs_are_stopped_while_inflating():
    bomb = foreign(content=bytes(200 * 1024 * 1024))
    started = time.perf_counter()
    with pytest.raises(PackageError, match="limite"):
        read(bytes(bomb))
    with pytest.raises(PackageError, match="suspeita"):
        read(bytes(bomb), Limits(entry_size=1024**3))
    with pytest.raises(PackageError, match="maior do que o zip declara"):
        read(_claim(bomb, 1000 * 1000))
    assert time.perf_counter() - started < 60


def test_many_small_bombs():
    entry = make_entry("x", bytes(1024 * 1024))
    data = package(*(Entry(f"{n}.esus", entry.crc, entry.size, entry.data) for n in range(100)))
    with pytest.raises(PackageError, match="no conjunto"):
        read(data)
    with pytest.raises(PackageError, match="passa de"):
        read(data, Limits(total_size=5 * 1024 * 1024))


def test_overlapping_entries():
    first = package(make_entry("a.esus", os.urandom(5000)))
    at = first.rfind(b"PK\1\2")
    row, start = first[at : at + 46 + 6], first[:at]
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 3, 3, 3 * len(row), at, 0)
    with pytest.raises(PackageError, match="sobrepostas"):
        read(start + 3 * row + end)


def test_too_many_entries():
    data = package(*(make_entry(f"{n}.esus", b"") for n in range(11)))
    with pytest.raises(PackageError, match="11 entradas; o limite é 10"):
        read(data, Limits(entries=10))


def test_claimed_count_without_a_directory_for_it():
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 60_000, 60_000, 0, 0, 0)
    with pytest.raises(PackageError, match="não cabe"):
        read(end)


GOOD = package(*(make_entry(f"{n}.esus", b"conteudo %d" % n) for n in range(3)))


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
def test_damaged_zip_reads_or_says_why(at: int, patch: bytes):
    try:
        found = read(GOOD[:at] + patch + GOOD[at + len(patch) :])
    except PackageError as error:
        assert str(error)
    else:
        assert all(data.startswith(b"conteudo ") for _, data in found)


@given(st.integers(0, len(GOOD) - 1))
def test_truncated_zip_is_refused(end: int):
    with pytest.raises(PackageError):
        read(GOOD[:end])


# ---- files


def test_atomic_file(tmp_path: Path):
    path = tmp_path / "a.zip"
    with AtomicFile(path) as file:
        file.write(b"novo")
        assert not path.exists()
    assert path.read_bytes() == b"novo"
    with pytest.raises(RuntimeError), AtomicFile(path) as file:
        file.write(b"outro")
        raise RuntimeError
    assert path.read_bytes() == b"novo"
    assert [found.name for found in tmp_path.iterdir()] == ["a.zip"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"", "x.zip", Kind.EMPTY),
        (b" \n", "x.json", Kind.EMPTY),
        (package(), "x.esus", Kind.ZIP),
        (package(make_entry("a", b"")), "x", Kind.ZIP),
        (b"\x0b\x00\x01\x00\x00\x00\x2c0019615", "x.zip", Kind.ESUS),
        (b'\xef\xbb\xbf<?xml version="1.0"?>', "x", Kind.ESUS_XML),
        ("<?xml".encode("utf-16"), "x", Kind.ESUS_XML),
        (b'{"tipo":"FVD"}', "x.jsonl", Kind.NDJSON),
        (b'{"tipo":"FVD"}\n{"tipo":"FVD"}', "x", Kind.NDJSON),
        (b'{"tipo":"FVD"}', "x", Kind.JSON),
        (b'{\n"tipo":"FVD"}', "x", Kind.JSON),
        (b"[{}]", "x", Kind.JSON),
        (b"tipo;versao", "x.csv", Kind.UNKNOWN),
    ],
)
def test_sniff(head: bytes, name: str, kind: Kind, tmp_path: Path):
    assert sniff_bytes(head, name) == kind
    path = tmp_path / name
    path.write_bytes(head)
    assert sniff(path) == kind


def test_without_isal_the_same_content_and_reports_by_zlib(tmp_path):
    """A place without compiled packages: everything works, and the module says which backend made the bytes."""
    code = (
        "import sys; sys.modules['isal'] = None\n"
        "from ledi.zip.deflate import BACKEND\n"
        "from ledi.zip.writer import PackageWriter, make_entry\n"
        "assert BACKEND == 'zlib', BACKEND\n"
        "with open(sys.argv[1], 'wb') as file, PackageWriter(file) as package:\n"
        "    package.add(make_entry('a.esus', b'conteudo' * 500))\n"
    )
    path = tmp_path / "z.zip"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert list(read_package(path)) == [("a.esus", b"conteudo" * 500)]
    mine = make_entry("a.esus", b"conteudo" * 500)
    with zipfile.ZipFile(path) as opened:
        assert mine.crc == opened.getinfo("a.esus").CRC
