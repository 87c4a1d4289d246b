"""LEDI versions: their order and the since/until test, written once. A version is text like "8.7.0"."""

from __future__ import annotations

import re
from functools import lru_cache

_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")


@lru_cache(maxsize=256)
def version_key(version: str) -> tuple[int, ...]:
    """Sortable key of a version. Raises ValueError when the text is not `n.n.n`."""
    if not _VERSION.fullmatch(version):
        raise ValueError(version)
    return tuple(int(part) for part in version.split("."))


def in_force(version: str, since: str | None, until: str | None) -> bool:
    """True when `version` is in [since, until)."""
    key = version_key(version)
    if since and key < version_key(since):
        return False
    return not (until and key >= version_key(until))


@lru_cache(maxsize=256)
def is_older(version: str | None, than: str) -> bool:
    """Is it before `than`? None and what is no version count as the newest."""
    try:
        return version is not None and version_key(version) < version_key(than)
    except ValueError:
        return False
