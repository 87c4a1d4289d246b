"""Paths through a record as findings write them: `visitasDomiciliares[0].temperatura`, from the ficha's root.

The one place where they are read, followed and written to. Rules write theirs from where they stand (rules.scope).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any

from ledi.errors import PathError

Step = str | int
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_INDEX = r"\[\d{1,6}\]"
_PATH = re.compile(rf"{_NAME}(?:{_INDEX})*(?:\.{_NAME}(?:{_INDEX})*)*", re.ASCII)
_STEP = re.compile(rf"({_NAME})|\[(\d+)\]", re.ASCII)
_ITEM = re.compile(rf"{_INDEX}$", re.ASCII)
_ITEMS = re.compile(_INDEX, re.ASCII)
LONGEST = 300


@lru_cache(maxsize=1 << 12)
def steps(path: str) -> tuple[Step, ...]:
    """`a.b[0].c` -> ("a", "b", 0, "c"). Raises PathError for what is no path."""
    if len(path) > LONGEST or not _PATH.fullmatch(path):
        raise PathError(path[:LONGEST])
    return tuple(int(index) if index else name for name, index in _STEP.findall(path))


def walk(node: Any, way: Iterable[Step]) -> Any:
    """What stands at the end of the way; None when it is not there."""
    for step in way:
        if node.__class__ is dict:
            node = node.get(step)
        elif node.__class__ is list and step.__class__ is int and step < len(node):
            node = node[step]
        else:
            return None
    return node


def value_at(node: Any, path: str) -> Any:
    """What stands at a path; None when it is not there, or the path is none."""
    try:
        return walk(node, steps(path))
    except PathError:
        return None


def put(node: Any, path: str, value: Any, *, blocks: int = 0) -> None:
    """Sets what stands at a path, making what is missing on the way. None takes the field or the item away.

    A list takes its next item at most; with `blocks`, any item below that number: those between are made empty
    blocks. Raises PathError where something else stands in the way.
    """
    way = steps(path)
    for step, following in pairwise(way):
        node = _enter(node, step, following, path, blocks)
    last = way[-1]
    if isinstance(last, int):
        _put_item(node, last, value, path)
    elif not isinstance(node, dict):
        raise PathError(path)
    elif value is None:
        node.pop(last, None)
    else:
        node[last] = value


def _enter(node: Any, step: Step, following: Step, path: str, blocks: int) -> Any:
    if isinstance(step, int):
        if not isinstance(node, list):
            raise PathError(path)
        if step < blocks:
            node.extend({} for _ in range(step + 1 - len(node)))
        if step >= len(node):
            raise PathError(path)
        return node[step]
    if not isinstance(node, dict):
        raise PathError(path)
    if not isinstance(node.get(step), (dict, list)):
        node[step] = [] if isinstance(following, int) else {}
    return node[step]


def _put_item(node: Any, index: int, value: Any, path: str) -> None:
    if not isinstance(node, list) or index > len(node):
        raise PathError(path)
    if value is None:
        del node[index : index + 1]
    elif index == len(node):
        node.append(value)
    else:
        node[index] = value


def join(path: str, name: str) -> str:
    """The path of a field of what stands at `path` ("" is the ficha itself)."""
    return f"{path}.{name}" if path else name


def owner(path: str) -> str:
    """The field a path belongs to: an item of a list of codes belongs to its list."""
    return _ITEM.sub("", path)


def pattern(path: str) -> str:
    """`a[0].b` -> `a[].b`."""
    return _ITEMS.sub("[]", path)
