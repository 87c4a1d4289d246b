"""Thrift codec on a small layout: golden bytes, the official library, bad values, hostile bytes."""

import time
from typing import Any

import pytest
from codec_small import FULL, LEAF, ROOT, SmallStruct, SmallType, fields
from hypothesis import given, settings
from hypothesis import strategies as st
from official import read_official, write_official
from random_values import random_values

from ledi.codecs import wire
from ledi.codecs._encode import walk
from ledi.codecs.thrift import DecodeError, EncodeError, Unknown, decode, encode

GOLDEN = bytes.fromhex(
    "0b0001 0000000d 303031393631352d c3a7c3a36f"
    "020002 01"
    "080003 fffffffe"
    "0a0004 0000018cc3649c80"
    "040006 3ff8000000000000"
    "0b0007 00000002 00ff"
    "0c0008 0b0001 00000001 37 040002 4051900000000000 0a0005 0000000000000001 00"
    "0f000a 0c 00000002 0a0005 0000000000000002 00 00"
    "0f000b 0a 00000002 0000000000000001 ffffffffffffffff"
    "0f000c 0b 00000002 00000001 61 00000000"
    "0f000e 02 00000002 01 00"
    "00"
)
HEAD = bytes.fromhex("0b0001 00000001 78")  # uuid = "x"


# ---- writing -----------------------------------------------------------------------------------------------


def test_golden_bytes() -> None:
    assert encode(ROOT, FULL) == GOLDEN
    assert walk(ROOT, FULL) == GOLDEN
    assert write_official(ROOT, FULL) == GOLDEN


def test_reads_golden_bytes() -> None:
    decoded = decode(ROOT, GOLDEN)
    assert decoded.value == FULL
    assert decoded.unknown == []
    assert read_official(ROOT, GOLDEN) == FULL


@given(random_values(ROOT))
def test_round_trip_with_the_official_library(value: dict[str, Any]) -> None:
    data = encode(ROOT, value)
    assert data == walk(ROOT, value) == write_official(ROOT, value)
    assert decode(ROOT, data).value == read_official(ROOT, data) == value


def test_order_of_the_mapping_does_not_matter() -> None:
    assert encode(ROOT, dict(reversed(FULL.items()))) == GOLDEN


def test_none_is_absent_and_fields_without_id_do_not_travel() -> None:
    assert encode(ROOT, {"uuid": "x", "data": None, "semId": "algo"}) == HEAD + b"\0"


def test_empty_list_is_not_absence() -> None:
    data = encode(ROOT, {"motivos": []})
    assert data == bytes.fromhex("0f000b 0a 00000000 00")
    assert decode(ROOT, data).value == {"motivos": []}


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({"uuid": 7}, "uuid", "texto"),
        ({"uuid": b"7"}, "uuid", "texto"),
        ({"uuid": "a\ud800"}, "uuid", "surrogate"),
        ({"ativo": 1}, "ativo", "verdadeiro ou falso"),
        ({"ordem": True}, "ordem", "inteiro"),
        ({"ordem": 1.0}, "ordem", "inteiro"),
        ({"ordem": 2**31}, "ordem", "32 bits"),
        ({"data": 2**63}, "data", "64 bits"),
        ({"data": "1"}, "data", "inteiro"),
        ({"altura": float("nan")}, "altura", "NaN"),
        ({"altura": float("-inf")}, "altura", "infinito"),
        ({"altura": 10**400}, "altura", "grande"),
        ({"altura": True}, "altura", "número"),
        ({"dados": "texto"}, "dados", "binário"),
        ({"folha": []}, "folha", "objeto"),
        ({"folha": "x"}, "folha", "objeto"),
        ({"folhas": {}}, "folhas", "lista"),
        ({"folhas": [{}, {"turno": "2"}]}, "folhas[1].turno", "inteiro"),
        ({"folhas": [None]}, "folhas[0]", "objeto"),
        ({"motivos": "12"}, "motivos", "lista"),
        ({"motivos": [1, False]}, "motivos[1]", "inteiro"),
        ({"nomes": ["a", None]}, "nomes[1]", "texto"),
        ({"sinais": [0]}, "sinais[0]", "verdadeiro"),
        ({"folha": {"nada": 1}}, "folha.nada", "não existe em Folha"),
    ],
)
def test_bad_values_name_the_place(value: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(EncodeError) as caught:
        encode(ROOT, value)
    assert caught.value.path == path
    assert words in str(caught.value)


def test_an_integer_is_a_good_double() -> None:
    assert encode(ROOT, {"altura": 2}) == encode(ROOT, {"altura": 2.0})


def test_errors_do_not_show_the_value() -> None:
    with pytest.raises(EncodeError) as caught:
        encode(ROOT, {"data": "898050047989752"})
    assert "898050047989752" not in str(caught.value)


# ---- unknown fields ----------------------------------------------------------------------------------------

NEW_LEAF = SmallStruct(
    "Folha", (*LEAF.fields, *fields(novo=(4, "list", "string"), outro=(9, "struct", LEAF)))
)
NEW_ROOT = SmallStruct(
    "Raiz",
    (
        *fields(uuid=(1, "string"), data=(4, "string"), extra=(5, "i64")),
        *fields(folha=(8, "struct", NEW_LEAF), folhas=(10, "list", SmallType("struct", struct=NEW_LEAF))),
        *fields(mais=(30, "bool")),
    ),
)


def test_unknown_fields_are_reported_and_given_back() -> None:
    newer = {
        "uuid": "x",
        "data": "hoje",
        "extra": 3,
        "folha": {"novo": ["b"]},
        "folhas": [{"turno": 1}, {"outro": {"cns": "9"}}],
        "mais": True,
    }
    data = encode(NEW_ROOT, newer)
    decoded = decode(ROOT, data)
    assert decoded.value == {"uuid": "x", "folha": {}, "folhas": [{"turno": 1}, {}]}
    assert [(one.path, one.id, one.wire_type) for one in decoded.unknown] == [
        ("", 4, wire.STRING),
        ("", 5, wire.I64),
        ("folha", 4, wire.LIST),
        ("folhas[1]", 9, wire.STRUCT),
        ("", 30, wire.BOOL),
    ]
    assert encode(ROOT, decoded.value, decoded.unknown) == data
    assert "nº 30" in decoded.unknown[-1].label


@given(random_values(NEW_ROOT))
def test_unknown_round_trip(value: dict[str, Any]) -> None:
    data = encode(NEW_ROOT, value)
    decoded = decode(ROOT, data)
    assert encode(ROOT, decoded.value, decoded.unknown) == data


def test_unknown_field_whose_place_is_gone_is_refused() -> None:
    with pytest.raises(EncodeError, match="não existe mais"):
        encode(ROOT, {"uuid": "x"}, [Unknown("folhas[3]", 9, wire.BOOL, b"\1")])


# ---- hostile bytes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "não há dados"),
        ("0b0001", "terminam no meio"),
        ("0b0001 00000001 78", "terminam no meio"),
        ("0b0001 ffffffff 00", "negativo"),
        ("0b0001 7fffffff 00", "só restam 1"),
        ("0b0001 00000001 ff 00", "UTF-8"),
        ("0b0001 00000003 eda080 00", "UTF-8"),
        ("020002 02 00", "booleano"),
        ("0f000b 0a ffffffff 00", "negativo"),
        ("0f000b 0a 7fffffff 00", "não cabe"),
        ("0f000a 0c 7fffffff 00", "não cabe"),
        ("0f000b 0b 00000001 00000000 00", "lista de texto"),
        ("0b0001 00000001 78 0b0001 00000001 78 00", "repetido"),
        ("0b0001 00000001 78 020001 01 00", "tipos diferentes"),
        ("020063 01 020063 01 00", "desconhecido nº 99 repetido"),
        ("050063 01 00", "tipo de campo que não existe"),
        ("0f0063 05 00000001 00 00", "tipo de item que não existe"),
        ("0f0063 0a 7fffffff 00", "não cabe"),
        ("0d0063 0b0b 7fffffff 00", "não cabe"),
        ("0b0001 00000001 78 00 00", "sobram 1"),
        ("0c0008 0b0001 00000009 00", "só restam"),
        ("0f000e 02 00000002 01 03 00", "booleano"),
    ],
)
def test_malformed(data: str, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        decode(ROOT, bytes.fromhex(data))


def test_error_says_path_and_offset() -> None:
    data = bytes.fromhex("0f000a 0c 00000002 00 0b0001 0000000a 00")
    with pytest.raises(DecodeError) as caught:
        decode(ROOT, data)
    assert caught.value.path == "folhas[1].cns"
    assert caught.value.offset == 12
    assert "folhas[1].cns, byte 12" in str(caught.value)
    with pytest.raises(DecodeError) as caught:
        decode(ROOT, bytes.fromhex("0f000e 02 00000002 01 03 00"))
    assert caught.value.path == "sinais[1]"


def test_deep_nesting_is_bounded() -> None:
    with pytest.raises(DecodeError, match="níveis"):
        decode(ROOT, bytes.fromhex("0c0063") * 100_000)
    with pytest.raises(DecodeError, match="níveis"):
        decode(ROOT, bytes.fromhex("0f0063") + bytes.fromhex("0f00000001") * 100_000)


def test_many_tiny_items_are_bounded() -> None:
    count = wire.MAX_ITEMS + 1
    bomb = bytes.fromhex("0f000a 0c") + count.to_bytes(4, "big") + bytes(count + 1)
    started = time.perf_counter()
    with pytest.raises(DecodeError, match="itens"):
        decode(ROOT, bomb)
    assert time.perf_counter() - started < 60


def test_many_unknown_fields_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ITEMS", 10)
    strange = b"".join(b"\2" + number.to_bytes(2, "big") + b"\1" for number in range(100, 111))
    with pytest.raises(DecodeError, match="mais de 10 itens"):
        decode(ROOT, strange + b"\0")


def test_size_limit() -> None:
    with pytest.raises(DecodeError, match="limite"):
        decode(ROOT, bytes(wire.MAX_DATA + 1))


def test_every_truncation_of_the_golden_bytes_is_refused() -> None:
    for end in range(len(GOLDEN)):
        with pytest.raises(DecodeError):
            decode(ROOT, GOLDEN[:end])


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_random_bytes_decode_or_say_why(data: bytes) -> None:
    _decodes_or_refuses(data)


@settings(max_examples=300)
@given(st.integers(0, len(GOLDEN) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_golden_bytes_decode_or_say_why(at: int, patch: bytes) -> None:
    _decodes_or_refuses(GOLDEN[:at] + patch + GOLDEN[at + len(patch) :])


def _decodes_or_refuses(data: bytes) -> None:
    started = time.perf_counter()
    try:
        decoded = decode(ROOT, data)
    except DecodeError as error:
        assert str(error)
    else:
        assert isinstance(decoded.value, dict)
    assert time.perf_counter() - started < 60
