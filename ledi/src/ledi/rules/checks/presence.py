"""Checks on whether a field may, must or must not be filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ledi.findings import AVISO
from ledi.rules.checks.base import NOTHING, Base, field_of, label
from ledi.rules.conditions import Cond, Filled
from ledi.rules.model import ABSENT, ALWAYS, SEVERITY, CheckFn, Narrow
from ledi.rules.scope import Scope, is_filled
from ledi.rules.wording import code_text, codes_text, join, wish


@dataclass(frozen=True)
class Required(Base):
    """The field must be filled (when the condition holds)."""

    when: Cond | None = None
    gate: ClassVar[str] = ABSENT

    def refs(self) -> tuple[str, ...]:
        return self.when.refs() if self.when else ()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        if self.when is None:
            return lambda value, node, env: NOTHING
        when, test = self.when, self.when.compile(scope)
        return lambda value, node, env: {"quando": when.actual(scope, node, env)} if test(node, env) else None

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f" quando {self.when.text(scope)}" if self.when else ""
        return f"O campo {label(scope, name)} é obrigatório{when}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        why = f": é preciso quando {facts['quando']}" if "quando" in facts else ""
        return f"Falta {label(scope, name)}{why}."


@dataclass(frozen=True)
class Forbidden(Base):
    """The field must not be filled (when the condition holds). For booleans `only_true` tolerates false."""

    when: Cond | None = None
    only_true: bool = False
    though_wrong: ClassVar[bool] = True

    def refs(self) -> tuple[str, ...]:
        return self.when.refs() if self.when else ()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        only_true = self.only_true
        if self.when is None:
            return lambda value, node, env: None if only_true and value is not True else NOTHING
        when, test = self.when, self.when.compile(scope)

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if (only_true and value is not True) or not test(node, env):
                return None
            return {"quando": when.actual(scope, node, env)}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f" quando {self.when.text(scope)}" if self.when else ""
        verb = "marcado" if self.only_true else "informado"
        return f"O campo {label(scope, name)} não pode ser {verb}{when}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        when = f" quando {facts['quando']}" if "quando" in facts else ""
        verb = "marcado" if self.only_true else "informado"
        causes = [ref for ref in self.refs() if scope.has(ref)]
        other = f" ou corrija {scope.label(causes[0])}" if causes else ""
        act = "Desmarque" if self.only_true else "Apague"
        return f"O campo {label(scope, name)} não pode ser {verb}{when}. {act} esse campo{other}."


@dataclass(frozen=True)
class RequiredOrForbidden(Base):
    """Must be filled when the condition holds, must not be otherwise; `mild_false`: a false is then an aviso."""

    when: Cond
    mild_false: bool = False
    gate: ClassVar[str] = ALWAYS

    def refs(self) -> tuple[str, ...]:
        return self.when.refs()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        test, mild = self.when.compile(scope), self.mild_false

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            present = is_filled(value)
            if test(node, env):
                if present and value.__class__ is str and value.isspace():
                    return {
                        "falta": True,
                        "espacos": True,
                        SEVERITY: AVISO,
                    }  # nobody says whether the PEC takes it
                return None if present else {"falta": True}
            if not present:
                return None
            return {"falta": False, SEVERITY: AVISO} if mild and value is False else {"falta": False}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return (
            f"O campo {label(scope, name)} é obrigatório quando {self.when.text(scope)} "
            "e não pode ser informado nos demais casos."
        )

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        if facts["falta"]:
            blank = " Só tem espaços." if facts.get("espacos") else ""
            return Required(self.when).message(scope, name, {"quando": self.when.text(scope)}) + blank
        text = label(scope, name)
        causes = [scope.label(ref) for ref in self.refs() if scope.has(ref)][:1]
        act = " ou corrija ".join(("Apague esse campo", *causes))
        return f"O campo {text} só pode ser informado quando {self.when.text(scope)}. {act}."


@dataclass(frozen=True)
class CountFilled(Base):
    """Between `least` and `most` of the fields must be filled, when the condition holds.

    Attach it with name=None, or with the field that the finding should point at.
    """

    fields: tuple[str, ...]
    least: int = 0
    most: int | None = None
    when: Cond | None = None
    gate: ClassVar[str] = ALWAYS

    def refs(self) -> tuple[str, ...]:
        return self.fields + (self.when.refs() if self.when else ())

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        getters = [scope.getter(path) for path in self.fields]
        test = self.when.compile(scope) if self.when else None
        least, most = self.least, len(getters) if self.most is None else self.most

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            count = sum(is_filled(get(node, env)) for get in getters)
            if least <= count <= most or (test is not None and not test(node, env)):
                return None
            return {"preenchidos": count}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        names = join((scope.label(path) for path in self.fields), "e")
        if self.most is None:
            amount = f"Preencha ao menos {self.least} destes campos"
        elif self.least == self.most:
            amount = f"Preencha exatamente {self.least} destes campos"
        else:
            amount = f"Preencha no máximo {self.most} destes campos"
        when = f", quando {self.when.text(scope)}" if self.when else ""
        return f"{amount}: {names}{when}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} Preenchidos: {facts['preenchidos']}."


@dataclass(frozen=True)
class Expect(Base):
    """When the field is filled (and `when` holds), `then` must hold too."""

    then: Cond
    when: Cond | None = None

    def refs(self) -> tuple[str, ...]:
        return self.then.refs() + (self.when.refs() if self.when else ())

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        then = self.then.compile(scope)
        when = self.when.compile(scope) if self.when else None

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if then(node, env) or (when is not None and not when(node, env)):
                return None
            return NOTHING

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f" e {self.when.text(scope)}" if self.when else ""
        return f"Quando o campo {label(scope, name)} está preenchido{when}, é preciso que {wish(self.then.text(scope))}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        if not isinstance(self.then, Filled):
            return self.describe(scope, name)
        other, when = scope.label(self.then.path), f" e {self.when.text(scope)}" if self.when else ""
        return (
            f"Falta {other}: é preciso quando {label(scope, name)} está preenchido{when}. "
            f"Preencha {other} ou apague {label(scope, name)}."
        )


@dataclass(frozen=True)
class Implies(Base):
    """When `when` holds in the struct (whatever the field has), `then` must hold."""

    when: Cond
    then: Cond
    gate: ClassVar[str] = ALWAYS

    def refs(self) -> tuple[str, ...]:
        return self.when.refs() + self.then.refs()

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        when, then, cond = self.when.compile(scope), self.then.compile(scope), self.when

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if not when(node, env) or then(node, env):
                return None
            return {"quando": cond.actual(scope, node, env)}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return f"Quando {self.when.text(scope)}, é preciso que {wish(self.then.text(scope))}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"Quando {facts['quando']}, é preciso que {wish(self.then.text(scope))}."


@dataclass(frozen=True)
class OnlyCodes(Base):
    """When the condition holds, the field (each item of it) may only have these codes."""

    codes: tuple[Any, ...]
    when: Cond | None = None

    def refs(self) -> tuple[str, ...]:
        return self.when.refs() if self.when else ()

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        return (Narrow(frozenset(self.codes), self.when),)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return _code_check(self, scope, name, frozenset(self.codes), allowed=True)

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f"Quando {self.when.text(scope)}, o" if self.when else "O"
        codes = codes_text(field_of(scope, name).domain, self.codes)
        return f"{when} campo {label(scope, name)} só aceita {codes}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        when = f"Quando {facts['quando']}, o" if "quando" in facts else "O"
        codes = codes_text(field_of(scope, name).domain, self.codes)
        causes = [scope.label(ref) for ref in self.refs() if scope.has(ref)][:1]
        is_list = field_of(scope, name).type.kind == "list"
        act = ", ou corrija ".join(
            ("Troque ou apague esse valor" if is_list else "Troque esse valor", *causes)
        )
        return (
            f"{when} campo {label(scope, name)} só aceita {codes}. Valor informado: {facts['valor']}. {act}."
        )


@dataclass(frozen=True)
class NotCodes(Base):
    """When the condition holds, the field (each item of it) may not have these codes."""

    codes: tuple[Any, ...]
    when: Cond | None = None

    def refs(self) -> tuple[str, ...]:
        return self.when.refs() if self.when else ()

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        return (Narrow(frozenset(self.codes), self.when, allowed=False),)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        return _code_check(self, scope, name, frozenset(self.codes), allowed=False)

    def describe(self, scope: Scope, name: str | None) -> str:
        when = f"Quando {self.when.text(scope)}, o" if self.when else "O"
        codes = codes_text(field_of(scope, name).domain, self.codes)
        return f"{when} campo {label(scope, name)} não aceita {codes}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        when = f"Quando {facts['quando']}, o" if "quando" in facts else "O"
        return f"{when} campo {label(scope, name)} não aceita {facts['valor']}. Troque ou apague esse valor."


def _code_check(
    check: OnlyCodes | NotCodes, scope: Scope, name: str | None, codes: frozenset[Any], *, allowed: bool
) -> CheckFn:
    field = field_of(scope, name)
    when = check.when
    test = when.compile(scope) if when else None

    def facts(value: Any, node: dict[str, Any], env: Any) -> dict[str, Any]:
        found = {"valor": code_text(field.domain, value)}
        if when is not None:
            found["quando"] = when.actual(scope, node, env)
        return found

    def run_list(value: Any, node: dict[str, Any], env: Any) -> Any:
        bad = [(i, item) for i, item in enumerate(value) if (item in codes) is not allowed]
        if not bad or (test is not None and not test(node, env)):
            return None
        return [(i, facts(item, node, env)) for i, item in bad]

    def run(value: Any, node: dict[str, Any], env: Any) -> Any:
        if (value in codes) is allowed or (test is not None and not test(node, env)):
            return None
        return facts(value, node, env)

    return run_list if field.type.kind == "list" else run
