"""A sealed file read at any place: the same bytes, each piece proved, nothing of a changed or cut one given."""

import io
import os
import random

import pytest

from saude.cofre.chaves import Chaveiro, new_key
from saude.cofre.erros import ChaveErrada, Danificado
from saude.cofre.pedacos import HEADER, PIECE, TAG, SealedReader, Sealer

KEY = new_key()
KEYS = Chaveiro((KEY,))


def sealed(plain: bytes, purpose: str = "a") -> bytes:
    sealer = Sealer(purpose, key=KEY, piece=1024)
    return sealer.header + b"".join(sealer.feed(plain)) + sealer.last()


def reader(data: bytes, purpose: str = "a") -> SealedReader:
    return SealedReader(io.BytesIO(data), purpose, keys=KEYS)


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 2048, 5000])
def test_any_part_is_the_part_that_was_written(size):
    plain = os.urandom(size)
    file = reader(sealed(plain))
    assert (file.size, file.seek(0, os.SEEK_END), file.read()) == (size, size, b"")
    file.seek(0)
    assert file.read() == plain
    rnd = random.Random(size)
    for _ in range(50):
        start, n = rnd.randrange(size + 10), rnd.randrange(3000)
        file.seek(start)
        assert file.read(n) == plain[start : start + n]
    assert file.seekable() and file.readable()
    file.close()


def test_a_changed_piece_is_refused_and_the_others_are_read():
    plain, data = os.urandom(4000), bytearray(sealed(b"x" * 4000))
    data[HEADER + 1024 + TAG + 5] ^= 1  # in the second piece
    file = reader(bytes(data))
    assert file.read(1024) == b"x" * 1024
    with pytest.raises(Danificado):
        file.read(1)
    file.seek(2048)
    assert file.read(10) == b"x" * 10 and len(plain) == 4000


def test_a_file_cut_between_pieces_shows_at_its_end():
    data = sealed(b"x" * 3000)[: HEADER + 2 * (1024 + TAG)]
    file = reader(data)
    assert file.read(1024) == b"x" * 1024
    with pytest.raises(Danificado, match="cortado"):
        file.read()


def test_another_purpose_or_key_opens_nothing():
    with pytest.raises(Danificado):
        reader(sealed(b"x" * 10), "b").read()
    with pytest.raises(ChaveErrada):
        SealedReader(io.BytesIO(sealed(b"x")), "a", keys=Chaveiro((new_key(),)))
    assert PIECE > 1024
