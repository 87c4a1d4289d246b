"""Lists of JSON are split without being built."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledi.lists import ListError, list_start, split_list
from ledi.reading import read_records

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(['"', "\\", '[{,"', "]}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def items(text: bytes) -> list[bytes]:
    return [text[start:end].strip() for start, end in split_list(text)]


@given(st.lists(JSON, max_size=6), st.sampled_from([None, 1]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_items_are_those_of_the_list(values, indent, ascii_only):
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert [json.loads(item) for item in items(text)] == json.loads(text)


@given(st.binary(max_size=60) | st.text(alphabet='[]{},"\\1 ', max_size=40).map(str.encode))
@settings(max_examples=500, deadline=None)
def test_whatever_comes_it_ends_and_what_json_takes_is_split_alike(text):
    text = b"[" + text
    try:
        found = items(text)
    except ListError:
        with pytest.raises(ValueError):
            json.loads(text)
        return
    try:
        whole = json.loads(text)
    except ValueError:
        return
    assert [json.loads(item) for item in found] == whole


@pytest.mark.parametrize("text", [b"[", b"[1", b'["a', b'["a\\', b"[1]x", b"[[]", b"[" * 20_000])
def test_a_list_that_does_not_end_is_told(text):
    with pytest.raises(ListError):
        items(text)


def test_only_lists_begin_as_lists():
    assert list_start(b" \n[1]") == 3
    assert list_start(b"\xef\xbb\xbf[1]") == 4
    assert list_start(b'{"a": []}') is None
    assert items(b" [ ] ") == []


def test_millions_of_empty_items_take_no_memory():
    text = b"[" + b"[]," * 700_000 + b"[]]"
    tracemalloc.start()
    assert sum(1 for _ in split_list(text)) == 700_001
    assert tracemalloc.get_traced_memory()[1] < 200_000
    tracemalloc.stop()


def test_a_file_gives_what_comes_before_the_fault(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"a": 1}, {"a": 1, "a": 2}, [1')
    first, second, third = read_records(path)
    assert (first.where, first.record) == ("registro 1", {"a": 1})
    assert "aparece duas vezes" in second.findings[0].message
    assert "depois do registro 2" in third.findings[0].message
