"""A sealed file read from any place gives what a plain one would; what was changed is refused when it is reached."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saude.cofre.chaves import Chaveiro, new_key
from saude.cofre.erros import ChaveErrada, Danificado
from saude.cofre.leitor import open_sealed_file
from saude.cofre.pedacos import HEADER, TAG, Sealer

PIECE = 1024
KEY = new_key()
KEYS = Chaveiro((KEY,))


def sealed(data: bytes) -> bytes:
    sealer = Sealer("teste", key=KEY, piece=PIECE)
    return b"".join((sealer.header, *sealer.feed(data), sealer.last()))


def opened(data: bytes, purpose: str = "teste", keys: Chaveiro = KEYS) -> io.BufferedReader:
    return open_sealed_file(io.BytesIO(data), purpose, keys=keys, buffer=256)


@given(
    st.sampled_from((0, 1, 100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 7)),
    st.lists(st.tuples(st.integers(0, 6 * PIECE), st.integers(0, 3 * PIECE)), max_size=8),
)
def test_reads_and_seeks_as_a_plain_file(size, moves):
    data = bytes(n * 7 % 251 if n % 40 else 10 for n in range(size))
    plain, found = io.BytesIO(data), opened(sealed(data))
    for place, much in moves:
        assert found.seek(place) == plain.seek(place)
        assert found.read(much) == plain.read(much)
        assert found.readline(90) == plain.readline(90)
        assert found.tell() == plain.tell() or place > size
    assert found.seek(0, io.SEEK_END) == size
    found.seek(0)
    assert list(found) == io.BytesIO(data).readlines()


def test_a_cut_is_refused_at_opening_and_a_changed_byte_where_it_lies():
    data = bytes(10 * PIECE)
    whole = sealed(data)
    for cut in (
        HEADER - 1,
        HEADER,
        HEADER + 3,
        HEADER + 2 * (PIECE + TAG),
        len(whole) - 1,
        len(whole) - PIECE - TAG,
    ):
        with pytest.raises(Danificado):
            opened(whole[:cut])
    with pytest.raises(Danificado):
        opened(whole + b"\0")
    at = HEADER + 4 * (PIECE + TAG) + 5
    found = opened(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert found.read(4 * PIECE) == data[: 4 * PIECE]
    with pytest.raises(Danificado, match="pedaço 5"):
        found.read(1)
    found.seek(5 * PIECE)
    assert found.read(PIECE) == data[:PIECE]  # the others are read


def test_another_key_and_another_purpose_do_not_open_it():
    with pytest.raises(ChaveErrada):
        opened(sealed(b"x"), keys=Chaveiro((new_key(),)))
    with pytest.raises(Danificado):
        opened(sealed(b"x"), "outra coisa")
