"""Checks on lists: repetition, size under a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledi.rules.checks.base import NOTHING, Base, field_of, label
from ledi.rules.model import CheckFn
from ledi.rules.scope import Scope
from ledi.rules.wording import join, tidy


@dataclass(frozen=True)
class Unique(Base):
    """No two items are the same: by the value, by `keys` of structs (all equal), or by the `whole` struct.

    An item that lacks all of the keys is not compared; `all_keys` leaves out items that lack any of them. Texts
    are compared clean: "e11.9" repeats "E119".
    """

    keys: tuple[str, ...] = ()
    whole: bool = False
    all_keys: bool = True

    @property
    def though_wrong(self) -> bool:  # type: ignore[override]
        return not self.keys and not self.whole  # a code written in two ways is refused once for each reason

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        identity, most = self._identity(), field_of(scope, name).max
        point = self.keys[0] if len(self.keys) == 1 else None  # the finding then points at the field itself

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            if len(value) < 2 or (most is not None and len(value) > most):
                return None
            seen: set[Any] = set()
            repeated: list[tuple[int | str, Mapping[str, Any]]] = []
            for index, item in env.positions(value):
                key = identity(item)
                if key is None:
                    continue
                if key in seen:
                    repeated.append((f"[{index}].{point}" if point else index, NOTHING))
                seen.add(key)
            return repeated or None

        return run

    def _identity(self) -> Callable[[Any], Any]:
        keys, all_keys = self.keys, self.all_keys
        if self.whole:
            return _whole
        if not keys:
            return _clean
        if len(keys) == 1:
            only = keys[0]
            return lambda item: _clean(item.get(only))

        def identity(item: dict[str, Any]) -> Any:
            values = tuple(_clean(item.get(key)) for key in keys)
            missing = values.count(None)
            return None if missing == len(values) or (missing and all_keys) else values

        return identity

    def describe(self, scope: Scope, name: str | None) -> str:
        struct = (field_of(scope, name).type.item or field_of(scope, name).type).struct
        by = ""
        if self.keys and struct is not None:
            by = f" (mesmo valor em {join((struct.by_name[key].label for key in self.keys), 'e')})"
        return f"A lista {label(scope, name)} não pode ter itens repetidos{by}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} Apague o item repetido."


def _clean(value: Any) -> Any:
    """What is compared: a text without separators and case, None for one that says nothing."""
    return (tidy(value) or None) if value.__class__ is str else value


def _whole(item: Any) -> str:
    """All fields of a struct: texts without the spaces around them and without case."""
    pairs = (
        (key, value.strip().casefold() if value.__class__ is str else value) for key, value in item.items()
    )
    return repr(sorted(pairs, key=lambda pair: pair[0]))


@dataclass(frozen=True)
class AtMostMatching(Base):
    """At most `most` items satisfy `test(item)`; `words` names them."""

    test: Callable[[Any], bool]
    most: int
    words: str

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        test, most = self.test, self.most

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            hits = [index for index, item in enumerate(value) if test(item)]
            return [(index, NOTHING) for index in hits[most:]] or None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"A lista {label(scope, name)} aceita no máximo {self.most} {self.words}."
