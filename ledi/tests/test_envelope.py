"""DadoTransporte: written fast and as the official library writes it, read whatever version it declares."""

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from official import read_official, write_official

from ledi.codecs import thrift
from ledi.codecs.thrift import Unknown
from ledi.envelope import TRANSPORT, Instalacao, file_name, unwrap, unwrap_any, unwrap_xml, wrap, wrap_xml
from ledi.errors import DecodeError, EncodeError, UnknownTipo
from ledi.layouts import VERSIONS, layout

L = layout("8.7.0")
TRANSPORTE = L.structs[TRANSPORT]
UUID = "0019615-3025ba67-1b02-470e-b094-0f7c698d681b"
OURS = Instalacao(
    "Saúde e-SUS - 1.0", "01234567000191", "Município Fictício", uuidInstalacao="abc", email="a@b.c"
)
THEIRS = Instalacao("Outro - 2", "12345678909", "Outro Sistema")
RECORD = {
    "tipo": "FVD", "versao": "8.7.0", "uuid": UUID,
    "cnes": "0019615", "ine": "0000471828", "ibge": "4205407",
}  # fmt: skip
FICHA = {"uuidFicha": UUID, "tpCdsOrigem": 3, "visitasDomiciliares": [{"turno": 1, "temperatura": 36.5}]}
BYTES = thrift.encode(L.fichas["FVD"].root, FICHA)
PLAIN = {
    "uuidDadoSerializado": UUID,
    "tipoDadoSerializado": 8,
    "cnesDadoSerializado": "0019615",
    "codIbge": "4205407",
    "ineDadoSerializado": "0000471828",
    "numLote": 7,
    "dadoSerializado": BYTES,
    "remetente": OURS.to_wire(),
    "originadora": THEIRS.to_wire(),
    "versao": {"major": 8, "minor": 7, "revision": 0},
}


def test_wrap_is_what_the_official_library_writes():
    data = wrap(RECORD, BYTES, remetente=OURS, originadora=THEIRS, lote=7, layout=L)
    assert data == write_official(TRANSPORTE, PLAIN)
    assert read_official(TRANSPORTE, data) == PLAIN


def test_originadora_defaults_to_remetente_and_absent_fields_stay_absent():
    data = wrap(RECORD | {"ine": None}, BYTES, remetente=OURS, layout=L)
    found = read_official(TRANSPORTE, data)
    assert found["originadora"] == found["remetente"] == OURS.to_wire()
    assert "ineDadoSerializado" not in found
    assert "numLote" not in found


def test_the_tail_follows_the_installation_and_the_layout():
    first = read_official(TRANSPORTE, wrap(RECORD, BYTES, remetente=OURS, layout=L))
    moved = dataclasses.replace(OURS, fone="4899999999")
    second = read_official(TRANSPORTE, wrap(RECORD, BYTES, remetente=moved, layout=layout("7.2.2")))
    assert "fone" not in first["remetente"]
    assert second["remetente"]["fone"] == "4899999999"
    assert second["versao"] == {"major": 7, "minor": 2, "revision": 2}


@pytest.mark.parametrize("version", VERSIONS)
def test_unwrap_gives_back_the_record(version: str):
    used = layout(version)
    data = wrap(RECORD, BYTES, remetente=OURS, originadora=THEIRS, lote=7, layout=used)
    envelope = unwrap(data)
    assert envelope.record() == RECORD | {"versao": version, "ficha": FICHA}
    assert (envelope.lote, envelope.remetente, envelope.originadora) == (7, OURS.to_wire(), THEIRS.to_wire())
    assert (envelope.declared_version, envelope.used_version, envelope.notes) == (version, version, ())
    assert Instalacao.from_mapping(envelope.originadora) == THEIRS


def plain(**changes) -> bytes:
    return thrift.encode(
        TRANSPORTE, {name: value for name, value in (PLAIN | changes).items() if value != "-"}
    )


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ((8, 7, 3), "8.7.0"),
        ((9, 0, 0), VERSIONS[-1]),
        ((8, 1, 0), "7.4.2"),
        ((7, 2, 1), "7.2.2"),
        ((4, 0, 0), "7.2.2"),
    ],
)
def test_unknown_version_is_read_with_the_nearest_and_told(declared: tuple[int, int, int], used: str):
    versao = dict(zip(("major", "minor", "revision"), declared, strict=True))
    envelope = unwrap(plain(versao=versao))
    text = ".".join(map(str, declared))
    assert (envelope.declared_version, envelope.used_version) == (text, used)
    assert len(envelope.notes) == 1
    assert text in envelope.notes[0]
    assert used in envelope.notes[0]
    assert envelope.record()["versao"] == text


def test_version_not_declared():
    envelope = unwrap(plain(versao="-"))
    assert (envelope.declared_version, envelope.used_version) == (None, VERSIONS[-1])
    assert "não declarada" in envelope.notes[0]


def test_unknown_field_of_the_envelope_is_told():
    extra = Unknown("", 40, 11, b"\0\0\0\1x")
    envelope = unwrap(thrift.encode(TRANSPORTE, PLAIN, [extra]))
    assert envelope.unknown == (extra,)
    assert "nº 40" in envelope.notes[0]


@pytest.mark.parametrize("name", ["uuidDadoSerializado", "tipoDadoSerializado", "dadoSerializado"])
def test_missing_fields(name: str):
    with pytest.raises(DecodeError, match=name):
        unwrap(plain(**{name: "-"}))


@pytest.mark.parametrize("versao", [{"major": 8}, {"major": -1, "minor": 0, "revision": 0}])
def test_malformed_version(versao: dict[str, int]):
    with pytest.raises(DecodeError, match="versao"):
        unwrap(plain(versao=versao))


def test_unknown_tipo():
    with pytest.raises(UnknownTipo, match="99"):
        unwrap(plain(tipoDadoSerializado=99))
    with pytest.raises(UnknownTipo):
        wrap(RECORD | {"tipo": "XYZ"}, BYTES, remetente=OURS, layout=L)
    with pytest.raises(UnknownTipo):
        wrap(RECORD | {"tipo": ["FVD"]}, BYTES, remetente=OURS, layout=L)


def test_damaged_ficha_in_a_good_envelope():
    envelope = unwrap(plain(dadoSerializado=BYTES[:-5]))
    assert envelope.uuid == UUID
    with pytest.raises(DecodeError):
        envelope.decode()


def test_every_truncation_is_refused():
    data = wrap(RECORD, BYTES, remetente=OURS, layout=L)
    for end in range(len(data)):
        with pytest.raises(DecodeError):
            unwrap(data[:end])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 400), st.binary(min_size=1, max_size=5))
def test_damaged_bytes(at: int, patch: bytes):
    data = plain()
    try:
        unwrap(data[:at] + patch + data[at + len(patch) :]).decode()
    except (DecodeError, UnknownTipo) as error:
        assert str(error)


def test_file_name():
    assert file_name(UUID) == f"{UUID}.esus"
    assert file_name(UUID, "xml") == f"{UUID}.esus.xml"
    for bad in ("", "../x", "a/b", "a\\b", "a.b", "-rf", "x" * 200, "a\n", "é", None, 7):
        with pytest.raises(EncodeError):
            file_name(bad)


def test_instalacao_from_mapping():
    assert Instalacao.from_mapping(OURS.to_wire()) == OURS
    with pytest.raises(EncodeError, match=r"foneFixo.*não existe"):
        Instalacao.from_mapping(OURS.to_wire() | {"foneFixo": "1"})
    with pytest.raises(EncodeError, match="cpfOuCnpj"):
        Instalacao.from_mapping({"contraChave": "x", "nomeOuRazaoSocial": "y"})


def test_a_bad_value_of_the_installation_is_an_error():
    with pytest.raises(EncodeError, match=r"remetente\.fone"):
        wrap(RECORD, BYTES, remetente=dataclasses.replace(OURS, fone=4899999999), layout=L)


# ---- XML


def test_xml_envelope_round_trip():
    data = wrap_xml(RECORD, FICHA, remetente=OURS, originadora=THEIRS, lote=7, layout=L)
    envelope = unwrap_xml(data)
    assert envelope.formato == "xml"
    assert envelope.record() == RECORD | {"ficha": FICHA}
    assert (envelope.lote, envelope.remetente, envelope.originadora) == (7, OURS.to_wire(), THEIRS.to_wire())
    assert (envelope.declared_version, envelope.notes) == ("8.7.0", ())


def test_xml_envelope_of_another_version():
    data = wrap_xml(RECORD, FICHA, remetente=OURS, layout=L).replace(b'major="8"', b'major="9"')
    envelope = unwrap_xml(data)
    assert (envelope.declared_version, envelope.used_version) == ("9.7.0", VERSIONS[-1])


def test_thrift_and_xml_carry_the_same():
    by_thrift = unwrap_any(wrap(RECORD, BYTES, remetente=OURS, layout=L))
    by_xml = unwrap_any(wrap_xml(RECORD, FICHA, remetente=OURS, layout=L))
    assert (by_thrift.formato, by_xml.formato) == ("thrift", "xml")
    assert by_thrift.record() == by_xml.record()
    for data in (b"", b"{}", b"<", b"\0"):
        with pytest.raises(DecodeError):
            unwrap_any(data)
