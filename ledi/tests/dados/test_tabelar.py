"""`ledi tabelar` and `ledi.dados`: nothing lost, nothing half, whatever comes in."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ledi.cli import main
from ledi.dados import Totais, Writer, columns, rows_of, tabelar, tables, writer
from ledi.dados.plan import KEYS, structs
from ledi.errors import LediError
from ledi.layouts import VERSIONS, layout
from ledi.reading import Item
from ledi_gerador import gerar, minimal


def jsonl(path, records):
    path.write_text("".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in records))
    return path


def rows(folder, table):
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dados")
    path = jsonl(folder / "p.jsonl", gerar(semente=3, fichas=600, erros=0.1))
    return path, folder / "tabelas", tabelar(path, folder / "tabelas")


# ---- the tables


def test_a_field_has_one_type_and_one_place_in_every_version_and_ficha():
    seen: dict[tuple[str, str], set[str]] = {}

    def look(struct):
        for field in struct.fields:
            item = field.type.item or field.type
            seen.setdefault((struct.name, field.name), set()).add(
                f"{field.type} {field.format if field.is_date else ''}"
            )
            if item.struct:
                look(item.struct)

    for version in VERSIONS:
        for ficha in layout(version).fichas.values():
            look(ficha.root)
    assert {where: kinds for where, kinds in seen.items() if len(kinds) > 1} == {}
    assert {struct for struct, _ in seen} == set(structs())


def test_no_field_hides_a_key_and_no_two_names_differ_by_case_only():
    for name, fields in structs().items():
        own = [column for column in fields.values() if column.child is None]
        assert len(columns(name)) == len(KEYS) + len(own), name
        assert len({column.lower() for column in columns(name)}) == len(columns(name)), name
    assert len({name.lower() for name in tables()}) == len(tables())


def test_every_value_of_a_production_is_in_a_cell(production):
    path, folder, totals = production
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert totals.registros == len(rows(folder, "registros")) == len(records) == 600
    assert totals.por_tipo == Counter(record["tipo"] for record in records)

    def leaves(node):
        if isinstance(node, dict):
            return sum(map(leaves, node.values()))
        if isinstance(node, list) and node and isinstance(node[0], dict):
            return sum(map(leaves, node))
        return node is not None

    cells = 0
    for name in structs():
        found = rows(folder, name)
        own = [column for column in columns(name) if column not in KEYS]
        cells += sum(row[column] is not None for row in found for column in own)
        assert len(found) == totals.linhas[name]
    assert cells == sum(leaves(record["ficha"]) for record in records) > 10_000


def test_a_field_called_as_a_key_has_a_column_of_its_own(tmp_path):
    record = minimal("FCI")
    record["ficha"]["uuid"] = "o da ficha"
    tabelar(jsonl(tmp_path / "p.jsonl", [record]), tmp_path / "t")
    (row,) = rows(tmp_path / "t", "CadastroIndividualThrift")
    assert (row["uuid"], row["uuid_"]) == (record["uuid"], "o da ficha")


def test_the_keys_join_child_to_parent(production):
    _, folder, _ = production
    parents = {
        (row["registro"], row["caminho"]) for row in rows(folder, "FichaAtendimentoIndividualChildThrift")
    }
    children = rows(folder, "MedicamentoThrift")
    assert children
    for row in children:
        if row["tipo"] == "FAI":
            assert (row["registro"], row["pai"]) in parents
            assert row["caminho"] == f"{row['pai']}.medicamentos[{row['posicao']}]"


def test_dates_are_days_of_the_municipality_and_moments_are_utc(tmp_path):
    record = minimal("FVD")
    record["ficha"]["headerTransport"]["dataAtendimento"] = "2026-11-20"
    text = {**record, "uuid": "outro"}
    late = json.loads(json.dumps(record))
    late["ficha"]["headerTransport"]["dataAtendimento"] = "2026-11-01T22:30:00-03:00"
    tabelar(jsonl(tmp_path / "p.jsonl", [text, late]), tmp_path / "t")
    assert [(row["data"], row["competencia"]) for row in rows(tmp_path / "t", "registros")] == [
        (date(2026, 11, 20), "202611"),
        (date(2026, 11, 1), "202611"),
    ]


def test_what_no_version_has_is_named(tmp_path):
    record = minimal("FVD")
    record["ficha"]["visitasDomiciliares"][0]["inventado"] = 1
    record["ficha"]["nome do João"] = 2
    tabelar(jsonl(tmp_path / "p.jsonl", [record]), tmp_path / "t")
    (row,) = rows(tmp_path / "t", "registros")
    assert row["desconhecidos"] == ["visitasDomiciliares[0].inventado", "(nome ilegível)"]


def without_place(row):
    return json.dumps({**row, "arquivo": "", "registro": 0}, default=str, sort_keys=True)


def test_a_zip_and_the_lines_it_came_from_give_the_same_rows(tmp_path):
    path = jsonl(tmp_path / "p.jsonl", gerar(semente=9, fichas=80, erros=0))
    assert main(["empacotar", str(path), "--saida", str(tmp_path / "p.zip")]) == 0
    tabelar(path, tmp_path / "a")
    tabelar(tmp_path / "p.zip", tmp_path / "b")
    for name in structs():
        one, two = (Counter(map(without_place, rows(tmp_path / side, name))) for side in "ab")
        assert one == two, name


def test_files_of_one_name_are_told_apart(tmp_path):
    for side in "ab":
        (tmp_path / side).mkdir()
        jsonl(tmp_path / side / "p.jsonl", [minimal("FVD")])
    totals = tabelar([tmp_path / "a/p.jsonl", tmp_path / "b/p.jsonl"], tmp_path / "t")
    assert (totals.arquivos, totals.registros) == (2, 2)
    assert len({(row["arquivo"], row["registro"]) for row in rows(tmp_path / "t", "registros")}) == 2


# ---- what is wrong

WRONG = {
    "não é JSON": ("{nem", "REGISTRO-json-formato"),
    "uma lista": ("[1]", "tipo"),
    "tipo sem ficha": ({"tipo": "XYZ"}, "tipo"),
    "tipo que é lista": ({"tipo": ["FVD"]}, "tipo"),
    "sem ficha": ({"tipo": "FVD"}, "tipo"),
    "ficha nula": ({"tipo": "FVD", "ficha": None}, "tipo"),
    "uuid que é número": ({"tipo": "FVD", "uuid": 3, "ficha": {}}, "tipo"),
    "ibge que é lista": ({"tipo": "FVD", "ibge": [], "ficha": {}}, "tipo"),
    "meio par": ({"tipo": "FVD", "uuid": "\ud800", "ficha": {}}, "formato"),
}
FIELDS = {
    "visitasDomiciliares": [None, 3, "x", [3], [None], {"turno": 1}],
    "tpCdsOrigem": ["3", True, 2**31, -(2**31) - 1, 1.5, [], {}, 10**400],
    "uuidFicha": [3, [], "\udfff"],
    "headerTransport": [
        [],
        "x",
        {"dataAtendimento": "ontem"},
        {"dataAtendimento": 10**17},
        {"dataAtendimento": True},
    ],
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_table_can_hold_is_refused_whole_with_its_reason(tmp_path, what):
    given, code = WRONG[what]
    good = minimal("FVD")
    totals = tabelar(jsonl(tmp_path / "p.jsonl", [good, given, good]), tmp_path / "t")
    assert (totals.registros, totals.recusados) == (2, 1)
    (refused,) = rows(tmp_path / "t", "recusados")
    assert (refused["registro"], refused["codigo"]) == (2, code)
    assert refused["motivo"]
    assert {row["registro"] for row in rows(tmp_path / "t", "FichaVisitaDomiciliarMasterThrift")} == {1, 3}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, all_ in FIELDS.items() for value in all_]
)
def test_a_value_of_another_kind_refuses_the_record_and_is_not_repeated(tmp_path, field, value):
    record = minimal("FVD")
    record["ficha"][field] = value
    made = rows_of(Item("linha 1", record))
    if value is None:
        assert not made.motivo
        return
    assert made.motivo.startswith(field)
    assert not made.tables
    totals = tabelar(jsonl(tmp_path / "p.jsonl", [record]), tmp_path / "t")
    assert (totals.registros, totals.recusados) == (0, 1)


def test_a_number_written_as_a_decimal_is_the_number():
    record = minimal("FVD")
    record["ficha"]["tpCdsOrigem"] = 3.0
    assert rows_of(Item("linha 1", record)).tables["FichaVisitaDomiciliarMasterThrift"][0]["tpCdsOrigem"] == 3


# ---- whole or not there


def leftovers(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir() if "parcial" in one.name or one.is_dir())


def test_a_file_cut_in_the_middle_leaves_no_folder(tmp_path, capsys):
    path = jsonl(tmp_path / "p.jsonl", gerar(semente=9, fichas=30, erros=0))
    main(["empacotar", str(path), "--saida", str(tmp_path / "p.zip")])
    whole = (tmp_path / "p.zip").read_bytes()
    (tmp_path / "c.zip").write_bytes(whole[: len(whole) // 2])
    assert main(["tabelar", str(path), str(tmp_path / "c.zip"), "--saida", str(tmp_path / "t")]) == 2
    assert "c.zip" in capsys.readouterr().err
    assert leftovers(tmp_path) == []


def test_a_full_disk_leaves_no_folder_and_is_said(tmp_path, monkeypatch, capsys):
    path = jsonl(tmp_path / "p.jsonl", [minimal("FVD")])

    def full(*_):
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(writer.os, "fsync", full)
    assert main(["tabelar", str(path), "--saida", str(tmp_path / "t")]) == 2
    assert "espaço" in capsys.readouterr().err
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_in_the_middle_nothing_has_the_name_of_the_folder(tmp_path):
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "ledi", "tabelar", "-", "--saida", str(tmp_path / "t")]
    child = subprocess.Popen(command, stdin=reading)
    os.close(reading)
    os.write(writing, (json.dumps(minimal("FVD")) + "\n").encode())
    deadline = time.monotonic() + 300
    while not leftovers(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    os.close(writing)
    assert not (tmp_path / "t").exists()
    (left,) = leftovers(tmp_path)
    assert left.startswith(".t.parcial-")


@pytest.mark.parametrize("there", ["pasta", "arquivo", "atalho"])
def test_what_is_there_is_never_written_over(tmp_path, capsys, there):
    place = tmp_path / "t"
    if there == "pasta":
        place.mkdir()
        (place / "meu.txt").write_text("meu")
    elif there == "arquivo":
        place.write_text("meu")
    else:
        place.symlink_to(tmp_path / "nada")
    path = jsonl(tmp_path / "p.jsonl", [minimal("FVD")])
    assert main(["tabelar", str(path), "--saida", str(place)]) == 2
    assert "já existe" in capsys.readouterr().err
    assert not list(tmp_path.glob(".t.*"))


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "t").mkdir()
    tabelar(jsonl(tmp_path / "p.jsonl", [minimal("FVD")]), tmp_path / "t")
    assert len(rows(tmp_path / "t", "registros")) == 1


def test_every_table_is_there_also_without_rows_and_described(tmp_path):
    tabelar(jsonl(tmp_path / "p.jsonl", [minimal("FVD")]), tmp_path / "t")
    assert {one.stem for one in (tmp_path / "t").glob("*.parquet")} == set(tables())
    told = json.loads((tmp_path / "t" / "tabelas.json").read_text())["tabelas"]
    assert told["registros"]["linhas"] == 1
    for name in tables():
        assert list(told[name]["colunas"]) == pq.read_schema(tmp_path / "t" / f"{name}.parquet").names


def test_rows_wait_in_a_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "ROWS_EACH", 10)
    monkeypatch.setattr(writer, "ROWS_ALL", 25)
    most = 0
    with Writer(tmp_path / "t") as made:
        for position, record in enumerate(gerar(semente=2, fichas=200, erros=0), 1):
            before = made._rows
            made.add("p", position, "x", rows_of(Item("x", record)))
            one = made._rows - before
            most = max(most, made._rows - max(one, 0))
    assert most < 25
    assert pq.read_metadata(tmp_path / "t" / "registros.parquet").num_row_groups > 5
    assert len(rows(tmp_path / "t", "registros")) == 200


def test_large_texts_do_not_wait_in_memory_for_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "CELLS", 5_000)
    record = minimal("FVD")
    record["ficha"]["uuidFicha"] = "x" * 50_000
    with Writer(tmp_path / "t") as made:
        for position in range(10):
            made.add("p", position, "x", rows_of(Item("x", record)))
            assert made._cells < 5_000
    assert len(rows(tmp_path / "t", "registros")) == 10


# ---- the command


def test_several_processes_write_the_same_tables(production, tmp_path):
    path, folder, totals = production
    command = [
        sys.executable,
        "-m",
        "ledi",
        "tabelar",
        str(path),
        "--saida",
        str(tmp_path / "t"),
        "--processos",
        "2",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{totals.registros} registros" in done.stdout
    for name in tables():
        assert rows(tmp_path / "t", name) == rows(folder, name), name


def test_refused_records_are_said_and_the_command_ends_with_1(tmp_path, capsys):
    path = jsonl(tmp_path / "p.jsonl", [minimal("FVD"), "{"])
    assert main(["tabelar", str(path), "--saida", str(tmp_path / "t")]) == 1
    said = capsys.readouterr()
    assert "1 registros (FVD 1)" in said.out
    assert "recusados.parquet" in said.err


def test_without_pyarrow_it_says_what_to_install(tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ImportError('não há')")
    path = jsonl(tmp_path / "p.jsonl", [minimal("FVD")])
    done = subprocess.run(
        [sys.executable, "-m", "ledi", "tabelar", str(path), "--saida", str(tmp_path / "t")],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "ledi[dados]" in done.stderr
    assert "Traceback" not in done.stderr


def test_totals_add_up():
    one = Totais(1, 5, 1, Counter(FVD=5), Counter(registros=5, recusados=1))
    assert sum([one, one], Totais()) == Totais(2, 10, 2, Counter(FVD=10), Counter(registros=10, recusados=2))


def test_a_file_without_a_record_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "vazio.jsonl").write_text("")
    (tmp_path / "linhas.jsonl").write_text("\n\n")
    for name in ("vazio", "linhas"):
        with pytest.raises(LediError, match="está vazio"):
            tabelar(tmp_path / f"{name}.jsonl", tmp_path / "t")
    assert leftovers(tmp_path) == []
