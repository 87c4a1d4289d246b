"""What a list was in an older LEDI version: applies `layouts/versions/{enums_since,lists_since}.csv`."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Change(NamedTuple):
    """A code valid from `since` (inclusive) to `until` (exclusive); empty = no limit on that side."""

    code: str
    since: str
    until: str
    label: str


def as_of(name: str, labels: Mapping[str, str], version: str) -> dict[str, str]:
    """Labels of the list as it was in that version: later codes taken out, codes removed since put back."""
    found = dict(labels)
    base = re.split("#", name)[0]
    enums, lists = _changes("enums_since", "enum", "code"), _changes("lists_since", "list", "key")
    for change in (*enums.get(base, ()), *lists.get(base, ())):
        if _valid(change, version):
            if base == name:  # a removed code does not say which group it was in
                found.setdefault(change.code, change.label)
        else:
            found.pop(change.code, None)
    return found


def order(version: str) -> tuple[int, ...]:
    """Sort key of a version such as "8.7.0"."""
    return tuple(int(part) for part in version.split("."))


def _valid(change: Change, version: str) -> bool:
    after = not change.since or order(change.since) <= order(version)
    before = not change.until or order(version) < order(change.until)
    return after and before


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
