"""A file of any vendor, looked into without being taken in; taken in whole; two of them side by side."""

import io
import json
import re
import struct
import zipfile
import zlib
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from html_lido import lido
from producao import cidadao, exportar, quebrado, receber, registro, zip_de

from ledi.codecs import thrift
from ledi.envelope import Instalacao, unwrap, wrap, wrap_xml
from ledi.layouts import layout
from ledi_gerador import minimal
from saude.arquivos import actions, guardados, tasks
from saude.arquivos.models import Conferencia, ItemConferido
from saude.auditoria.models import Evento
from saude.fichas.models import Ficha
from saude.recebimento.models import Lote
from saude.recebimento.tasks import spool_folder

URL = "/arquivos/conferir/"
VENDOR = Instalacao(
    contraChave="Outro - 3.1",
    uuidInstalacao="OUTRO-1",
    cpfOuCnpj="11222333000181",
    nomeOuRazaoSocial="Outro Sistema Ltda",
)


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path
    settings.EXPORTACOES = tmp_path / "exportacoes"


@pytest.fixture
def digitador(client, criar_usuario) -> Any:
    user = criar_usuario("Digitador")
    client.force_login(user)
    return user


@pytest.fixture
def enviar(client, digitador):
    def send(data: bytes, name: str) -> Any:
        return client.post(URL, {"arquivo": SimpleUploadedFile(name, data)})

    return send


def de_outro(record: dict[str, Any], *, xml: bool = False) -> bytes:
    """The record as another vendor's file carries it."""
    from ledi import validate

    made = layout(record["versao"])
    wire = validate(record).wire
    if xml:
        return wrap_xml(record, wire, remetente=VENDOR, layout=made)
    body = thrift.encode(made.fichas[record["tipo"]].root, wire)
    return wrap(record, body, remetente=VENDOR, layout=made)


def zip_of(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("xml", [False, True])
def test_what_is_inside_is_shown_and_nothing_taken_in(enviar, client, xml):
    good, bad = registro("FVD"), registro("FAI")
    cidadao(bad).pop("turno", None)
    suffix = ".esus.xml" if xml else ".esus"
    data = zip_of(*((f"{r['uuid']}{suffix}", de_outro(r, xml=xml)) for r in (good, bad)))
    answer = enviar(data, "outro.zip")
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    row = Conferencia.objects.get()
    assert (row.estado, row.lidos, row.erro) == ("pronta", 2, "")
    assert row.resumo["tipos"] == {
        "FAI": {"inconsistente": 1, "total": 1},
        "FVD": {"processada": 1, "total": 1},
    }
    assert "Outro Sistema Ltda" in page
    assert "Receber para corrigir" in page
    assert not Ficha.objects.exists()
    assert not Lote.objects.exists()
    one = client.get(f"{URL}{row.uuid}/1/").content.decode()
    assert "Nenhuma inconsistência" in one
    assert "Visita domiciliar" in one
    assert Evento.objects.filter(tipo="arquivo.registro_visto").count() == 1


def test_any_declared_version_is_read_and_the_page_says_so(enviar, client):
    record = registro("FVD")
    data = bytearray(de_outro(record))
    made = layout().structs["DadoTransporteThrift"]
    value = thrift.decode(made, bytes(data)).value
    value["versao"] = {"major": 9, "minor": 9, "revision": 9}
    answer = enviar(thrift.encode(made, value), "novo.esus")
    page = client.get(answer["Location"]).content.decode()
    assert "lido com o layout" in page
    assert ItemConferido.objects.get().declarada == "9.9.9"


def test_taken_in_the_originadora_stays_through_correction_and_export(enviar, client, entidade, digitador):
    record = registro("FVD")
    answer = enviar(zip_of((f"{record['uuid']}.esus", de_outro(record))), "outro.zip")
    row = Conferencia.objects.get()
    client.post(f"{answer['Location']}receber/")
    row.refresh_from_db()
    assert (row.estado, row.lote.novos) == ("recebida", 1)
    ficha = Ficha.objects.select_related("conteudo", "entrada").get()
    assert ficha.conteudo.proveniencia["originadora"]["contraChave"] == VENDOR.contraChave
    from saude.processamento.actions import correct

    correct(ficha=ficha, changes={"visitasDomiciliares[0].turno": 2}, revisao=ficha.revisao, by=digitador)
    entidade.instalacao.telefone = "4733334444"  # the envelope changed: what is stale is wrapped again
    entidade.instalacao.revisao += 1
    entidade.instalacao.save()
    with zipfile.ZipFile(zip_de(exportar(entidade))) as package:
        inside = unwrap(package.read(package.namelist()[0]))
    assert inside.originadora["contraChave"] == VENDOR.contraChave
    assert inside.remetente["contraChave"] == entidade.instalacao.contra_chave
    assert inside.decode().value["visitasDomiciliares"][0]["turno"] == 2


def test_taking_in_twice_or_a_replay_brings_nothing_new(enviar, client, entidade):
    record = registro("FVD")
    data = zip_of((f"{record['uuid']}.esus", de_outro(record)))
    for _ in range(2):
        where = enviar(data, "outro.zip")["Location"]
        for _ in range(2):
            client.post(f"{where}receber/")
    assert Ficha.objects.count() == 1
    assert [c.lote.novos for c in Conferencia.objects.order_by("pk")] == [1, 0]


def test_a_failure_under_way_leaves_nothing(enviar, client, monkeypatch):
    records = [registro("FVD") for _ in range(4)]
    where = enviar(b"".join(json.dumps(r).encode() + b"\n" for r in records), "a.jsonl")["Location"]
    stored = []

    def fails(lote: Any, **more: Any) -> None:
        stored.append(Ficha.objects.count())
        raise RuntimeError("disk")

    monkeypatch.setattr(actions.intake, "close_lote", fails)
    page = lido(client.post(f"{where}receber/", follow=True))
    assert "Nada foi recebido" in page
    assert stored == [4]  # they were there, and are gone again
    assert not Ficha.objects.exists()
    assert not Lote.objects.exists()
    assert Conferencia.objects.get().estado == "pronta"
    assert list(spool_folder().iterdir()) == []


def test_a_long_file_that_stops_is_gone_on_with(enviar, client, monkeypatch):
    """Over ATOMIC it is taken in by parts: told how far it came, and never twice."""
    records = [registro("FVD") for _ in range(5)]
    where = enviar(b"".join(json.dumps(r).encode() + b"\n" for r in records), "a.jsonl")["Location"]
    monkeypatch.setattr(actions, "ATOMIC", 1)
    monkeypatch.setattr(actions.intake, "CHUNK", 2)
    real, calls = actions.take_in, []

    def fails_on_the_second(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("disk")
        return real(*args)

    monkeypatch.setattr(actions, "take_in", fails_on_the_second)
    client.post(f"{where}receber/")
    row = Conferencia.objects.get()
    tasks.receber(row.pk)
    page = client.get(where).content.decode()
    assert "parou depois de 2 registros" in page
    assert "Receber para corrigir" in page
    assert Ficha.objects.count() == 2
    client.post(f"{where}receber/")
    tasks.receber(row.pk)
    row.refresh_from_db()
    assert (row.estado, row.erro, row.lote.lidos, row.lote.novos) == ("recebida", "", 5, 5)
    assert Lote.objects.count() == 1


def test_large_files_go_to_the_background(enviar, client, monkeypatch):
    monkeypatch.setattr(actions, "SMALL", 100)
    where = enviar(json.dumps(registro("FVD")).encode() + b"\n", "a.jsonl")["Location"]
    assert "a leitura continua" in client.get(where).content.decode()
    row = Conferencia.objects.get()
    assert (row.estado, row.lidos) == ("espera", 0)
    tasks.conferir(row.pk)
    done = client.get(f"{where}andamento/")
    assert done["HX-Refresh"] == "true"
    client.post(f"{where}receber/")
    row.refresh_from_db()
    assert row.estado == "recebendo"
    tasks.receber(row.pk)
    assert Ficha.objects.count() == 1


# -- bad input


def bomb() -> bytes:
    """A zip whose one entry says it expands to 10 GB."""
    data = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = data.compress(bytes(1_000_000)) + data.flush()
    name, size = b"a.esus", 10 * 1024**3
    wide = struct.pack("<2HQ", 1, 8, size)
    local = struct.pack(
        "<4s5H3I2H", b"PK\x03\x04", 45, 0, 8, 0, 33, 0, len(packed), 0xFFFFFFFF, len(name), len(wide)
    )
    central = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 45, 45, 0, 8, 0, 33, 0, len(packed), 0xFFFFFFFF, len(name),
                          len(wide), 0, 0, 0, 0, 0)  # fmt: skip
    body = local + name + wide + packed
    directory = central + name + wide
    return body + directory + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    b"<ns3:dadoTransporteTransportXml>&b;</ns3:dadoTransporteTransportXml>"
)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (bomb(), "bomba.zip", "passa do limite"),
        (zip_of(("a.zip", zip_of(("b", b"x")))), "dentro.zip", "zip dentro de zip"),
        (zip_of(("../../etc/passwd", b"x")), "fora.zip", "inseguro"),
        (b"PK\x03\x04 no more", "cortado.zip", "truncado"),
        (b"\x00\x01\x02\x03", "nada.esus", ""),
        (ENTITIES, "entidades.esus.xml", ""),
        ('{"a": "ç"}\n'.encode("latin-1"), "latin.jsonl", "UTF-8"),
        (b"{" * 50_000, "fundo.jsonl", "mais de 64 níveis"),
    ],
)
def test_bad_files_are_told_and_cannot_bring_anything(enviar, client, data, name, says):
    where = enviar(data, name)["Location"]
    page = client.get(where).content.decode()
    row = Conferencia.objects.get()
    assert row.estado == "falhou" or row.resumo["tipos"] == {"?": {"inconsistente": 1, "total": 1}}
    assert says in page
    client.post(f"{where}receber/")
    assert not Ficha.objects.exists()


def test_a_zip_of_a_million_entries_is_refused_by_its_count(enviar, client):
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9_000_000, 9_000_000, 10, 0)
    data = b"PK\x03\x04" + bytes(20) + wide + struct.pack("<4sIQI", b"PK\x06\x07", 0, 24, 1) + end
    page = client.get(enviar(data, "muitas.zip")["Location"]).content.decode()
    assert "9000000 entradas" in page
    assert Conferencia.objects.get().estado == "falhou"


def test_a_zip_bad_in_the_middle_is_shown_but_never_half_taken_in(enviar, client):
    record = registro("FVD")
    data = bytearray(zip_of((f"{record['uuid']}.esus", de_outro(record)), ("z.esus", b"x" * 500)))
    at = bytes(data).index(b"z.esus") + 6
    data[at : at + 3] = b"\xff\xff\xff"
    where = enviar(bytes(data), "meio.zip")["Location"]
    row = Conferencia.objects.get()
    assert (row.estado, row.lidos) == ("falhou", 1)
    assert "Receber para corrigir" not in lido(client.get(where))
    client.post(f"{where}receber/")
    assert not Ficha.objects.exists()


@pytest.mark.parametrize(("data", "name", "says"), [(b"", "a.zip", "vazio"), (b"x", "a.exe", "terminações")])
def test_refused_before_reading(enviar, data, name, says):
    answer = enviar(data, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Conferencia.objects.exists()


def test_too_large_is_refused_and_leaves_no_file(enviar, monkeypatch):
    monkeypatch.setattr(guardados, "keep", guardados.keep)
    monkeypatch.setattr(
        actions, "keep", lambda f, n, suffixes: guardados.keep(f, n, suffixes=suffixes, limit=10)
    )
    answer = enviar(b"x" * 100, "a.zip")
    assert answer.status_code == 422
    assert "Divida-o" in answer.content.decode()
    assert list(guardados.folder().iterdir()) == []


def test_a_record_of_another_municipality_is_told(enviar, client):
    record = registro("FVD", ibge="1200401")
    where = enviar(json.dumps(record).encode(), "a.json")["Location"]
    assert ItemConferido.objects.get().situacao == "inconsistente"
    assert ItemConferido.objects.get().achados[0]["campo"] == "ibge"
    assert "município" in client.get(where).content.decode()


# -- who may, and how long


def test_files_are_of_one_entidade(enviar, client, outra_entidade, criar_usuario):
    where = enviar(json.dumps(registro("FVD")).encode(), "a.json")["Location"]
    client.force_login(criar_usuario("Administrador", username="de_fora", entidade=outra_entidade))
    for address in (where, f"{where}1/", f"{where}andamento/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{where}receber/").status_code == 404


def test_old_files_are_forgotten(enviar):
    from datetime import timedelta

    from django.utils import timezone

    enviar(json.dumps(registro("FVD")).encode(), "velho.json")
    Conferencia.objects.update(criada_em=timezone.now() - timedelta(days=8))
    enviar(json.dumps(registro("FVD")).encode(), "novo.json")
    assert [c.nome for c in Conferencia.objects.all()] == ["novo.json"]
    assert len(list(guardados.folder().iterdir())) == 1


def test_delete_takes_the_file_and_what_was_read(enviar, client):
    where = enviar(json.dumps(registro("FVD")).encode(), "a.json")["Location"]
    client.post(f"{where}apagar/")
    assert not ItemConferido.objects.exists()
    assert list(guardados.folder().iterdir()) == []


# -- side by side


def test_two_files_side_by_side(enviar, client):
    same, changed, gone = registro("FVD"), registro("FVD"), registro("FVD")
    first = [same, changed, gone]
    enviar(b"\n".join(json.dumps(r).encode() for r in first), "a.jsonl")
    cidadao(changed)["turno"] = 3
    enviar(b"\n".join(json.dumps(r).encode() for r in (same, changed, registro("FCI"))), "b.jsonl")
    a, b = Conferencia.objects.order_by("pk")
    page = client.get(f"/arquivos/comparar/{a.uuid}/{b.uuid}/")
    assert page.context["contagens"] == {"igual": 1, "mudou": 1, "a": 1, "b": 1}
    sides = client.get(f"/arquivos/comparar/{a.uuid}/{b.uuid}/2/2/").context["pares"]
    assert [(p.rotulo, p.a[:1], p.b[:1]) for p in sides] == [("Turno", "1", "3")]
    whole = client.get(f"/arquivos/comparar/{a.uuid}/{b.uuid}/2/2/?campos=todos").context["pares"]
    assert len(whole) > 5
    assert sum(p.mudou for p in whole) == 1


def test_versions_of_one_ficha_side_by_side(client, digitador, entidade):
    record = registro("FVD")
    receber(entidade, record)
    cidadao(record)["turno"] = 2
    receber(entidade, record)
    pairs = client.get(f"/fichas/{record['uuid']}/versoes/").context["pares"]
    assert [(p.rotulo, p.a, p.b) for p in pairs] == [("Turno", "1 - Manhã", "2 - Tarde")]
    assert client.get("/fichas/nada/versoes/").status_code == 404


@pytest.mark.parametrize(
    "tipo", ["FAD", "FAI", "FAO", "FAC", "FAE", "FCD", "FCI", "FCZM", "MCA", "FP", "FV", "FVD"]
)
def test_every_field_that_is_filled_has_a_row(tipo):
    from zoneinfo import ZoneInfo

    from saude.formularios.diferencas import compare

    record = minimal(tipo)
    pairs = compare(record, {**record, "ficha": {}}, ZoneInfo("America/Sao_Paulo"))

    def leaves(node: Any) -> int:
        if isinstance(node, dict):
            return sum(leaves(v) for v in node.values())
        if isinstance(node, list) and node and isinstance(node[0], dict):
            return sum(leaves(v) for v in node)
        return 1

    inside = [p for p in pairs if p.grupo != "Registro"]
    assert len(inside) == leaves(record["ficha"])
    assert all(p.mudou and "não conhecido" not in p.rotulo for p in inside)


def test_quebrado_is_shown_with_its_finding(enviar, client):
    where = enviar(json.dumps(quebrado("FVD")).encode(), "a.json")["Location"]
    page = client.get(f"{where}1/").content.decode()
    assert "Turno" in page
    assert "p-achados" in page


def test_until_when_the_declared_version_counts_and_what_it_does_not_carry(enviar, client, monkeypatch):
    """An old version with a field of a newer one: the page names the field, and the end of each version."""
    monkeypatch.setattr("saude.arquivos.views.local_today", lambda entidade: date(2026, 11, 29))
    late, old, odd = registro("FVD"), registro("FVD"), registro("FVD")
    late["ficha"]["visitasDomiciliares"][0]["stNaoPossuiCpf"] = False
    old["versao"], odd["versao"] = "7.2.2", "7.9.9"
    made = layout().structs["DadoTransporteThrift"]
    value = thrift.decode(made, de_outro(late)).value
    value["versao"] = {"major": 8, "minor": 4, "revision": 2}
    lines = "\n".join(json.dumps(one) for one in (old, odd)).encode()
    answer = enviar(zip_of((f"{late['uuid']}.esus", thrift.encode(made, value))), "novo.zip")
    page = re.sub(r"(<[^<>]*>)+", " ", lido(client.get(answer["Location"])))
    assert "8.4.2 vale até 02/07/2027" in page
    assert "O que a versão declarada não leva" in page
    assert "stNaoPossuiCpf" in page and "a partir da versão 8.5.0" in page
    page = re.sub(r"(<[^<>]*>)+", " ", lido(client.get(enviar(lines, "velhos.jsonl")["Location"])))
    assert (
        "7.2.2 valeu até 07/08/2026" in page
        and "7.9.9 não é uma versão conhecida do formato do e-SUS" in page
    )
    assert "não leva" not in page
