"""The text of JSON looked at without building anything: lists split into their items, and how deep it nests."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_NESTING = 10_000  # of a list being split: what a record may have is for who reads it
MAX_DEPTH = 64  # of a record; a ficha has at most ten


class ListError(ValueError):
    """The text is not one whole list; the message says why."""


def list_start(text: bytes) -> int | None:
    """Where the first item of the list begins; None: the text is no list."""
    head = _HEAD.match(text)
    return head.end() if head else None


def split_list(text: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each item of a JSON list, found without building any: a list of millions of empty ones
    takes no memory. What is inside an item is for who reads it. Raises ListError when the list does not end."""
    start = at = list_start(text) or 0
    depth, count = 1, 0
    while depth:
        found = (_BETWEEN if depth == 1 else _INSIDE).match(text, at)
        at = found.end() if found else at
        if at >= len(text):
            raise ListError("o texto termina no meio da lista")
        mark = text[at]
        depth += 1 if mark in _OPEN else -1 if mark in _CLOSE else 0
        at += 1
        if depth > MAX_NESTING:
            raise ListError("aninhamento sem fim")
        if depth == 0 or (depth == 1 and mark == _COMMA):
            if depth or count or not _BLANK.fullmatch(text, start, at - 1):
                yield start, at - 1
            start, count = at, count + 1
    if not _BLANK.fullmatch(text, at):
        raise ListError("há texto depois do fim da lista")


def too_deep(text: bytes) -> bool:
    """Nested beyond what any record is: told before anything tries to walk it. Counts brackets outside of strings."""
    if text.count(b"{") + text.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found[1]
        if mark in (b"]", b"}"):
            depth -= 1
        elif depth >= MAX_DEPTH:
            return True
        elif len(mark) == 1:
            depth += 1
    return False


_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_BLANK = re.compile(rb"\s*+")
_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")
_BETWEEN = re.compile(rb'(?:[^"\[\]{},]++|' + _STRING + rb")*+", re.DOTALL)
_INSIDE = re.compile(rb'(?:[^"\[\]{}]++|\[\]|\{\}|' + _STRING + rb")*+", re.DOTALL)
_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"?)*+(\[\]|\{\}|[\[\]{}])', re.DOTALL)
_OPEN, _CLOSE, _COMMA = b"[{", b"]}", ord(",")
