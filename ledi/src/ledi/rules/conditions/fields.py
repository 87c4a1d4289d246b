"""Conditions on one field: filled, one of some codes, true, compared, of an age."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledi.rules.conditions.base import Cond, Test
from ledi.rules.scope import Scope, is_filled
from ledi.rules.wording import codes_text, safe_value
from ledi.tables import closed

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}
_OPERATOR_WORDS = {"<": "menor que", "<=": "até", ">": "maior que", ">=": "a partir de", "=": "igual a"}


@dataclass(frozen=True)
class Filled(Cond):
    """The field is filled."""

    path: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get = scope.getter(self.path)
        return lambda node, env: is_filled(get(node, env))

    def text(self, scope: Scope) -> str:
        return f"o campo {scope.label(self.path)} está preenchido"

    def as_json(self) -> list[Any]:
        return ["filled", self.path]


@dataclass(frozen=True)
class Empty(Cond):
    """The field is not filled."""

    path: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get = scope.getter(self.path)
        return lambda node, env: not is_filled(get(node, env))

    def text(self, scope: Scope) -> str:
        return f"o campo {scope.label(self.path)} não está preenchido"

    def as_json(self) -> list[Any]:
        return ["empty", self.path]


@dataclass(frozen=True)
class OneOf(Cond):
    """The field has one of the codes; for a list: at least one item has."""

    path: str
    codes: tuple[Any, ...]

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get, codes = scope.getter(self.path), frozenset(self.codes)
        if scope.field(self.path).type.kind == "list":
            return lambda node, env: not codes.isdisjoint(get(node, env) or ())
        return lambda node, env: get(node, env) in codes

    def text(self, scope: Scope) -> str:
        field = scope.field(self.path)
        verb = "contém" if field.type.kind == "list" else "é"
        return f"{field.label} {verb} {codes_text(field.domain, self.codes)}"

    def actual(self, scope: Scope, node: dict[str, Any], env: Any) -> str:
        field, value = scope.field(self.path), scope.getter(self.path)(node, env)
        if field.type.kind == "list":
            hits = [code for code in value or () if code in self.codes]
            return f"{field.label} contém {codes_text(field.domain, hits, 3)}" if hits else self.text(scope)
        shown = safe_value(field, value)
        return f"{field.label} é {shown}" if shown else self.text(scope)

    def as_json(self) -> list[Any]:
        return ["in", self.path, list(self.codes)]


@dataclass(frozen=True)
class IsTrue(Cond):
    """The boolean is true (absent counts as not true)."""

    path: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get = scope.getter(self.path)
        return lambda node, env: get(node, env) is True

    def text(self, scope: Scope) -> str:
        return f'"{scope.label(self.path)}" está marcado'

    def as_json(self) -> list[Any]:
        return ["true", self.path]


@dataclass(frozen=True)
class IsFalse(Cond):
    """The boolean is present and false."""

    path: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get = scope.getter(self.path)
        return lambda node, env: get(node, env) is False

    def text(self, scope: Scope) -> str:
        return f'"{scope.label(self.path)}" está marcado como não'

    def as_json(self) -> list[Any]:
        return ["false", self.path]


@dataclass(frozen=True)
class InList(Cond):
    """The text (or an item of the list) is a code of a closed list of the library."""

    path: str
    table: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get, codes = scope.getter(self.path), closed.codes(self.table, scope.version)
        if scope.field(self.path).type.kind == "list":
            return lambda node, env: not codes.isdisjoint(get(node, env) or ())
        return lambda node, env: get(node, env) in codes

    def text(self, scope: Scope) -> str:
        return f"{scope.label(self.path)} está na lista {self.table}"

    def as_json(self) -> list[Any]:
        return ["table", self.path, self.table]


@dataclass(frozen=True)
class Matches(Cond):
    """The text matches the whole pattern. `words` says it in Portuguese ("é um código AB")."""

    path: str
    pattern: str
    words: str

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get, match = scope.getter(self.path), re.compile(self.pattern).fullmatch

        def test(node: dict[str, Any], env: Any) -> bool:
            value = get(node, env)
            if value.__class__ is list:
                return any(item.__class__ is str and match(item) for item in value)
            return value.__class__ is str and match(value) is not None

        return test

    def text(self, scope: Scope) -> str:
        return f"{scope.label(self.path)} {self.words}"

    def as_json(self) -> list[Any]:
        return ["matches", self.path, self.pattern]


@dataclass(frozen=True)
class Compare(Cond):
    """The number compares with a constant. `op`: < <= > >= =. False when the field is absent."""

    path: str
    op: str
    value: int

    def refs(self) -> tuple[str, ...]:
        return (self.path,)

    def compile(self, scope: Scope) -> Test:
        get, test = scope.getter(self.path), _OPERATORS[self.op]
        limit = self.value

        def run(node: dict[str, Any], env: Any) -> bool:
            value = get(node, env)
            return value is not None and test(value, limit)

        return run

    def text(self, scope: Scope) -> str:
        return f"{scope.label(self.path)} é {_OPERATOR_WORDS[self.op]} {self.value}"

    def as_json(self) -> list[Any]:
        return ["compare", self.path, self.op, self.value]


@dataclass(frozen=True)
class Age(Cond):
    """Age at the attendance compares with a number of `unit` ("anos" or "meses"). False without a birth date."""

    birth: str
    op: str
    value: int
    unit: str = "anos"

    def refs(self) -> tuple[str, ...]:
        return (self.birth,)

    def compile(self, scope: Scope) -> Test:
        get, test, limit, months = (
            scope.getter(self.birth),
            _OPERATORS[self.op],
            self.value,
            self.unit == "meses",
        )

        def run(node: dict[str, Any], env: Any) -> bool:
            birth = get(node, env)
            if birth is None or env.attendance is None:
                return False
            age = env.age_months(birth)
            return test(age if months else age // 12, limit)

        return run

    def text(self, scope: Scope) -> str:
        return f"a idade na data do atendimento é {_OPERATOR_WORDS[self.op]} {self.value} {self.unit}"

    def as_json(self) -> list[Any]:
        return ["age", self.birth, self.op, self.value, self.unit]
