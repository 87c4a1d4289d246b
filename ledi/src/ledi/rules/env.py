"""What rules see of one record while it is validated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from ledi.findings import AVISO, ERRO, MAX_FINDINGS, Finding, more
from ledi.moments import age_in_months, age_in_years, competencia_of, day_of, ordinal_of
from ledi.tables.vinculo import Verdict

# A path is a chain (parent, name, index): built per struct, written out only for a finding.
Path = tuple[Any, str, int | None] | None


def write_path(path: Path, name: str | None = None, index: int | str | None = None) -> str:
    """ "visitasDomiciliares[0].temperatura" of a chain plus a field."""
    parts: list[str] = []
    while path is not None:
        parent, part, position = path
        parts.append(part if position is None else f"{part}[{position}]")
        path = parent
    parts.reverse()
    if name is not None:
        parts.append(name)
    text = ".".join(parts)
    if isinstance(index, int):
        return f"{text}[{index}]"
    if index is not None:
        return f"{text}{index}" if index.startswith("[") else f"{text}.{index}"
    return text


class Found(list[Finding]):
    """The findings of one record; beyond `most` they are only counted.

    When an error is among those only counted, nothing more that is found can matter: `enough()` tells the walks
    of lists to stop.
    """

    __slots__ = ("errors", "left", "most", "stopped")

    def __init__(self, most: int = MAX_FINDINGS) -> None:
        super().__init__()
        self.most = most
        self.left = 0  # not kept
        self.errors = 0  # of those not kept
        self.stopped = False  # something was not looked at

    def append(self, finding: Finding) -> None:
        if len(self) < self.most:
            super().append(finding)
        else:
            self.left += 1
            self.errors += finding.severity == ERRO

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.append(finding)

    def pass_over(self, errors: int) -> None:
        """So many errors more, when there is no room for them."""
        self.left += errors
        self.errors += errors

    @property
    def full(self) -> bool:
        return len(self) >= self.most

    def enough(self) -> bool:
        """Whether who walks a list should stop here."""
        self.stopped = self.stopped or self.errors > 0
        return self.errors > 0

    def has_error(self) -> bool:
        return self.errors > 0 or any(finding.severity == ERRO for finding in self)

    def mark(self) -> tuple[int, int]:
        """Where we are, for `soften`."""
        return len(self), self.errors

    def soften(self, mark: tuple[int, int]) -> None:
        """What was found since the mark is only an aviso."""
        start, self.errors = mark
        for place in range(start, len(self)):
            self[place] = replace(self[place], severity=AVISO)

    def all(self) -> tuple[Finding, ...]:
        """What was kept, and a last one that says how many more there were."""
        return (*self, more(self.left, self.errors, self.stopped)) if self.left else tuple(self)


class Env:
    """State of one validation. Times: `now` and `attendance` are epoch ms or None.

    `lost`: a value had to be left out, so that the wire form would silently lose it; `unlikely`: the dates that
    hardly can be, as (node, field, path of the node).
    """

    __slots__ = (
        "attendance", "broken", "crashed", "current", "found", "gaps", "lost", "now", "post", "record",
        "root", "skipped", "tables", "unlikely", "up", "verdict", "zone",
    )  # fmt: skip

    def __init__(self, record: Mapping[str, Any], zone: ZoneInfo, now: int | None, tables: Any) -> None:
        self.record = record
        self.zone = zone
        self.now = now
        self.tables = tables
        self.root: dict[str, Any] = {}
        self.up: list[dict[str, Any]] = []
        self.attendance: int | None = None
        self.found = Found()
        self.lost = False
        self.unlikely: list[tuple[dict[str, Any], Any, Path]] = []
        self.broken: set[tuple[int, str]] = set()
        self.skipped: set[str] = set()
        self.crashed: list[str] = []
        self.current = ""
        self.gaps: dict[int, list[int]] = {}
        self.post: dict[str, Any] | None = None  # the last post judged against the CNES, and what was found
        self.verdict: Verdict | None = None

    def keep_positions(self, made: list[Any], lost: list[int]) -> None:
        """Remembers where the items of a list stood in the record, when unreadable ones were left out of it."""
        gone = frozenset(lost)
        self.gaps[id(made)] = [i for i in range(len(made) + len(lost)) if i not in gone]

    def positions(self, items: list[Any]) -> Iterable[tuple[int, Any]]:
        """(position in the record, item) of a list."""
        kept = self.gaps.get(id(items)) if self.gaps else None
        return enumerate(items) if kept is None else zip(kept, items, strict=True)

    def day(self, millis: int) -> int:
        """Ordinal of the local day of a moment."""
        return ordinal_of(millis, self.zone)

    def age_months(self, birth: int) -> int:
        """Whole months of age at the attendance (negative when born after it)."""
        assert self.attendance is not None
        return age_in_months(day_of(birth, self.zone), day_of(self.attendance, self.zone))

    @property
    def competencia(self) -> str | None:
        """Month of the attendance, "AAAAMM"; None without its date."""
        return None if self.attendance is None else competencia_of(self.attendance, self.zone)

    def years_between(self, birth: int, other: int) -> int:
        """Whole years from one moment to another."""
        return age_in_years(day_of(birth, self.zone), day_of(other, self.zone))

    def skip(self) -> None:
        """The rule being run cannot be verified here (no table, no date of today)."""
        self.skipped.add(self.current)

    def is_broken(self, node: dict[str, Any], refs: tuple[tuple[int, tuple[str, ...]], ...]) -> bool:
        """True when a field that a rule reads was already found broken."""
        for up, names in refs:
            target: Any = self.root if up < 0 else node if up == 0 else self.up[-up]
            for name in names:
                if (id(target), name) in self.broken:
                    return True
                target = target.get(name) if target.__class__ is dict else None
                if target is None:
                    break
        return False
