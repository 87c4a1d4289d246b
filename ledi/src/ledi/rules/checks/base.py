"""What the checks have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ledi.layouts.model import Field
from ledi.rules.model import PRESENT, CheckFn, Narrow
from ledi.rules.scope import Scope
from ledi.rules.wording import safe_value

NOTHING: Mapping[str, Any] = {}
SEXES = {0: "M", 1: "F"}  # dictionary Sexo: 0 masculino, 1 feminino


class Base:
    """Defaults: runs when the field is filled, reads only that field, replaces no automatic facet."""

    gate: ClassVar[str] = PRESENT
    mend: ClassVar[str] = ""  # what to do, where neither the rule nor the message says it
    facet: ClassVar[bool] = False
    though_wrong: ClassVar[bool] = False  # said even of a value that another finding refuses
    supersedes: ClassVar[frozenset[str]] = frozenset()

    def refs(self) -> tuple[str, ...]:
        return ()

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        """Which codes it leaves a list with, as data, where that depends on other fields."""
        return ()

    def compile(self, scope: Scope, name: str | None) -> CheckFn | None:
        raise NotImplementedError

    def describe(self, scope: Scope, name: str | None) -> str:
        """The rule as a general sentence, for the documentation."""
        raise NotImplementedError

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        """The sentence of one finding: what, and how to mend it."""
        return f"{self.describe(scope, name)}{shown(facts)}"


def shown(facts: Mapping[str, Any]) -> str:
    """ " Valor informado: 3 (Terreno baldio)." or nothing when the value may not be shown."""
    value = facts.get("valor")
    return f" Valor informado: {value}." if value else ""


def label(scope: Scope, name: str | None) -> str:
    return scope.struct.label if name is None else scope.label(name)


def field_of(scope: Scope, name: str | None) -> Field:
    assert name is not None, "this check needs a field"
    return scope.field(name)


def value_facts(field: Field, value: Any) -> dict[str, Any]:
    """{"valor": …} when the value may be shown, else {}."""
    text = safe_value(field, value)
    return {} if text is None else {"valor": text}


def each(value: Any) -> Any:
    """Items to look at: the items of a list, else the value alone, with their index (None when alone)."""
    return enumerate(value) if value.__class__ is list else ((None, value),)


def month(competencia: str) -> str:
    """ "09/2026" of "202609"."""
    return f"{competencia[4:6]}/{competencia[:4]}"
