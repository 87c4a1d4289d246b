"""The command `ledi`: its output and exit codes are a contract."""

from __future__ import annotations

import json
import sys
import zipfile

import pytest
from rule_cases.harness import apply

from ledi.cli import main
from ledi.layouts import CURRENT
from ledi_gerador.minimos import minimal


@pytest.fixture
def run(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def write(path, *records) -> object:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def bad_fvd() -> dict:
    record = minimal("FVD")
    apply(record, "uuidFicha", "0019615-00000000-0000-4000-8000-0000000000ff")
    record["uuid"] = "0019615-00000000-0000-4000-8000-0000000000ff"
    apply(record, "visitasDomiciliares[0].turno", 9)
    return record


def test_valid_records_exit_zero(tmp_path, run):
    code, out, err = run(
        "validar",
        "--json",
        "--hoje",
        "2026-11-24",
        write(tmp_path / "a.jsonl", minimal("FVD"), minimal("FCI")),
    )
    assert code == 0 and err == ""
    assert [row["situacao"] for row in lines(out)] == ["processada", "processada"]
    assert set(lines(out)[0]) == {"uuid", "tipo", "versao", "situacao", "inconsistencias", "nao_verificadas"}


def test_an_inconsistent_record_exits_one_and_names_the_field(tmp_path, run):
    code, out, _ = run(
        "validar", "--json", "--hoje", "2026-11-24", write(tmp_path / "a.jsonl", bad_fvd(), minimal("FVD"))
    )
    first, second = lines(out)
    assert code == 1
    assert (first["situacao"], second["situacao"]) == ("inconsistente", "processada")
    (finding,) = first["inconsistencias"]
    assert set(finding) == {"codigo", "campo", "mensagem", "severidade"}
    assert (finding["codigo"], finding["campo"]) == ("FVD-001-e1", "visitasDomiciliares[0].turno")


def test_a_bad_line_does_not_stop_the_others(tmp_path, run):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"tipo": \n' + json.dumps(minimal("FVD")).encode() + b"\n\xff\xfe\n")
    code, out, _ = run("validar", "--json", "--hoje", "2026-11-24", path)
    rows = lines(out)
    assert code == 2
    assert [row["uuid"] for row in rows] == [None, minimal("FVD")["uuid"], None]
    assert rows[0]["inconsistencias"][0]["codigo"] == "REGISTRO-json-formato"
    assert rows[2]["inconsistencias"][0]["codigo"] == "REGISTRO-json-codificacao"


@pytest.mark.parametrize("content", [b"", b"   \n\n"])
def test_an_empty_file_is_unreadable(tmp_path, run, content):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    code, out, err = run("validar", "--json", path)
    assert (code, out) == (2, "") and "vazio" in err


def test_missing_file_and_bad_usage_exit_two(run):
    assert run("validar", "/nao/existe.jsonl")[0] == 2
    assert run("validar")[0] == 2
    assert run("validar", "--versao", "1.2.3", "x")[0] == 2
    assert run("validar", "--hoje", "24/11/2026", "x")[0] == 2


def test_other_versions_are_told(tmp_path, run):
    path = write(tmp_path / "a.jsonl", {**minimal("FVD"), "versao": "7.2.2"})
    _, out, _ = run("validar", "--json", "--hoje", "2026-11-24", "--versao", "8.7.0", path)
    (row,) = lines(out)
    assert row["versao"] == "8.7.0" and row["situacao"] == "processada"
    assert [(f["codigo"], f["severidade"]) for f in row["inconsistencias"]] == [
        ("REGISTRO-versao-diferente", "aviso")
    ]


def test_today_is_given(tmp_path, run):
    path = write(tmp_path / "a.jsonl", minimal("FVD"))
    _, out, _ = run("validar", "--json", "--hoje", "2026-09-14", path)
    assert [f["codigo"] for f in lines(out)[0]["inconsistencias"]] == ["HEADER-U-005-1"]


def test_a_repeated_uuid_is_told(tmp_path, run):
    code, out, _ = run(
        "validar",
        "--json",
        "--hoje",
        "2026-11-24",
        write(tmp_path / "a.jsonl", minimal("FVD"), minimal("FVD")),
    )
    assert code == 1
    assert [f["codigo"] for f in lines(out)[1]["inconsistencias"]] == ["REGISTRO-uuid-repetido"]


def test_package_then_open_gives_the_records_back(tmp_path, run):
    records = [minimal("FVD"), minimal("FAI")]
    target = tmp_path / "x.zip"
    code, _, err = run(
        "empacotar", write(tmp_path / "a.jsonl", *records), "--saida", target, "--hoje", "2026-11-24"
    )
    assert code == 0 and "instalação fictícia" in err
    assert zipfile.ZipFile(target).namelist() == [f"{record['uuid']}.esus" for record in records]
    code, out, _ = run("abrir", target)
    opened = lines(out)
    assert code == 0
    assert [row["ficha"] for row in opened] == [record["ficha"] for record in records]
    assert [row["versao"] for row in opened] == [CURRENT, CURRENT]
    assert run("validar", "--json", "--hoje", "2026-11-24", target)[0] == 0


def test_package_is_reproducible(tmp_path, run):
    source = write(tmp_path / "a.jsonl", minimal("FVD"), minimal("FAC"))
    for name in ("1.zip", "2.zip"):
        run("empacotar", source, "--saida", tmp_path / name, "--hoje", "2026-11-24")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_inconsistent_records_stay_out_unless_allowed(tmp_path, run):
    source, target = write(tmp_path / "a.jsonl", bad_fvd(), minimal("FVD")), tmp_path / "x.zip"
    code, _, err = run("empacotar", source, "--saida", target, "--hoje", "2026-11-24")
    assert code == 1 and "fora do zip" in err
    assert len(zipfile.ZipFile(target).namelist()) == 1
    code, _, _ = run(
        "empacotar", source, "--saida", target, "--hoje", "2026-11-24", "--permitir-inconsistentes"
    )
    assert code == 0 and len(zipfile.ZipFile(target).namelist()) == 2


def test_installation_file_is_used(tmp_path, run):
    toml = tmp_path / "i.toml"
    toml.write_text(
        'contraChave = "Meu sistema - 2.0"\nuuidInstalacao = "a1"\ncpfOuCnpj = "11222333000181"\n'
        'nomeOuRazaoSocial = "Prefeitura"\n'
    )
    target = tmp_path / "x.zip"
    code, _, err = run(
        "empacotar",
        write(tmp_path / "a.jsonl", minimal("FVD")),
        "--saida",
        target,
        "--instalacao",
        toml,
        "--hoje",
        "2026-11-24",
    )
    assert code == 0 and "fictícia" not in err
    _, out, _ = run("abrir", target)
    assert lines(out)[0]["contexto"]["abertura"]["remetente"]["contraChave"] == "Meu sistema - 2.0"


def test_split(tmp_path, run):
    source = write(tmp_path / "a.jsonl", minimal("FVD"), minimal("FAC"), minimal("FCI"))
    code, out, _ = run(
        "empacotar", source, "--saida", tmp_path / "x.zip", "--max-registros", "2", "--hoje", "2026-11-24"
    )
    assert code == 0
    assert [len(zipfile.ZipFile(path).namelist()) for path in out.split()] == [2, 1]


def test_xml_form(tmp_path, run):
    source, target = write(tmp_path / "a.jsonl", minimal("FVD")), tmp_path / "x.zip"
    assert run("empacotar", source, "--saida", target, "--formato", "xml", "--hoje", "2026-11-24")[0] == 0
    assert zipfile.ZipFile(target).namelist()[0].endswith(".esus.xml")
    _, out, _ = run("abrir", target)
    assert lines(out)[0]["ficha"] == minimal("FVD")["ficha"]


def test_truncated_esus_is_told(tmp_path, run):
    source, target = write(tmp_path / "a.jsonl", minimal("FVD")), tmp_path / "x.zip"
    run("empacotar", source, "--saida", target, "--hoje", "2026-11-24")
    archive = zipfile.ZipFile(target)
    path = tmp_path / "a.esus"
    path.write_bytes(archive.read(archive.namelist()[0])[:-40])
    code, out, _ = run("validar", "--json", path)
    assert code == 2
    assert [f["codigo"] for f in lines(out)[0]["inconsistencias"]] == ["REGISTRO-arquivo-formato"]
    assert run("abrir", path)[0] == 2


def test_schema_is_valid_json_schema_and_unknown_type_is_told(run):
    code, out, _ = run("esquema", "FCI")
    schema = json.loads(out)
    assert code == 0 and schema["properties"]["tipo"] == {"const": "FCI"}
    code, _, err = run("esquema", "XYZ")
    assert code == 2 and "XYZ" in err


def test_rules_lists_every_published_rule(run):
    from ledi.rules.registry import published

    code, out, _ = run("regras", "--json")
    codes = {row["codigo"]: row for row in lines(out)}
    assert code == 0
    assert {rule for rule, row in published().items() if row.until is None} <= set(codes)
    assert {row["estado"] for row in codes.values()} <= {"record", "table", "context", "history", "batch"}
    assert all(row["texto"] for row in codes.values())


def test_mistakes_of_use_are_told_in_portuguese_and_name_the_file(tmp_path, run):
    _, _, err = run("validar", "/nao/existe.jsonl")
    assert "/nao/existe.jsonl: o arquivo não existe" in err
    assert "faltam argumentos: ARQUIVO" in run("validar")[2]
    code, out, err = run("regras", "--ficha", "ABC")
    assert (code, out) == (2, "") and "ABC" in err
    path = write(tmp_path / "a.jsonl", minimal("FVD"))
    code, _, err = run("empacotar", path, "--saida", tmp_path / "falta" / "x.zip")
    assert code == 2 and "a pasta do zip não existe" in err and ".parcial" not in err


def test_an_unsafe_zip_is_told_by_its_name(tmp_path, run):
    import zipfile

    with zipfile.ZipFile(tmp_path / "p.zip", "w") as package:
        package.writestr("../../etc/x.esus", b"x")
    code, _, err = run("abrir", tmp_path / "p.zip")
    assert code == 2 and "p.zip" in err and "inseguro" in err


def test_an_unknown_tipo_is_named(tmp_path, run):
    _, out, _ = run("validar", "--json", write(tmp_path / "a.jsonl", {**minimal("FVD"), "tipo": "XYZ"}))
    assert "XYZ" in lines(out)[0]["inconsistencias"][0]["mensagem"]


def test_the_limit_of_a_text_is_the_readers(tmp_path):
    from ledi.reading import parse

    assert parse(b"[1, 2]", "corpo", 6).record == [1, 2]
    assert parse(b"[1, 2]", "corpo", 5).findings[0].code == "REGISTRO-json-tamanho"


@pytest.mark.parametrize("options", [(), ("--fichas", "3"), ("--nada",), ("-h",), ("--", "x")])
def test_who_has_no_generator_is_told_what_to_install(run, monkeypatch, options):
    monkeypatch.setitem(sys.modules, "ledi_gerador", None)
    code, out, err = run("gerar", *options)
    assert (code, out) == (2, "")
    assert "Instale o ledi-gerador" in err
    assert run("esquema", "FVD")[0] == 0  # the library itself does without it


def test_with_the_generator_the_verb_is_there(tmp_path, run):
    code, _, _ = run("gerar", "--fichas", "3", "--saida", tmp_path / "p.jsonl")
    assert code == 0
    assert len(lines((tmp_path / "p.jsonl").read_text(encoding="utf-8"))) == 3
