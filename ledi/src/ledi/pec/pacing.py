"""When to wait and when to stop trying, over a whole transmission. Pure: the clock is given."""

from __future__ import annotations

from dataclasses import dataclass

STRANGE_IN_A_ROW = 3


@dataclass(slots=True)
class Streak:
    """Strange answers one after another. Answers to requests that were out together count as one."""

    count: int = 0
    last: float = float("-inf")

    def strange(self, sent: float, now: float) -> bool:
        """True at the third in a row."""
        if sent >= self.last:
            self.count += 1
            self.last = now
        return self.count >= STRANGE_IN_A_ROW

    def known(self) -> None:
        """The API answered: what came before is forgotten."""
        self.count = 0
        self.last = float("-inf")


def backoff(attempt: int, *, first: float = 2.0, top: float = 900.0, asked: float | None = None) -> float:
    """Seconds before the next attempt, after the `attempt`-th (1…) failed: doubling; never less than was asked."""
    grown = min(top, first * 2.0 ** min(max(attempt, 1) - 1, 30))
    return max(grown, asked or 0.0)
