"""XML form: golden text, order and names of the official XSDs, same values as Thrift, hostile files."""

import time
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_values import random_values

from ledi.codecs import thrift, xml
from ledi.errors import DecodeError, EncodeError
from ledi.layouts import VERSIONS, layout

L = layout("8.7.0")
FVD = L.fichas["FVD"].root
MCA = L.fichas["MCA"].root
ROOTS = [
    pytest.param(ficha.root, id=f"{version}-{tipo}")
    for version in VERSIONS
    for tipo, ficha in layout(version).fichas.items()
]
OPEN = (
    '<ns4:fichaVisitaDomiciliarMasterTransport xmlns:ns4="http://esus.ufsc.br/fichavisitadomiciliarmaster">'
)
CLOSE = "</ns4:fichaVisitaDomiciliarMasterTransport>"


def fvd(inner: str) -> bytes:
    return (OPEN + inner + CLOSE).encode()


def test_golden():
    value = {
        "uuidFicha": "u",
        "visitasDomiciliares": [
            {
                "turno": 1,
                "stForaArea": False,
                "temperatura": 36.5,
                "motivosVisita": [5, 27],
                "cpfCidadao": "1",
            },
            {"numProntuario": "<&>\r", "stNaoPossuiCpf": True},
        ],
        "tpCdsOrigem": 3,
    }
    assert xml.encode(FVD, value) == fvd(
        "<uuidFicha>u</uuidFicha><tpCdsOrigem>3</tpCdsOrigem>"
        "<visitasDomiciliares><turno>1</turno><cpfCidadao>1</cpfCidadao>"
        "<motivosVisita>5</motivosVisita><motivosVisita>27</motivosVisita>"
        "<stForaArea>false</stForaArea><temperatura>36.5</temperatura></visitasDomiciliares>"
        "<visitasDomiciliares><numProntuario>&lt;&amp;&gt;&#13;</numProntuario>"
        "<stNaoPossuiCpf>true</stNaoPossuiCpf></visitasDomiciliares>"
    )
    assert xml.decode(FVD, xml.encode(FVD, value)).value == value


def test_order_of_the_xsd_not_of_the_ids():
    root = L.fichas["FAI"].root
    child = {"cns": "7", "cpfCidadao": "1", "medicoes": {"peso": 1.0}, "turno": 1, "stNaoPossuiCpf": False}
    value = {"uuidFicha": "u", "tpCdsOrigem": 3, "headerTransport": {}, "atendimentosIndividuais": [child]}
    tree = ElementTree.fromstring(xml.encode(root, value))
    assert (
        tree.tag
        == "{http://esus.ufsc.br/fichaatendimentoindividualmaster}fichaAtendimentoIndividualMasterTransport"
    )
    assert [node.tag for node in tree] == [
        "headerTransport",
        "atendimentosIndividuais",
        "tpCdsOrigem",
        "uuidFicha",
    ]
    assert [node.tag for node in tree[1]] == [
        "cnsCidadao",
        "cpfCidadao",
        "stNaoPossuiCpf",
        "turno",
        "medicoes",
    ]
    assert xml.decode(root, xml.encode(root, value)).value == value


def test_enumerations_go_by_name():
    value = {
        "perguntasQuestionarioCriancasComMaisDoisAnos": [
            {"pergunta": 12, "respostaMultiplaEscolha": [12, 14]}
        ]
    }
    data = xml.encode(MCA, value)
    assert b"<pergunta>QUAIS_REFEICOES_VOCE_FAZ_AO_LONGO_DO_DIA</pergunta>" in data
    assert data.count(b"<respostaMultiplaEscolha>") == 2
    assert xml.decode(MCA, data).value == value
    with pytest.raises(EncodeError, match="sem nome"):
        xml.encode(MCA, {"perguntasQuestionarioCriancasComMaisDoisAnos": [{"pergunta": 999}]})


def test_facts_name_only_what_the_layout_has():
    facts = xml._facts()
    structs: dict[str, Any] = {}

    def collect(struct: Any) -> None:
        structs.setdefault(struct.name, struct)
        for field in struct.fields:
            inner = (field.type.item or field.type).struct
            if inner is not None:
                collect(inner)

    for ficha in L.fichas.values():
        collect(ficha.root)
    for name, order in facts["order"].items():
        assert set(order) <= set(structs[name].by_name), name
        assert len(order) == len(set(order)), name
    for name in facts["names"]:
        struct, _, field = name.partition(".")
        assert field in structs[struct].by_name


def _writable(value: Any) -> Any:
    """The value as XML can carry it: no control characters, no empty lists, only named enumeration codes."""
    if isinstance(value, dict):
        return {k: _writable(v) for k, v in value.items() if v != [] and k not in ENUMS}
    if isinstance(value, list):
        return [_writable(item) for item in value]
    return xml._FORBIDDEN.sub("", value) if isinstance(value, str) else value


ENUMS = {"pergunta", "respostaUnicaEscolha", "respostaMultiplaEscolha"}


@pytest.mark.parametrize("root", ROOTS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_round_trip(root: Any, data: Any):
    value = _writable(data.draw(random_values(root)))
    decoded = xml.decode(root, xml.encode(root, value))
    assert decoded.unknown == []
    assert decoded.value == value
    assert thrift.encode(root, decoded.value) == thrift.encode(root, value)


# ---- reading what others write


def test_reads_any_order_space_and_spelling():
    found = xml.decode(
        FVD,
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- nota -->'
        b'<x:fichaVisitaDomiciliarMasterTransport xmlns:x="http://esus.ufsc.br/fichavisitadomiciliarmaster">\n'
        b"  <tpCdsOrigem> +3 </tpCdsOrigem>\n  <visitasDomiciliares/>\n  <uuidFicha> u </uuidFicha>\n"
        b"  <visitasDomiciliares><stForaArea>1</stForaArea><turno></turno><temperatura>39</temperatura>"
        b"<microArea/></visitasDomiciliares></x:fichaVisitaDomiciliarMasterTransport>",
    )
    assert found.value == {
        "tpCdsOrigem": 3,
        "visitasDomiciliares": [{}, {"stForaArea": True, "temperatura": 39.0, "microArea": ""}],
        "uuidFicha": " u ",
    }


def test_declared_encoding_is_followed():
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + OPEN + "<uuidFicha>ção</uuidFicha>" + CLOSE
    assert xml.decode(FVD, text.encode("latin-1")).value == {"uuidFicha": "ção"}


def test_unknown_elements_are_told_and_given_back():
    data = fvd(
        '<visitasDomiciliares><turno>1</turno><novo a="1">x &amp; <b>y</b></novo></visitasDomiciliares>'
    )
    found = xml.decode(FVD, data)
    assert found.value == {"visitasDomiciliares": [{"turno": 1}]}
    assert [(one.path, one.name) for one in found.unknown] == [("visitasDomiciliares[0]", "novo")]
    assert "novo em visitasDomiciliares[0]" in found.unknown[0].label
    again = xml.encode(FVD, found.value, found.unknown)
    assert b'<novo a="1">x &amp; <b>y</b></novo>' in again
    assert xml.decode(FVD, again).unknown == found.unknown


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<tpCdsOrigem>x</tpCdsOrigem>", "tipo do campo.*tpCdsOrigem"),
        ("<tpCdsOrigem>3.0</tpCdsOrigem>", "tpCdsOrigem"),
        ("<tpCdsOrigem>2147483648</tpCdsOrigem>", "tpCdsOrigem"),
        ("<tpCdsOrigem>" + "9" * 5000 + "</tpCdsOrigem>", "tpCdsOrigem"),
        ("<tpCdsOrigem>3</tpCdsOrigem><tpCdsOrigem>3</tpCdsOrigem>", "repetido"),
        ("<uuidFicha><b/></uuidFicha>", "campo simples"),
        ("solto", "texto onde"),
        ("<visitasDomiciliares><temperatura>NaN</temperatura></visitasDomiciliares>", r"\[0\]\.temperatura"),
        ("<visitasDomiciliares><temperatura>1e999</temperatura></visitasDomiciliares>", "temperatura"),
        ("<visitasDomiciliares><stForaArea>sim</stForaArea></visitasDomiciliares>", "stForaArea"),
        ("<visitasDomiciliares><motivosVisita/></visitasDomiciliares>", r"motivosVisita\[0\]"),
        ("<uuidFicha>&nada;</uuidFicha>", "entidade"),
        ("<uuidFicha>", "fora de ordem"),
        ("<a:b/>", "prefixo"),
        ("\x01", "malformado"),
    ],
)
def test_malformed(inner: str, words: str):
    with pytest.raises(DecodeError, match=words):
        xml.decode(FVD, fvd(inner))


BILLION = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + OPEN + "&b;" + CLOSE
).encode()
EXTERNAL = ('<!DOCTYPE a SYSTEM "file:///etc/passwd">' + OPEN + CLOSE).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (BILLION, "DOCTYPE"),
        (EXTERNAL, "DOCTYPE"),
        (b"", "não há elemento"),
        (b"<a/>", "raiz"),
        (OPEN.encode(), "malformado"),
        (fvd("<a>" * 100 + "</a>" * 100), "níveis"),
        (fvd("<a/>" * 500_001), "elementos"),
        (b"<a>" + bytes(33 * 1024 * 1024), "limite"),
        (b'<?xml version="1.0" encoding="ebcdic-x"?><a/>', "codificação"),
        (fvd("").replace(b"fichavisitadomiciliarmaster", b"outra"), "raiz"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile(data: bytes, words: str):
    started = time.perf_counter()
    with pytest.raises(DecodeError, match=words):
        xml.decode(FVD, data)
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"uuidFicha": "a\x00"}, "uuidFicha"),
        ({"uuidFicha": "a\ud800"}, "uuidFicha"),
        ({"uuidFicha": 7}, "uuidFicha"),
        ({"tpCdsOrigem": True}, "tpCdsOrigem"),
        ({"tpCdsOrigem": 2**31}, "tpCdsOrigem"),
        ({"nada": 1}, "nada"),
        ({"visitasDomiciliares": {}}, "visitasDomiciliares"),
        ({"visitasDomiciliares": [{"temperatura": float("inf")}]}, "visitasDomiciliares[0].temperatura"),
        ({"visitasDomiciliares": [{"temperatura": 10**400}]}, "visitasDomiciliares[0].temperatura"),
    ],
)
def test_bad_values(value: dict[str, Any], path: str):
    with pytest.raises(EncodeError) as caught:
        xml.encode(FVD, value)
    assert caught.value.path == path


def test_transport_needs_exactly_one_ficha():
    head = '<t:dadoTransporteTransportXml xmlns:t="http://esus.ufsc.br/dadotransporte">'
    for fichas, found in (("", "tem 0"), (2 * (OPEN + CLOSE), "tem 2")):
        with pytest.raises(DecodeError, match=found):
            xml.decode_transport(L, (head + fichas + "</t:dadoTransporteTransportXml>").encode())
    with pytest.raises(DecodeError, match="não é um dado de transporte"):
        xml.decode_transport(L, fvd(""))
