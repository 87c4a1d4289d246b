"""Paths of findings: read, followed, written to; and what is none is told, never followed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledi.errors import PathError
from ledi.layouts import layout
from ledi.paths import LONGEST, join, owner, pattern, put, steps, value_at

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
INDEXES = st.integers(0, 999_999)
WAYS = st.tuples(NAMES, st.lists(st.one_of(NAMES, INDEXES), max_size=8)).map(lambda way: (way[0], *way[1]))


def written(way: tuple[str | int, ...]) -> str:
    path = ""
    for step in way:
        path = f"{path}[{step}]" if isinstance(step, int) else join(path, step)
    return path


@given(WAYS)
def test_a_path_is_read_as_it_was_written(way: tuple[str | int, ...]) -> None:
    assert steps(written(way)) == way


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "[0]",
        "a[",
        "a[]",
        "a[-1]",
        "a[x]",
        "a[0]b",
        "a b",
        "á",
        "a[1234567]",
        "1a",
    ]
    + ["a[٣]", "a\n", "a.b\x00", "a" * (LONGEST + 1)],
)
def test_what_is_no_path_is_told_and_leads_nowhere(path: str) -> None:
    with pytest.raises(PathError):
        steps(path)
    with pytest.raises(PathError):
        put({}, path, 1)
    assert value_at({"a": [{"b": 1}]}, path) is None


RECORD = {"a": {"b": [{"c": 1}, {"c": None}, [2, 3]]}, "d": "text"}


@pytest.mark.parametrize(
    "path, value",
    [("a.b[0].c", 1), ("a.b[1].c", None), ("a.b[2][1]", 3), ("a.b[9]", None), ("a.b.c", None), ("d[0]", None)]
    + [("d.x", None), ("x.y.z", None), ("a[0]", None), ("d", "text")],
)
def test_what_stands_at_a_path(path: str, value: Any) -> None:
    assert value_at(RECORD, path) == value
    assert value_at(None, path) is None and value_at([RECORD], path) is None


PARTS = st.lists(st.one_of(NAMES.map(lambda n: (n,)), st.tuples(NAMES, st.integers(0, 5))), max_size=4)


@given(PARTS, NAMES, st.integers(1, 9))
def test_what_is_put_is_found_again(inner: list[tuple[str | int, ...]], name: str, value: int) -> None:
    path = written((*(step for part in inner for step in part), name))
    record: dict[str, Any] = {}
    put(record, path, value, blocks=6)
    assert value_at(record, path) == value
    put(record, path, None, blocks=6)
    assert value_at(record, path) is None


def test_without_blocks_a_list_takes_its_next_item_and_no_later_one() -> None:
    record = {"a": [{"b": 1}]}
    put(record, "a[1]", {"b": 2})
    assert record == {"a": [{"b": 1}, {"b": 2}]}
    for path in ("a[3]", "a[3].b"):
        with pytest.raises(PathError):
            put(record, path, 1)
    put(record, "a[0]", None)
    assert record == {"a": [{"b": 2}]}
    put(record, "a[3].b", 5, blocks=4)
    assert record == {"a": [{"b": 2}, {}, {}, {"b": 5}]}
    with pytest.raises(PathError):
        put(record, "a[4].b", 5, blocks=4)


@pytest.mark.parametrize("path", ["a.b[5].c", "a.b.c", "a.b[2].c", "a[0]"])
def test_a_path_that_does_not_fit_the_record_changes_nothing(path: str) -> None:
    record = copy.deepcopy(RECORD)
    with pytest.raises(PathError):
        put(record, path, 1)
    assert record == RECORD


def test_a_plain_value_in_the_way_gives_way() -> None:
    record = copy.deepcopy(RECORD)
    put(record, "d[0].x", 1, blocks=1)
    assert record["d"] == [{"x": 1}]


def test_the_field_a_path_belongs_to_and_its_shape() -> None:
    assert owner("a[0].condutas[2]") == "a[0].condutas"
    assert owner("a[0].b") == "a[0].b"
    assert pattern("a[0].b[12].c") == "a[].b[].c"
    assert join("", "a") == "a" and join("a[0]", "b") == "a[0].b"


def test_the_layout_knows_the_field_at_a_path() -> None:
    root = layout("8.7.0").fichas["FVD"].root
    field = root.field_at("visitasDomiciliares[3].dtNascimento")
    assert field is not None and field.label == "Data de nascimento"
    for path in ("visitasDomiciliares[0].nada", "nada", "visitasDomiciliares.turno.x", "a..b", ""):
        assert root.field_at(path) is None
