"""Fields of a file that its layout does not have: said, kept, put back where they were, and never anywhere else."""

from __future__ import annotations

import copy
import json
import struct
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledi import carried, validate
from ledi.cli import main
from ledi.codecs import thrift, xml
from ledi.codecs.wire import I64, STRING, Unknown
from ledi.envelope import unwrap_any, wrap
from ledi.findings import AVISO, ERRO
from ledi.installation import FICTICIA
from ledi.layouts import layout
from ledi.processing import finish
from ledi.reading import open_bytes
from ledi.recast import convert
from ledi_gerador.minimos import minimal

TODAY = date(2026, 11, 24)
ROOT = layout("8.7.0").fichas["FVD"].root
FIRST, SECOND = "visitasDomiciliares[0]", "visitasDomiciliares[1]"
NOBODY = Unknown(SECOND, 99, STRING, struct.pack(">i", 3) + b"abc")
PREFIX = "FVD-FichaVisitaDomiciliarChildThrift"


def two_visits(version: str = "8.7.0") -> dict[str, Any]:
    record = minimal("FVD") | {"versao": version}
    visits = record["ficha"]["visitasDomiciliares"]
    visits.append(copy.deepcopy(visits[0]))
    return record


def esus(*unknown: Unknown, version: str = "8.7.0") -> bytes:
    """A file with fields that its version does not have."""
    made = layout(version)
    record = two_visits(version)
    wire = validate(record).wire
    body = thrift.encode(made.fichas["FVD"].root, wire, unknown)
    return wrap(record, body, remetente=FICTICIA, layout=made)


def esus_xml(*extra: str, version: str = "8.7.0") -> bytes:
    record = two_visits(version)
    report = validate(record)
    data = finish(record, report, instalacao=FICTICIA, formato="xml").data
    import zlib

    text = zlib.decompress(data, -15).decode()
    head, _, tail = text.rpartition("</visitasDomiciliares>")
    return f"{head}{''.join(extra)}</visitasDomiciliares>{tail}".encode()


def exported(record: dict[str, Any], form: str = "thrift") -> bytes:
    import zlib

    report = validate(record, hoje=TODAY)
    return zlib.decompress(finish(record, report, instalacao=FICTICIA, formato=form).data, -15)


def told(record: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f.code, f.path, f.severity) for f in validate(record, hoje=TODAY).findings]


def test_a_field_that_no_version_has_is_an_aviso_and_its_bytes_stay():
    item = open_bytes(esus(NOBODY), "a.esus")
    assert told(item.record) == [(f"{PREFIX}-campo99-desconhecido", f"{SECOND}.campo99", AVISO)]
    again = unwrap_any(exported(item.record))
    assert again.decode().unknown == [NOBODY]
    assert exported(open_bytes(exported(item.record), "b.esus").record) == exported(item.record)


def test_an_element_that_no_version_has_is_an_aviso_and_stays_in_xml():
    item = open_bytes(esus_xml("<recado>abc</recado>"), "a.esus.xml")
    assert told(item.record) == [(f"{PREFIX}-recado-desconhecido", f"{SECOND}.recado", AVISO)]
    (kept,) = unwrap_any(exported(item.record, "xml")).decode().unknown
    assert (kept.path, kept.name, kept.raw) == (SECOND, "recado", b"<recado>abc</recado>")
    assert unwrap_any(exported(item.record)).decode().unknown == []  # it has no form in Thrift
    assert "em XML" in validate(item.record).findings[0].message


@pytest.mark.parametrize("data", [esus(Unknown(SECOND, 24, 2, b"\1"), version="7.2.2"),
                                  esus_xml("<stNaoPossuiCpf>true</stNaoPossuiCpf>", version="7.2.2")])  # fmt: skip
def test_a_field_of_another_version_is_an_error_that_names_both(data):
    item = open_bytes(data, "a")
    found = [f for f in validate(item.record).findings if f.severity == ERRO]
    assert [(f.code, f.path) for f in found] == [
        (f"{PREFIX}-stNaoPossuiCpf-desconhecido", f"{SECOND}.stNaoPossuiCpf")
    ]
    assert "versão 7.2.2" in found[0].message and "a partir da versão 8.5.0" in found[0].message


def test_a_field_of_another_version_is_read_by_the_converter():
    item = open_bytes(esus(Unknown(SECOND, 24, 2, b"\1"), version="7.2.2"), "a")
    newer, older = convert(item.record, "8.7.0"), convert(item.record, "7.4.2")
    assert newer.record["ficha"]["visitasDomiciliares"][1]["stNaoPossuiCpf"] is True and newer.perdidos == ()
    assert [one.campo for one in older.perdidos] == [f"{SECOND}.stNaoPossuiCpf"]
    assert told(older.record) == []


def test_a_known_field_of_another_type_is_an_error():
    record = two_visits()
    wire = validate(record).wire
    assert wire is not None
    del wire["visitasDomiciliares"][1]["desfecho"]
    odd = Unknown(SECOND, 8, STRING, struct.pack(">i", 1) + b"1")
    item = open_bytes(
        wrap(record, thrift.encode(ROOT, wire, [odd]), remetente=FICTICIA, layout=layout("8.7.0")), "a"
    )
    assert (f"{PREFIX}-desfecho-tipo", f"{SECOND}.desfecho", ERRO) in told(item.record)


def test_the_relatos(tmp_path: Path):
    """A file that says 7.2.2 and brings the marker of 8.5.0; the same with 7.2.2 as it is, IVCF-20 and all."""
    file = tmp_path / "a.esus"
    file.write_bytes(esus(Unknown(FIRST, 24, 2, b"\0"), version="7.2.2"))
    assert main(["validar", "--hoje", "2026-11-24", str(file)]) == 1
    record = two_visits("7.2.2")
    fields = (
        layout("7.2.2").fichas["FVD"].root.by_name["visitasDomiciliares"].type.item.struct.by_name["ivcf"]
    )
    answers = {f.name: False for f in fields.type.struct.fields if f.name.startswith("hasSg")}
    ivcf = {"resultado": 7, "dataResultado": "2026-09-15", **answers}
    record["ficha"]["visitasDomiciliares"][0] |= {"dtNascimento": "1950-05-04", "sexo": 1, "ivcf": ivcf}
    assert validate(record).situacao == "processada"
    back = unwrap_any(exported(record)).record()["ficha"]["visitasDomiciliares"][0]["ivcf"]
    assert back["resultado"] == 7 and len(back) == 15


# ---- nothing else gets in by that way


def carrying(**row: Any) -> dict[str, Any]:
    made = {"caminho": SECOND, "itens": [2], "id": 99, "tipo": I64, "nome": "", "bytes": "00" * 8} | row
    return two_visits() | {"contexto": {"abertura": {"desconhecidos": [made]}}}


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1},  # a field of the layout: it would go around the rules
        {"id": 8, "tipo": I64},
        {"bytes": "00" * 7},
        {"bytes": "00" * 9},
        {"bytes": "zz"},
        {"bytes": 8},
        {"tipo": 99},
        {"tipo": True},
        {"id": 0},
        {"id": -1},
        {"id": 1 << 20},
        {"caminho": "visitasDomiciliares[7]"},
        {"caminho": "nada[0]"},
        {"caminho": "a" * 5000},
        {"caminho": None},
        {"itens": [3]},
        {"itens": None},
        {"nome": "turno", "tipo": -1, "bytes": b"<turno>2</turno>".hex()},
        {"nome": "x", "tipo": -1, "bytes": b"<y/>".hex()},
        {"nome": "x", "tipo": -1, "bytes": b"<x><!ENTITY a 'b'></x>".hex()},
    ],
)
def test_what_is_not_of_the_form_is_never_written(row):
    record = carrying(**row)
    assert validate(record).wire is not None
    for form in ("thrift", "xml"):
        assert carried.placed(record, ROOT, validate(record).wire, form) == []
        assert unwrap_any(exported(record, form)).decode().unknown == []


@pytest.mark.parametrize("context", [None, 1, [], {}, {"abertura": 1}, {"abertura": {"desconhecidos": 1}},
                                     {"abertura": {"desconhecidos": [1, None, {}, []]}}])  # fmt: skip
def test_any_context_is_taken(context):
    record = two_visits() | {"contexto": context}
    assert told(record) == []
    assert convert(record, "7.4.2").record["contexto"] == context


def test_a_field_never_moves_to_another_item():
    record = open_bytes(esus(NOBODY), "a.esus").record
    del record["ficha"]["visitasDomiciliares"][0]
    assert ("REGISTRO-desconhecido-perdido", SECOND, AVISO) in told(record)
    assert unwrap_any(exported(record)).decode().unknown == []


def test_the_same_field_twice_goes_once():
    record = open_bytes(esus(NOBODY), "a.esus").record
    record["contexto"]["abertura"]["desconhecidos"] *= 2
    assert unwrap_any(exported(record)).decode().unknown == [NOBODY]


def test_a_field_too_big_to_carry_is_told():
    size = carried.MAX_BYTES + 1
    item = open_bytes(esus(Unknown(SECOND, 99, STRING, struct.pack(">i", size) + b"x" * size)), "a.esus")
    (finding,) = validate(item.record).findings
    assert "grande demais" in finding.message and finding.severity == AVISO
    assert len(json.dumps(item.record)) < 10_000


def test_a_record_whose_version_is_put_right_says_what_was_not_read():
    record = open_bytes(esus(Unknown(SECOND, 24, 2, b"\1"), version="7.2.2"), "a").record | {
        "versao": "8.7.0"
    }
    assert (f"{PREFIX}-stNaoPossuiCpf-desconhecido", f"{SECOND}.stNaoPossuiCpf", AVISO) in told(record)
    record["ficha"]["visitasDomiciliares"][1]["stNaoPossuiCpf"] = False
    assert told(record) == []
    assert xml.has_element(ROOT.by_name["visitasDomiciliares"].type.item.struct, "stNaoPossuiCpf")


def test_abrir_and_empacotar_give_the_bytes_back(tmp_path: Path, capsys):
    source, opened, target = tmp_path / "a.esus", tmp_path / "b.jsonl", tmp_path / "c.zip"
    source.write_bytes(esus(NOBODY))
    assert main(["abrir", str(source)]) == 0
    opened.write_text(capsys.readouterr().out)
    assert main(["empacotar", str(opened), "--saida", str(target), "--hoje", "2026-11-24"]) == 0
    from ledi.zip.reader import read_package

    ((_, data),) = read_package(target)
    assert unwrap_any(data).decode().unknown == [NOBODY]
