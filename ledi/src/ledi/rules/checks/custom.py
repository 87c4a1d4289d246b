"""Odd rules as named functions, and rules that one record cannot settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ledi.rules.checks.base import Base
from ledi.rules.model import ALWAYS, PRESENT, CheckFn
from ledi.rules.scope import Scope


@dataclass(frozen=True)
class Custom(Base):
    """An odd rule as a small named function `fn(value, node, env)` -> None | facts | [(index, facts)].

    `words` is the whole Portuguese sentence; `reads` the fields it looks at besides its own. `by_version`: `fn` makes
    that function for a LEDI version, where it reads lists that change with it.
    """

    fn: CheckFn | Callable[[str], CheckFn]
    words: str
    reads: tuple[str, ...] = ()
    always: bool = False
    is_facet: bool = False
    by_version: bool = False

    @property
    def gate(self) -> str:  # type: ignore[override]
        return ALWAYS if self.always else PRESENT

    @property
    def facet(self) -> bool:  # type: ignore[override]
        return self.is_facet

    def refs(self) -> tuple[str, ...]:
        return self.reads

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return (
            cast("Callable[[str], CheckFn]", self.fn)(scope.version)
            if self.by_version
            else cast(CheckFn, self.fn)
        )

    def describe(self, scope: Scope, name: str | None) -> str:
        return self.words


@dataclass(frozen=True)
class Declared(Base):
    """A published rule that one record cannot settle (Rule.state and Rule.why say what it takes), that is
    checked under another code (`covered_by`), or that forbids nothing."""

    words: str
    covered_by: str | None = None

    def compile(self, scope: Scope, name: str | None) -> None:
        return None

    def describe(self, scope: Scope, name: str | None) -> str:
        return self.words
