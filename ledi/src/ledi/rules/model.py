"""What a rule is: a declaration with a stable code, never code of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ledi.findings import ERRO, Severidade
from ledi.rules.scope import Scope

# Closure made from a check: (value, node, env) -> None when fine, else the facts of the finding (a dict),
# or a list of (index, facts) when items of a list are at fault.
Outcome = Mapping[str, Any] | list[tuple[int | str, Mapping[str, Any]]] | None
CheckFn = Callable[[Any, dict[str, Any], Any], Outcome]

PRESENT, ABSENT, ALWAYS = "present", "absent", "always"
# States of a rule: what it takes to verify it.
RECORD, TABLE, CONTEXT, HISTORY, BATCH = "record", "table", "context", "history", "batch"
# Fact by which a check decides the severity of one finding, instead of its rule's.
SEVERITY = "severidade"


@dataclass(frozen=True)
class Narrow:
    """When `when` holds (None: always), a field may only have `codes`, or (`allowed` False) none of them.

    `field`: the name of one inside the items of the rule's field; "" for the rule's field itself. `when` reads from
    the struct that the narrowed field stands in.
    """

    codes: frozenset[Any]
    when: Any = None  # a ledi.rules.conditions.Cond
    allowed: bool = True
    field: str = ""


class Check(Protocol):
    """One entry of the vocabulary (see ledi.rules.checks)."""

    @property
    def gate(self) -> str: ...  # PRESENT: field filled; ABSENT: field not filled; ALWAYS
    @property
    def facet(self) -> bool: ...  # looks at the value alone; a failure silences rules that read the field
    @property
    def though_wrong(self) -> bool: ...  # said even of a value that another finding refuses
    @property
    def mend(self) -> str: ...  # what to do, where neither the rule nor the message says it
    @property
    def supersedes(self) -> frozenset[str]: ...  # automatic facets this check makes needless

    def refs(self) -> tuple[str, ...]: ...
    def narrows(
        self, scope: Scope, name: str | None
    ) -> tuple[Narrow, ...]: ...  # lists that depend on others
    def compile(self, scope: Scope, name: str | None) -> CheckFn | None: ...
    def describe(self, scope: Scope, name: str | None) -> str: ...
    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str: ...


@dataclass(frozen=True)
class Rule:
    """`code` is the published rule id; `at` the wire path of the struct it looks at, with [] for lists
    ("" is the ficha's root); `name` the field that findings point at (None: the struct itself).

    `text`/`fix` override the sentence made by the check; `why` explains a rule that one record cannot settle.
    `maybe`: first version that may have the rule already, when nobody can tell: from it to `since`, an aviso.
    """

    code: str
    at: str
    name: str | None
    check: Check
    severity: Severidade = ERRO
    since: str | None = None
    until: str | None = None
    maybe: str | None = None
    state: str = RECORD
    text: str | None = None
    fix: str | None = None
    why: str | None = None
    early: bool = field(default=False)

    def moved(self, **changes: Any) -> Rule:
        """A copy with other attributes, for structs that several fichas share."""
        return replace(self, **changes)
