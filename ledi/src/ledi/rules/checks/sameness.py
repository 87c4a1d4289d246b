"""Checks that compare: with another field of the ficha, or with the envelope that brought it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ledi.rules.checks.base import NOTHING, Base, label
from ledi.rules.conditions import Cond
from ledi.rules.model import ALWAYS, CheckFn
from ledi.rules.scope import Scope, is_filled
from ledi.rules.wording import join, same

_RECORD_WORDS = {"cnes": "ao CNES do registro", "ine": "ao INE do registro", "ibge": "ao código IBGE do registro",
                 "uuid": "ao UUID do registro"}  # fmt: skip


@dataclass(frozen=True)
class SameAs(Base):
    """The value equals another field of the ficha (when the condition holds); a uuid, whatever its case."""

    path: str
    when: Cond | None = None

    def refs(self) -> tuple[str, ...]:
        return (self.path,) + (self.when.refs() if self.when else ())

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        get = scope.getter(self.path)
        when = self.when.compile(scope) if self.when else None

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            other = get(node, env)
            if not is_filled(other) or same(other, value) or (when is not None and not when(node, env)):
                return None
            return NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f" quando {self.when.text(scope)}" if self.when else ""
        return f"{label(scope, name)} deve ser igual ao campo {scope.label(self.path)}{when}."


@dataclass(frozen=True)
class Differs(Base):
    """The value is not that of any of the other fields, however it is written."""

    paths: tuple[str, ...]
    though_wrong: ClassVar[bool] = True

    def refs(self) -> tuple[str, ...]:
        return self.paths

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        getters = [scope.getter(path) for path in self.paths]

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            return NOTHING if any(same(get(node, env), value) for get in getters) else None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"{label(scope, name)} deve ser diferente de {join((scope.label(path) for path in self.paths), 'e')}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} Troque ou apague o valor repetido."


def _showable(value: Any) -> bool:
    return value.__class__ is str and value[:10].isprintable()


@dataclass(frozen=True)
class SameAsRecord(Base):
    """The field equals the envelope's `key` (uuid, cnes, ine or ibge); both absent is fine."""

    key: str
    gate: ClassVar[str] = ALWAYS

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        key = self.key

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            other = env.record.get(key)
            if (value or None) == (other or None):
                return None
            facts = {"vazio": "ficha" if not value else "registro" if not other else ""}
            if key != "uuid" and _showable(value) and _showable(other):
                facts |= {"ficha": value[:10], "registro": other[:10]}
            return facts

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"{label(scope, name)} deve ser igual {_RECORD_WORDS[self.key]}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        what = label(scope, name)
        if facts["vazio"] == "registro":
            return (
                f"{self.describe(scope, name)} Não está preenchido no registro. Preencha lá o mesmo da ficha."
            )
        if facts["vazio"] == "ficha":
            return f"{self.describe(scope, name)} Não está preenchido na ficha. Preencha {what} com o do registro."
        told = (
            f" Na ficha está {facts['ficha']}, no registro {facts['registro']}." if facts.get("ficha") else ""
        )
        return f"{self.describe(scope, name)}{told} Confira na ficha de papel qual vale e corrija o outro."
