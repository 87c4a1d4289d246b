"""The reader of the usual case gives what the careful one gives, or leaves it to it: never anything else."""

import random
from typing import Any

import pytest
from codec_small import FULL, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_values import random_values
from test_thrift import GOLDEN, NEW_ROOT

from ledi.codecs import thrift, wire
from ledi.codecs.thrift import decode, encode
from ledi.errors import DecodeError
from ledi.layouts import layout

FICHAS = layout().fichas
MANY = settings(max_examples=300, deadline=None)
SLOW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def told(read: Any, struct: Any, data: bytes) -> Any:
    """Everything that a reader says of some bytes, as text: of doubles too, where NaN is not itself."""
    try:
        found = read(struct, data)
    except DecodeError as error:
        return str(error), error.path, error.offset
    return repr(list(found.value.items())), found.unknown


def carefully(struct: Any, data: bytes) -> Any:
    if not data:
        raise DecodeError("não há dados")
    return thrift._decode_carefully(struct, data, keep_unknown=True)


def same(struct: Any, data: bytes) -> None:
    assert told(decode, struct, data) == told(carefully, struct, data)


@MANY
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    same(ROOT, data)


@MANY
@given(st.integers(0, len(GOLDEN)), st.integers(0, 6), st.binary(max_size=6))
def test_bytes_changed_inserted_and_taken_out(at: int, out: int, patch: bytes) -> None:
    same(ROOT, GOLDEN[:at] + patch + GOLDEN[at + out :])


@MANY
@given(random_values(NEW_ROOT))
def test_fields_that_the_layout_does_not_know(value: dict[str, Any]) -> None:
    same(ROOT, encode(NEW_ROOT, value))


@pytest.mark.parametrize("tipo", FICHAS)
@SLOW
@given(data=st.data())
def test_every_ficha_whole_and_damaged(tipo: str, data: st.DataObject) -> None:
    root = FICHAS[tipo].root
    body = encode(root, data.draw(random_values(root)))
    same(root, body)
    dice = random.Random(data.draw(st.integers(0, 1 << 30)))
    for _ in range(20):
        at = dice.randrange(len(body))
        same(root, body[:at] + dice.randbytes(dice.randrange(3)) + body[at + dice.randrange(3) :])
        same(root, body[:at])


def test_fields_in_another_order() -> None:
    first = encode(ROOT, {"uuid": "x"})[:-1]
    second = encode(ROOT, {"data": 1})[:-1]
    assert decode(ROOT, second + first + b"\0").value == {"uuid": "x", "data": 1}
    same(ROOT, second + first + b"\0")


def test_the_usual_bytes_need_no_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thrift, "_decode_carefully", None)
    assert decode(ROOT, GOLDEN).value == FULL
    assert decode(ROOT, b"\0").value == {}


def test_what_could_pass_the_budget_is_read_carefully(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ITEMS", 3)
    with pytest.raises(DecodeError, match="mais de 3 itens"):
        decode(ROOT, encode(ROOT, {"motivos": [1, 2, 3, 4]}))
    assert decode(ROOT, encode(ROOT, {"motivos": [1, 2, 3]})).value == {"motivos": [1, 2, 3]}


def test_a_list_that_lies_allocates_nothing() -> None:
    for kind in ("0a", "0c", "0b", "02"):
        for field in ("000a", "000b", "000c", "000e"):
            same(ROOT, bytes.fromhex(f"0f{field} {kind} 7fffffff 00"))
            same(ROOT, bytes.fromhex(f"0f{field} {kind} ffffffff 00"))
            same(ROOT, bytes.fromhex(f"0f{field} {kind} 00000000 00"))
