"""What a list was in an older LEDI version: applies `layouts/versions/{enums_since,lists_since}.csv`."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ledi.versions import in_force


class Change(NamedTuple):
    """A code valid from `since` (inclusive) to `until` (exclusive); empty = no limit on that side."""

    code: str
    since: str
    until: str
    label: str


def as_of(name: str, labels: Mapping[str, str], version: str | None) -> dict[str, str]:
    """Labels of the list as it was: later codes taken out, codes removed since put back. None: the newest."""
    found = dict(labels)
    for change in _of_list(name):
        if not _valid(change, version):
            found.pop(change.code, None)
        elif "#" not in name:  # a removed code does not say which group it was in
            found.setdefault(change.code, change.label)
    return found


def knows(name: str) -> bool:
    """Is this a list that existed in some version, though it has no row today?"""
    return bool(_of_list(name))


def _of_list(name: str) -> tuple[Change, ...]:
    base = name.partition("#")[0]
    enums, lists = _changes("enums_since", "enum", "code"), _changes("lists_since", "list", "key")
    return enums.get(base, ()) + lists.get(base, ())


def _valid(change: Change, version: str | None) -> bool:
    if version is None:
        return not change.until
    return in_force(version, change.since, change.until)


@cache
def _changes(file: str, list_column: str, code_column: str) -> Mapping[str, tuple[Change, ...]]:
    source = files("ledi") / "layouts" / "versions" / f"{file}.csv"
    if not source.is_file():
        return {}
    found: dict[str, list[Change]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(source.read_text(encoding="utf-8"), newline="")):
        change = Change(row[code_column], row["since"], row["until"], row.get("label") or "")
        found[row[list_column]].append(change)
    return {name: tuple(changes) for name, changes in found.items()}
