"""Checks on dates. Days are compared in the município's time zone unless `moment` asks for the instant."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledi.rules.checks.base import NOTHING, Base, label
from ledi.rules.conditions import Cond
from ledi.rules.model import CheckFn
from ledi.rules.scope import Scope

NOW = "@agora"
ATTENDANCE = "@atendimento"
_DAY = 86_400_000
_WORDS = {NOW: "da data de hoje", ATTENDANCE: "da data do atendimento"}


@dataclass(frozen=True)
class NotAfter(Base):
    """The date is not after another field, the attendance (ATTENDANCE) or today (NOW); `strict`: nor the same."""

    other: str
    moment: bool = False
    when: Cond | None = None
    strict: bool = False

    @property
    def facet(self) -> bool:  # type: ignore[override]
        """A date after today is wrong by itself: what else is compared with it is not told."""
        return self.other == NOW and self.when is None

    def refs(self) -> tuple[str, ...]:
        return _refs(self.other, self.when)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return _compare(self, scope, operator.lt if self.strict else operator.le)

    def describe(self, scope: Scope, name: str | None) -> str:
        if self.strict:
            return f"{label(scope, name)} deve ser antes {_word(scope, self.other)}."
        return f"{label(scope, name)} não pode ser depois {_word(scope, self.other)}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} {_mend(self.other)}"


@dataclass(frozen=True)
class NotBefore(Base):
    """The date is not before another field or the attendance (ATTENDANCE); `strict`: nor the same moment."""

    other: str
    moment: bool = False
    when: Cond | None = None
    strict: bool = False

    def refs(self) -> tuple[str, ...]:
        return _refs(self.other, self.when)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return _compare(self, scope, operator.gt if self.strict else operator.ge)

    def describe(self, scope: Scope, name: str | None) -> str:
        if self.strict:
            return f"{label(scope, name)} deve ser depois {_word(scope, self.other)}."
        return f"{label(scope, name)} não pode ser antes {_word(scope, self.other)}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} {_mend(self.other)}"


@dataclass(frozen=True)
class BirthDate(Base):
    """Not after the reference date and not more than `years` years before it (130 in LEDI)."""

    other: str = ATTENDANCE
    years: int = 130

    def refs(self) -> tuple[str, ...]:
        return _refs(self.other, None)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        reference, years = _reference(scope, self.other), self.years

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            other = reference(node, env)
            if other is None:
                return None
            day = env.day(value)
            if day > env.day(other):
                return {"erro": "depois"}
            # A quick bound first; exactly `years` before is still fine, one day more is not.
            if env.day(other) - day > 365 * years and env.years_between(value + _DAY, other) >= years:
                return {"erro": "antes"}
            return None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        other = _word(scope, self.other)
        return f"{label(scope, name)} não pode ser depois {other} nem mais de {self.years} anos antes."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        other, text = _word(scope, self.other), label(scope, name)
        if facts.get("erro") == "depois":
            return f"{text} não pode ser depois {other}. Corrija uma das duas datas."
        return f"{text} não pode ser mais de {self.years} anos antes {other}. Confira o ano."


@dataclass(frozen=True)
class AgeAtLeast(Base):
    """The citizen is at least (or, `below`, younger than) `value` `unit` old at the attendance."""

    birth: str
    value: int
    unit: str = "anos"
    below: bool = False

    def refs(self) -> tuple[str, ...]:
        return (self.birth,)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        get = scope.getter(self.birth)
        limit = self.value * (12 if self.unit == "anos" else 1)
        below = self.below

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            birth = get(node, env)
            if birth is None or env.attendance is None:
                return None
            return None if (env.age_months(birth) < limit) is below else NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        words = "com menos de" if self.below else "a partir de"
        return f"{label(scope, name)} só pode ser informado para pessoas {words} {self.value} {self.unit}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} Apague-o ou corrija a data de nascimento."


def _refs(other: str, when: Cond | None) -> tuple[str, ...]:
    own = () if other.startswith("@") else (other,)
    return own + (when.refs() if when else ())


def _reference(scope: Scope, other: str) -> Callable[[dict[str, Any], Any], Any]:
    if other == ATTENDANCE:
        return lambda node, env: env.attendance
    if other == NOW:
        return lambda node, env: env.now
    return scope.getter(other)


def _word(scope: Scope, other: str) -> str:
    if other in _WORDS:
        return _WORDS[other]
    text = scope.label(other)
    return f"da d{text[1:]}" if text.startswith("Data") else f"do campo {text}"


def _mend(other: str) -> str:
    return "Corrija a data." if other == NOW else "Corrija uma das duas datas."


def _compare(check: Any, scope: Scope, good: Callable[[Any, Any], bool]) -> CheckFn:
    reference = _reference(scope, check.other)
    moment, needs_now = check.moment or check.strict, check.other == NOW
    test = check.when.compile(scope) if check.when else None

    def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
        if test is not None and not test(node, env):
            return None
        other = reference(node, env)
        if other is None:
            if needs_now:
                env.skip()
            return None
        if good(value, other):  # the instant is in order: so is the day
            return None
        if not moment and env.day(value) == env.day(other):
            return None
        return NOTHING

    return run
