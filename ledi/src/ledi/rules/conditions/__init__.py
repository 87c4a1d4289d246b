"""What a rule depends on, as data: rule files write their conditions with these functions."""

from __future__ import annotations

from typing import Any

from ledi.rules.conditions.base import Cond, Test
from ledi.rules.conditions.fields import (
    Age,
    Compare,
    Empty,
    Filled,
    InList,
    IsFalse,
    IsTrue,
    Matches,
    OneOf,
)
from ledi.rules.conditions.joined import All, Any_, Not, Where

__all__ = [
    "Age", "All", "Any_", "Compare", "Cond", "Empty", "Filled", "InList", "IsFalse", "IsTrue", "Matches", "Not",
    "OneOf", "Test", "Where", "age", "all_of", "any_filled", "any_of", "compare", "empty", "filled", "in_group",
    "is_false", "is_true", "matches", "not_", "not_one_of", "not_true", "one_of", "where",
]  # fmt: skip


def filled(*paths: str) -> Cond:
    """All of the fields are filled."""
    return all_of(*[Filled(path) for path in paths])


def any_filled(*paths: str) -> Cond:
    """At least one of the fields is filled."""
    return any_of(*[Filled(path) for path in paths])


def empty(*paths: str) -> Cond:
    """None of the fields is filled."""
    return all_of(*[Empty(path) for path in paths])


def one_of(path: str, *codes: Any) -> Cond:
    """The field has one of the codes (a list: contains one of them)."""
    return OneOf(path, codes)


def not_one_of(path: str, *codes: Any) -> Cond:
    """The field has none of the codes; an absent field counts as none."""
    return Not(OneOf(path, codes))


def in_group(path: str, *tables: str) -> Cond:
    """The field (or one item of it) is in one of the closed lists, e.g. "MotivoVisita#BUSCA_ATIVA"."""
    return any_of(*[InList(path, table) for table in tables])


def all_of(*parts: Cond) -> Cond:
    return parts[0] if len(parts) == 1 else All(parts)


def any_of(*parts: Cond) -> Cond:
    return parts[0] if len(parts) == 1 else Any_(parts)


def not_(part: Cond) -> Cond:
    return Not(part)


def is_true(path: str) -> Cond:
    return IsTrue(path)


def is_false(path: str) -> Cond:
    return IsFalse(path)


def not_true(path: str) -> Cond:
    """False or absent."""
    return Not(IsTrue(path))


def age(birth: str, op: str, value: int, unit: str = "anos") -> Cond:
    return Age(birth, op, value, unit)


def compare(path: str, op: str, value: int) -> Cond:
    return Compare(path, op, value)


def matches(path: str, pattern: str, words: str) -> Cond:
    return Matches(path, pattern, words)


def where(fn: Test, reads: tuple[str, ...], words: str) -> Cond:
    return Where(fn, reads, words)
