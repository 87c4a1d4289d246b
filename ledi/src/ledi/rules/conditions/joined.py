"""Conditions made of others, and the odd ones as a small named function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledi.rules.conditions.base import Cond, Test
from ledi.rules.conditions.fields import Empty, Filled, IsFalse, IsTrue, OneOf
from ledi.rules.scope import Scope
from ledi.rules.wording import codes_text, join


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
