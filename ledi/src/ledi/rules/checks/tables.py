"""Look-ups in the open monthly tables (SIGTAP, CID-10, CBO) through the tables port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks.base import SEXES, Base, each, label
from ledi.rules.conditions import Cond
from ledi.rules.model import SEVERITY, CheckFn
from ledi.rules.scope import Scope


@dataclass(frozen=True)
class Lookup(Base):
    """The code must be in an open monthly table; skipped (and told) when that table is not loaded.

    `kind`: "cid", "cbo", "procedimento", "ciap". `pick` narrows to codes the condition selects.
    `sex`: path of the citizen's sex field, to check compatibility instead of existence.
    """

    kind: str
    when: Cond | None = None
    sex: str | None = None

    def refs(self) -> tuple[str, ...]:
        return ((self.sex,) if self.sex else ()) + (self.when.refs() if self.when else ())

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return _lookup(self, scope)

    def describe(self, scope: Scope, name: str | None) -> str:
        table = {"cid": "CID10", "cbo": "CBO", "procedimento": "SIGTAP", "ciap": "CIAP2"}[self.kind]
        if self.sex:
            return f"{label(scope, name)} deve ser compatível com o sexo do cidadão na tabela {table}."
        return f"{label(scope, name)} deve existir na tabela {table}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        code = f" Código informado: {facts['valor']}." if facts.get("valor") else ""
        mend = "Confira o código e o sexo do cidadão." if self.sex else "Escolha outro código."
        return f"{self.describe(scope, name)}{code} {mend}"


def _lookup(check: Lookup, scope: Scope) -> CheckFn:
    """Existence (or compatibility with the citizen's sex) of a code in a table."""
    kind = check.kind
    when = check.when.compile(scope) if check.when else None
    sex = scope.getter(check.sex) if check.sex else None

    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        if when is not None and not when(node, env):
            return None
        tables = env.tables
        if tables is None or not tables.has(kind) or env.competencia is None:
            env.skip()
            return None
        mild = softened(env, kind) if sex is None else {}
        bad = [
            (index, {"valor": code, **mild})
            for index, code in each(value)
            if not _good(tables, kind, code, node, env, sex)
        ]
        if not bad:
            return None
        return bad if value.__class__ is list else bad[0][1]

    return run


def softened(env: Any, kind: Any) -> Mapping[str, Any]:
    """What is missing from a table older than the ficha is an aviso."""
    used = env.tables.competencia(kind, env.competencia)
    return {SEVERITY: AVISO} if used is not None and used < env.competencia else {}


def _good(tables: Any, kind: str, code: str, node: Mapping[str, Any], env: Any, sex: Any) -> bool:
    found = _find(tables, kind, code, env)
    if sex is None:
        return found is not None
    if found is None:
        return True  # another rule says that the code does not exist
    person = SEXES.get(sex(node, env))
    return person is None or found.sexo in (None, "I", "N", person)


def _find(tables: Any, kind: str, code: str, env: Any) -> Any:
    competencia = env.competencia
    if kind == "procedimento":
        return tables.procedimento(code, competencia)
    if kind == "ciap":
        return tables.ciap(code)
    return getattr(tables, kind)(code.replace(".", ""), competencia)  # a CID10 may come with its dot
