"""The number of a row, as an address or a form says it, is read in one place."""

import pytest

from saude.comum.texto import number, numbers


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "²", "٣", "1" * 19, "9" * 5000, "1_0", "1\x00"])
def test_what_no_row_can_have_is_none_or_what_the_caller_says(text):
    assert number(text) is None
    assert number(text, -1) == -1
    assert numbers([text, "7", text]) == [7]


def test_what_a_row_can_have():
    assert number("0") == 0 and number("0", 5) == 0
    assert number("9" * 18) == 10**18 - 1
    assert numbers(["3", "001", "3"]) == [3, 1, 3]
