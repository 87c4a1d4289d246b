"""Lines of a table taken by blocks are those taken one by one, and what is wrong with them is told the same."""

import io
import random

import pytest

from ledi.referencias import fixed
from ledi.referencias.errors import ReferenciaError

LAYOUT = fixed.Layout("tb", (fixed.Column("a", 0, 3), fixed.Column("b", 3, 5)))
LINES = [b"abc12\r\n"] * 40 + [
    b"\xe7\xe3o12\r\n",
    b"abc12\n",
    b"ab\rc1\r\n",
    b"ab\n12\r\n",
    b"abc1\r\n",
    b"abc123\r\n",
]
LINES += [b"\xc3\xa7c12\r\n", b"\x1a", b"\r\n", b"abc12"]


def told(data: bytes) -> list[object]:
    found: list[object] = []
    try:
        found += fixed._lines(io.BytesIO(data), LAYOUT, "tb.txt")
    except ReferenciaError as error:
        found.append(str(error))
    return found


@pytest.mark.parametrize("block", [1, 2, 512])
def test_the_same_as_one_by_one(block, monkeypatch):
    dice = random.Random(19)
    monkeypatch.setattr(fixed, "_BLOCK", block)
    files = [b"".join(dice.choices(LINES, k=dice.randrange(60))) for _ in range(400)]
    in_blocks = [told(data) for data in files]
    monkeypatch.setattr(fixed, "_regular", lambda data, width: [])
    assert in_blocks == [told(data) for data in files]
    assert sum(isinstance(found[-1], tuple) for found in in_blocks if found) > 20


def test_regular_lines_are_taken_together():
    assert fixed._regular(b"abc12\r\n" * 3 + b"ab", 5) == ["abc12"] * 3
