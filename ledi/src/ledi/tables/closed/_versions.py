"""What a list was in an older LEDI version: applies `layouts/versions/{enums_since,lists_since}.csv`."""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ledi.versions import in_force, version_key


class Change(NamedTuple):
    """A code valid from `since` (inclusive) to `until` (exclusive); empty = no limit on that side.

    From `doubt_since` to `doubt_until` it is taken, but nobody can tell whether it was in the list.
    """

    code: str
    since: str
    until: str
    label: str
    doubt_since: str = ""
    doubt_until: str = ""


def as_of(name: str, labels: Mapping[str, str], version: str | None) -> dict[str, str]:
    """Labels of the list as it was: later codes taken out, codes removed since put back. None: the newest."""
    found = dict(labels)
    for change in _of_list(name):
        if not _valid(change, version):
            found.pop(change.code, None)
        elif "#" not in name:  # a removed code does not say which group it was in
            found.setdefault(change.code, change.label)
    return found


class Move(NamedTuple):
    """A code that a version of LEDI brought (`entrou`) or took away."""

    lista: str
    codigo: str
    rotulo: str
    entrou: bool
    duvida: tuple[str, str]


def changes_in(version: str) -> list[Move]:
    """Every code that this version brought or took away, by list."""
    files = (_changes("enums_since", "enum", "code"), _changes("lists_since", "list", "key"))
    return [
        Move(name, one.code, one.label, one.since == version, (one.doubt_since, one.doubt_until))
        for lists in files
        for name, changes in lists.items()
        for one in changes
        if version in (one.since, one.until)
    ]


def edition(name: str, version: str | None) -> str | None:
    """One version for all those in which the list is the same, None for that of the newest: kept once."""
    if version is None:
        return None
    bounds = sorted({at for change in _of_list(name) for at in change[1:3] if at}, key=version_key)
    before = [at for at in bounds if version_key(at) <= version_key(version)]
    if before == bounds:
        return None
    return before[-1] if before else "0.0.0"


def when(name: str, code: str, version: str) -> str:
    """ "a partir da versão 8.6.0" for a code that this version does not have and another has, else nothing."""
    for change in _of_list(name):
        if change.code == code and not _valid(change, version):
            if change.since and change.until:
                return f"da versão {change.since} até antes da {change.until}"
            return (
                f"a partir da versão {change.since}"
                if change.since
                else f"até antes da versão {change.until}"
            )
    return ""


def removed(name: str) -> dict[str, str]:
    """Codes that the newest version no longer has, with their labels."""
    return {change.code: change.label for change in _of_list(name) if change.until}


def doubts(name: str, version: str) -> dict[str, tuple[str, str]]:
    """Codes that may not have been in the list of that version yet, or any more: (first, last + 1) of the doubt."""
    return {
        change.code: (change.doubt_since, change.doubt_until)
        for change in _of_list(name)
        if change.doubt_until and in_force(version, change.doubt_since, change.doubt_until)
    }


def knows(name: str) -> bool:
    """Is this a list that existed in some version, though it has no row today?"""
    return bool(_of_list(name))


def _of_list(name: str) -> tuple[Change, ...]:
    base = name.partition("#")[0]
    enums, lists = _changes("enums_since", "enum", "code"), _changes("lists_since", "list", "key")
    return enums.get(base, ()) + lists.get(base, ())


def _valid(change: Change, version: str | None) -> bool:
    return not change.until if version is None else in_force(version, change.since, change.until)


@cache
def _changes(file: str, list_column: str, code_column: str) -> Mapping[str, tuple[Change, ...]]:
    source = files("ledi") / "layouts" / "versions" / f"{file}.csv"
    if not source.is_file():
        return {}
    found: dict[str, list[Change]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(source.read_text(encoding="utf-8"), newline="")):
        change = Change(
            row[code_column], row["since"], row["until"], row.get("label") or "",
            row.get("doubt_since") or "", row.get("doubt_until") or "",
        )  # fmt: skip
        found[row[list_column]].append(change)
    return {name: tuple(changes) for name, changes in found.items()}
