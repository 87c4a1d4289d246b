"""Conditions: what a rule depends on, as data. Each compiles to a fast test and reads as Portuguese.

A condition answers for the present record: `compile(scope)` gives (node, env) -> bool; `text(scope)` the general
sentence ("Desfecho é 2 (Visita recusada) ou 3 (Ausente)"); `actual(scope, node, env)` the sentence with what this
record says ("Desfecho é 3 (Ausente)"); `as_json()` the same condition for forms in a browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledi.rules.paths import Scope, is_filled
from ledi.rules.wording import codes_text, join, safe_value
from ledi.tables import closed

Test = Callable[[dict[str, Any], Any], bool]


class Cond:
    """Base of the conditions."""

    def refs(self) -> tuple[str, ...]:
        raise NotImplementedError

    def compile(self, scope: Scope) -> Test:
        raise NotImplementedError

    def text(self, scope: Scope) -> str:
        raise NotImplementedError

    def actual(self, scope: Scope, node: dict[str, Any], env: Any) -> str:
        return self.text(scope)

    def as_json(self) -> list[Any]:
        raise NotImplementedError


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


@dataclass(frozen=True)
class All(Cond):
    """Every condition holds."""

    parts: tuple[Cond, ...]

    def refs(self) -> tuple[str, ...]:
        return tuple(ref for part in self.parts for ref in part.refs())

    def compile(self, scope: Scope) -> Test:
        tests = [part.compile(scope) for part in self.parts]
        if len(tests) == 2:
            first, second = tests
            return lambda node, env: first(node, env) and second(node, env)
        return lambda node, env: all(test(node, env) for test in tests)

    def text(self, scope: Scope) -> str:
        return join((part.text(scope) for part in self.parts), "e")

    def actual(self, scope: Scope, node: dict[str, Any], env: Any) -> str:
        return join((part.actual(scope, node, env) for part in self.parts), "e")

    def as_json(self) -> list[Any]:
        return ["all", *[part.as_json() for part in self.parts]]


@dataclass(frozen=True)
class Any_(Cond):
    """At least one condition holds."""

    parts: tuple[Cond, ...]

    def refs(self) -> tuple[str, ...]:
        return tuple(ref for part in self.parts for ref in part.refs())

    def compile(self, scope: Scope) -> Test:
        tests = [part.compile(scope) for part in self.parts]
        if len(tests) == 2:
            first, second = tests
            return lambda node, env: first(node, env) or second(node, env)
        return lambda node, env: any(test(node, env) for test in tests)

    def text(self, scope: Scope) -> str:
        return join((part.text(scope) for part in self.parts), "ou")

    def actual(self, scope: Scope, node: dict[str, Any], env: Any) -> str:
        true = [part for part in self.parts if part.compile(scope)(node, env)]
        return join((part.actual(scope, node, env) for part in true), "e") if true else self.text(scope)

    def as_json(self) -> list[Any]:
        return ["any", *[part.as_json() for part in self.parts]]


@dataclass(frozen=True)
class Not(Cond):
    """The condition does not hold."""

    part: Cond

    def refs(self) -> tuple[str, ...]:
        return self.part.refs()

    def compile(self, scope: Scope) -> Test:
        test = self.part.compile(scope)
        return lambda node, env: not test(node, env)

    def text(self, scope: Scope) -> str:
        part = self.part
        if isinstance(part, OneOf):
            field = scope.field(part.path)
            verb = "não contém" if field.type.kind == "list" else "não é"
            return f"{field.label} {verb} {codes_text(field.domain, part.codes)}"
        if isinstance(part, IsTrue):
            return f'"{scope.label(part.path)}" não está marcado'
        if isinstance(part, IsFalse):
            return f'"{scope.label(part.path)}" não está respondido como não'
        if isinstance(part, Filled):
            return Empty(part.path).text(scope)
        if isinstance(part, Empty):
            return Filled(part.path).text(scope)
        return f"não vale que {part.text(scope)}"

    def as_json(self) -> list[Any]:
        return ["not", self.part.as_json()]


@dataclass(frozen=True)
class Where(Cond):
    """A small named function for the odd ones: `fn(node, env) -> bool`, the fields it reads, its Portuguese."""

    fn: Test
    reads: tuple[str, ...]
    words: str

    def refs(self) -> tuple[str, ...]:
        return self.reads

    def compile(self, scope: Scope) -> Test:
        return self.fn

    def text(self, scope: Scope) -> str:
        return self.words

    def as_json(self) -> list[Any]:
        return ["server", self.words]


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}
_OPERATOR_WORDS = {"<": "menor que", "<=": "até", ">": "maior que", ">=": "a partir de", "=": "igual a"}


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
