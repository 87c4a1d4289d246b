"""Conditions: what a rule depends on, as data. Each compiles to a fast test and reads as Portuguese.

A condition answers for the present record: `compile(scope)` gives (node, env) -> bool; `text(scope)` the general
sentence ("Desfecho é 2 (Visita recusada) ou 3 (Ausente)"); `actual(scope, node, env)` the sentence with what this
record says ("Desfecho é 3 (Ausente)"); `as_json()` the same condition for forms in a browser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledi.rules.scope import Scope

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
