"""Is a file small enough to be read while a page waits? Said by what is in it: 2 MB may hold 700,000 records."""

from itertools import islice
from pathlib import Path

from ledi.errors import LediError
from ledi.files import Kind, sniff
from ledi.lists import split_list
from ledi.zip import measure

EXPANDED = 8 * 1024 * 1024
RECORDS = 2_000  # some two seconds


def is_small(path: Path, most: int) -> bool:
    """A broken one is: what is wrong with it is soon told."""
    if path.stat().st_size > most:
        return False
    if _gzipped(path):
        return False
    kind = sniff(path)
    try:
        if kind is Kind.ZIP:
            files, expanded = measure(path)
            return files <= RECORDS and expanded <= EXPANDED
        if kind is Kind.NDJSON:
            return path.read_bytes().count(b"\n") <= RECORDS
        if kind is Kind.JSON:
            return _in_list(path) <= RECORDS
    except (LediError, ValueError):
        return True
    return True


def _in_list(path: Path) -> int:
    return sum(1 for _ in islice(split_list(path.read_bytes()), RECORDS + 1))


def _gzipped(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"
