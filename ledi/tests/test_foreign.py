"""Foreign envelopes: every rule of DadoTransporte, DadoInstalacao and versao is judged; nothing is replaced unsaid."""

from __future__ import annotations

import copy
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from rule_cases.harness import TODAY
from rule_cases.transporte import INSTALLATION

from ledi import validate
from ledi.cli import main
from ledi.cli.validar import report_of
from ledi.codecs import thrift, xml
from ledi.envelope import TRANSPORT, Instalacao, unwrap_any
from ledi.errors import InstallationError
from ledi.installation import FICTICIA, require_valid
from ledi.layouts import layout
from ledi.processing import process
from ledi.reading import open_bytes
from ledi_gerador.minimos import minimal

L = layout("8.7.0")
STRUCT = L.structs[TRANSPORT]
OTHER = replace(
    FICTICIA, contraChave="Sistema da UBS - 2.1", nomeOuRazaoSocial="Prefeitura vizinha"
).to_wire()
HEAD = {
    "uuidDadoSerializado": minimal("FVD")["uuid"], "tipoDadoSerializado": 8, "cnesDadoSerializado": "0019615",
    "codIbge": "4205407", "ineDadoSerializado": minimal("FVD")["ine"], "numLote": 3,
}  # fmt: skip
FICHA = minimal("FVD")["ficha"]


def envelope(form: str, **change: Any) -> bytes:
    """A whole file; a field given as "-" is left out."""
    parts = (
        HEAD
        | {"remetente": OTHER, "originadora": OTHER, "versao": {"major": 8, "minor": 7, "revision": 0}}
        | change
    )
    parts = {name: value for name, value in parts.items() if value != "-"}
    if form == "thrift":
        return thrift.encode(STRUCT, parts | {"dadoSerializado": thrift.encode(L.fichas["FVD"].root, FICHA)})
    head = {name: parts.get(name) for name in HEAD}
    data = xml.encode_transport(
        L, head, L.fichas["FVD"].root, FICHA, parts.get("remetente", {}), parts.get("originadora", {})
    ).decode()
    for side in ("remetente", "originadora"):
        if side not in parts:
            data = data.replace(f"<ns2:{side}></ns2:{side}>", "")
    versao = parts.get("versao")
    numbers = "".join(f' {name}="{value}"' for name, value in (versao or {}).items())
    written = f"<versao{numbers}/>" if versao is not None else ""
    return data.replace('<versao major="8" minor="7" revision="0"/>', written).encode()


def judged(data: bytes) -> dict[str, str]:
    """path -> code of the errors."""
    report = report_of(open_bytes(data, "a"), {}, hoje=TODAY)
    return {f.path: f.code for f in report.findings if f.severity == "erro"}


FORMS = pytest.mark.parametrize("form", ["thrift", "xml"])


@FORMS
def test_a_good_one_has_nothing_said(form: str):
    item = open_bytes(envelope(form), "a")
    assert (item.findings, item.notes, item.readable) == ((), (), True)
    assert item.record == minimal("FVD")


@FORMS
@pytest.mark.parametrize("side", ["remetente", "originadora"])
@pytest.mark.parametrize("case", [c for c in INSTALLATION if c.version == "8.7.0"], ids=str)
def test_every_rule_of_the_installation_on_both_sides(form: str, side: str, case: Any):
    assert judged(envelope(form, **{side: OTHER | {case.name: case.bad}})) == {
        f"{side}.{case.name}": case.code
    }
    assert judged(envelope(form, **{side: OTHER | {case.name: case.good}})) == {}


@FORMS
@pytest.mark.parametrize("side", ["remetente", "originadora"])
@pytest.mark.parametrize("name", ["contraChave", "uuidInstalacao", "cpfOuCnpj", "nomeOuRazaoSocial"])
@pytest.mark.parametrize("empty", [None, "", " "])
def test_what_an_installation_must_say(form: str, side: str, name: str, empty: str | None):
    found = judged(envelope(form, **{side: OTHER | {name: empty}}))
    if empty == " ":  # nobody says whether the PEC takes spaces: told only, unless a form says so
        assert set(found) <= {f"{side}.{name}"}
    else:
        assert found == {f"{side}.{name}": f"TRANSPORTE-DadoInstalacaoThrift-{name}-obrigatorio"}


@FORMS
@pytest.mark.parametrize("side", ["remetente", "originadora"])
def test_an_installation_that_is_missing(form: str, side: str):
    for absent in ("-", {}):
        code = f"TRANSPORTE-DadoTransporteThrift-{side}-obrigatorio"
        assert judged(envelope(form, **{side: absent})) == {side: code}


@FORMS
@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"uuidDadoSerializado": "-"}, "uuid", "TRANSPORTE-DadoTransporteThrift-uuidDadoSerializado-obrigatorio"),
        ({"uuidDadoSerializado": "abc"}, "uuid", "TRANSPORTE-D-001-1"),
        ({"cnesDadoSerializado": "-"}, "cnes", "TRANSPORTE-DadoTransporteThrift-cnesDadoSerializado-obrigatorio"),
        ({"codIbge": "-"}, "ibge", "TRANSPORTE-DadoTransporteThrift-codIbge-obrigatorio"),
        ({"codIbge": "9999999"}, "ibge", "TRANSPORTE-D-004-e1"),
        ({"ineDadoSerializado": "12"}, "ine", "TRANSPORTE-DadoTransporteThrift-ineDadoSerializado-minimo"),
        ({"versao": "-"}, "versao", "REGISTRO-versao-obrigatorio"),
        ({"versao": {"major": 8, "minor": 7}}, "versao", "REGISTRO-versao-formato"),
        ({"versao": {"major": 9, "minor": 0, "revision": 0}}, "versao", "COMMON-VERSAO-001-1"),
    ],
)  # fmt: skip
def test_every_field_of_the_envelope(form: str, change: dict, path: str, code: str):
    assert judged(envelope(form, **change)).get(path) == code


@FORMS
def test_the_ficha_is_judged_beside_a_missing_version(form: str):
    data = envelope(form, versao="-")
    data = data.replace(b"<turno>1</turno>", b"<turno>9</turno>") if form == "xml" else data
    found = judged(data)
    assert found["versao"] == "REGISTRO-versao-obrigatorio"
    assert ("visitasDomiciliares[0].turno" in found) is (form == "xml")


def test_a_wrong_type_in_the_envelope_is_a_finding_on_its_field():
    data = envelope("xml").replace(b"<numLote>3</numLote>", b"<numLote>tres</numLote>")
    assert judged(data) == {"numLote": "TRANSPORTE-DadoTransporteThrift-numLote-tipo"}
    data = envelope("xml").replace(b"<tipoDadoSerializado>8<", b"<tipoDadoSerializado>FVD<")
    assert judged(data) == {"tipoDadoSerializado": "TRANSPORTE-DadoTransporteThrift-tipoDadoSerializado-tipo"}
    data = envelope("xml", tipoDadoSerializado="-")
    assert judged(data) == {"tipo": "REGISTRO-xml-estrutura"}


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("http://esus.ufsc.br/dadotransporte", "http://esus.ufsc.br/transporte", "http://esus.ufsc.br/dadotransporte"),
        ("http://esus.ufsc.br/dadoinstalacao", "urn:x", "http://esus.ufsc.br/dadoinstalacao"),
        ("http://esus.ufsc.br/fichavisitadomiciliarmaster", "urn:x", "http://esus.ufsc.br/fichavisitadomiciliarmaster"),
        ("<turno>", '<turno xmlns="urn:x">', "não deve estar em nenhum"),
        ("<codIbge>", '<codIbge xmlns="urn:x">', "não deve estar em nenhum"),
    ],
)  # fmt: skip
def test_every_namespace(old: str, new: str, right: str):
    data = envelope("xml").decode().replace(old, new, 1)
    report = report_of(open_bytes(data.encode(), "a"), {}, hoje=TODAY)
    told = [f for f in report.findings if f.code == "REGISTRO-xml-namespace"]
    assert told and right in told[0].message and report.uuid == HEAD["uuidDadoSerializado"]
    assert report.situacao == "inconsistente" and report.tipo == "FVD"


WRONG = {"bool": "sim", "i32": "três", "i64": "3.0", "double": "36,5"}


@pytest.mark.parametrize("tipo", ["FVD", "FAI", "FCI", "FCD", "MCA", "FV", "FAC"])
def test_a_wrong_type_is_a_finding_on_the_field_beside_the_others(tipo: str):
    """In every field of a number, date or boolean that the minimal record brings."""
    from ledi.envelope import wrap_xml

    record = minimal(tipo)
    data = wrap_xml(record, validate(record).wire or {}, remetente=FICTICIA, layout=L).decode()
    tried = 0
    for name, field in _simple(L.fichas[tipo].root):
        start = data.find(f"<{name}>")
        if start < 0:
            continue
        end = data.index(f"</{name}>", start)
        wrong = "2026-09-15" if field.is_date else WRONG[field.type.kind]
        broken = f"{data[:start]}<{name}>{wrong}{data[end:]}"
        item = open_bytes(broken.encode(), "a")
        report = report_of(item, {}, hoje=TODAY)
        told = [f for f in report.findings if f.code.endswith(f"-{name}-tipo") and f.severity == "erro"]
        assert item.readable and (report.tipo, report.uuid) == (tipo, record["uuid"])
        assert len(told) == 1 and told[0].path.endswith(name), (name, report.findings)
        assert "deve ser" in told[0].message and wrong not in told[0].message
        tried += 1
    assert tried >= 3


def _simple(struct: Any):
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        if inner is not None:
            yield from _simple(inner)
        elif field.type.kind in WRONG:
            yield field.name, field


def test_damaged_bytes_of_a_ficha_say_whose_it_is():
    parts = HEAD | {"remetente": OTHER, "originadora": OTHER, "dadoSerializado": b"\x0b\0\1\0\0\0\5ab"}
    report = report_of(open_bytes(thrift.encode(STRUCT, parts), "a"), {}, hoje=TODAY)
    assert (report.uuid, report.tipo) == (HEAD["uuidDadoSerializado"], "FVD")
    assert [f.code for f in report.findings] == ["REGISTRO-arquivo-formato"]


# ---- what our own export keeps of a foreign envelope


def pack(tmp_path, data: bytes, *more: str) -> tuple[int, list[str]]:
    (tmp_path / "a.esus").write_bytes(data)
    target = tmp_path / "x.zip"
    target.unlink(missing_ok=True)
    code = main(
        ["empacotar", str(tmp_path / "a.esus"), "--saida", str(target), "--hoje", "2026-11-24", *more]
    )
    return code, zipfile.ZipFile(target).namelist() if target.exists() else []


@FORMS
def test_a_bad_remetente_stays_behind_and_a_bad_originadora_keeps_the_ficha_out(tmp_path, form: str):
    bad = OTHER | {"cpfOuCnpj": "texto"}
    assert pack(tmp_path, envelope(form, remetente=bad)) == (0, [f"{HEAD['uuidDadoSerializado']}.esus"])
    assert pack(tmp_path, envelope(form, originadora=bad)) == (1, [])
    assert pack(tmp_path, envelope(form, originadora="-")) == (1, [])
    assert pack(tmp_path, envelope(form, versao="-")) == (1, [])


def test_the_originadora_goes_out_as_it_came_even_when_forced(tmp_path):
    bad = OTHER | {"cpfOuCnpj": "texto"}
    code, (name,) = pack(tmp_path, envelope("thrift", originadora=bad), "--permitir-inconsistentes")
    found = unwrap_any(zipfile.ZipFile(tmp_path / "x.zip").read(name))
    assert code == 0 and found.originadora == bad and found.remetente == FICTICIA.to_wire()


def test_process_judges_the_originadora():
    bad = replace(FICTICIA, cpfOuCnpj="123")
    done = process(minimal("FVD"), instalacao=FICTICIA, originadora=bad, hoje=TODAY)
    assert done.entry is None and done.report.situacao == "inconsistente"
    assert [(f.code, f.path) for f in done.report.findings] == [
        ("TRANSPORTE-I-003-o1", "originadora.cpfOuCnpj")
    ]
    assert process(minimal("FVD"), instalacao=FICTICIA, originadora=FICTICIA, hoje=TODAY).entry is not None


# ---- our own installation


@pytest.mark.parametrize(
    "change",
    [
        {"cpfOuCnpj": "123"},
        {"contraChave": "semversao"},
        {"email": "x"},
        {"uuidInstalacao": None},
        {"fone": "1"},
    ],
)
def test_an_invalid_installation_writes_no_zip(tmp_path, capsys, change: dict):
    data = {name: value for name, value in (FICTICIA.to_wire() | change).items() if value is not None}
    toml = tmp_path / "i.toml"
    toml.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in data.items()))
    (tmp_path / "a.jsonl").write_text(json.dumps(minimal("FVD")))
    target = tmp_path / "x.zip"
    given = ["empacotar", str(tmp_path / "a.jsonl"), "--saida", str(target), "--instalacao", str(toml)]
    assert main([*given, "--hoje", "2026-11-24"]) == 2
    err = capsys.readouterr().err
    assert not target.exists() and not list(tmp_path.glob("*.parcial"))
    assert "erro na instalação" in err and "o zip não foi gravado" in err
    with pytest.raises(InstallationError):
        process(minimal("FVD"), instalacao=Instalacao.as_found(FICTICIA.to_wire() | change), hoje=TODAY)


def test_what_is_only_told_of_an_installation_stops_nothing():
    require_valid(FICTICIA)
    require_valid(replace(FICTICIA, nomeOuRazaoSocial="MunicÃ­pio"))


# ---- the same uuid


@pytest.mark.parametrize("tipo", ["FVD", "FAI", "FCI", "FCD"])
def test_a_uuid_is_the_same_in_capitals_and_keeps_its_spelling(tipo: str):
    small = copy.deepcopy(minimal(tipo))
    uuid = "0019615-abcdefab-cdef-4abc-8def-abcdefabcdef"
    name = layout("8.7.0").fichas[tipo].uuid_field
    small["uuid"], small["ficha"][name] = uuid, uuid
    if "uuidFichaOriginadora" in small["ficha"]:
        small["ficha"]["uuidFichaOriginadora"] = uuid.upper()
    capitals = copy.deepcopy(small)
    capitals["uuid"] = uuid.upper()  # inside the ficha it stays small
    for record in (small, capitals):
        report = validate(record, hoje=TODAY)
        assert report.findings == () and report.uuid == record["uuid"] and report.wire[name] == uuid
    seen: dict = {}
    from ledi.reading import Item

    assert report_of(Item("1", small), seen, hoje=TODAY).findings == ()
    again = report_of(Item("2", capitals), seen, hoje=TODAY)
    assert [f.code for f in again.findings] == ["REGISTRO-uuid-repetido"]


def test_the_same_uuid_with_another_tipo_says_so():
    from ledi.reading import Item

    seen: dict = {}
    other = copy.deepcopy(minimal("FAI"))
    other["uuid"] = other["ficha"]["uuidFicha"] = minimal("FVD")["uuid"].upper()
    report_of(Item("1", minimal("FVD")), seen, hoje=TODAY)
    (told,) = report_of(Item("2", other), seen, hoje=TODAY).findings
    assert told.code == "REGISTRO-uuid-repetido" and "de outro tipo (FVD)" in told.message


def test_an_update_that_names_itself_in_capitals_is_told():
    record = copy.deepcopy(minimal("FCI"))
    record["ficha"] |= {"fichaAtualizada": True, "uuidFichaOriginadora": record["uuid"].upper()}
    assert [(f.code, f.severity) for f in validate(record, hoje=TODAY).findings] == [("FCI-010-1", "aviso")]
