"""An empty text is absence: never written, in no form, for no ficha, field of the envelope or installation."""

from __future__ import annotations

import copy
import re
import zlib
from dataclasses import replace
from typing import Any

import pytest
from rule_cases.harness import TODAY

from ledi import validate
from ledi.codecs import thrift, xml
from ledi.envelope import unwrap_any, wrap_xml
from ledi.installation import FICTICIA
from ledi.layouts import TIPOS, Struct, layout
from ledi.processing import finish, process
from ledi_gerador.minimos import minimal


def emptied(struct: Struct, node: dict[str, Any]) -> int:
    """Every optional text that is absent, made empty; how many."""
    count = 0
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        present = node.get(field.name)
        if inner is not None and present:
            for item in present if isinstance(present, list) else [present]:
                count += emptied(inner, item)
        elif field.type.kind == "string" and field.id is not None and present in (None, ""):
            node[field.name] = ""
            count += 1
    return count


@pytest.mark.parametrize("tipo", TIPOS)
def test_empty_texts_are_not_sent(tipo: str):
    plain, empty = minimal(tipo), copy.deepcopy(minimal(tipo))
    made = layout("8.7.0")
    count = emptied(made.fichas[tipo].root, empty["ficha"])
    report = validate(empty, hoje=TODAY)
    assert count > 0 and report.findings == ()
    assert report.wire == validate(plain, hoje=TODAY).wire
    for formato in ("thrift", "xml"):
        entries = [
            finish(r, validate(r, hoje=TODAY), instalacao=FICTICIA, formato=formato) for r in (plain, empty)
        ]
        assert entries[0] == entries[1]


def test_the_ine_of_the_envelope_and_the_fields_of_the_installation():
    record = copy.deepcopy(minimal("FVD"))
    record["ine"] = record["ficha"]["headerTransport"]["ine"] = ""
    quiet = replace(FICTICIA, fone="", email="", versaoSistema="", nomeBancoDados="")
    done = process(record, instalacao=quiet, hoje=TODAY)
    assert done.entry is not None and done.report.findings == ()
    envelope = unwrap_any(zlib.decompress(done.entry.data, -15))
    assert envelope.ine is None and "ine" not in envelope.record()
    assert set(envelope.remetente) == {"contraChave", "uuidInstalacao", "cpfOuCnpj", "nomeOuRazaoSocial"}
    data = wrap_xml(record, done.report.wire or {}, remetente=quiet, layout=layout("8.7.0"))
    assert b"<ine" not in data and b"<fone" not in data


@pytest.mark.parametrize("tipo", TIPOS)
def test_no_empty_element_is_ever_written(tipo: str):
    empty = copy.deepcopy(minimal(tipo))
    emptied(layout("8.7.0").fichas[tipo].root, empty["ficha"])
    wire = validate(empty, hoje=TODAY).wire
    data = xml.encode(layout("8.7.0").fichas[tipo].root, wire)
    assert not re.search(rb"<(\w+)[^>]*></\1>|/>", data)
    assert (
        thrift.decode(
            layout("8.7.0").fichas[tipo].root, thrift.encode(layout("8.7.0").fichas[tipo].root, wire)
        ).value
        == wire
    )


def test_what_must_be_filled_is_missed_when_empty():
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"]["headerTransport"]["profissionalCNS"] = ""
    (told,) = [
        f for f in validate(record, hoje=TODAY).findings if f.path == "headerTransport.profissionalCNS"
    ]
    assert told.code.endswith("-obrigatorio") and told.severity == "erro"
    record = copy.deepcopy(minimal("FVD")) | {"uuid": ""}
    assert "TRANSPORTE-DadoTransporteThrift-uuidDadoSerializado-obrigatorio" in {
        f.code for f in validate(record, hoje=TODAY).findings
    }
