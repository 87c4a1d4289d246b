"""What runs over a record: the plan of each struct, its rules bound to their places, the findings they make."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ledi.findings import AVISO, Finding, Severidade
from ledi.layouts.model import Struct
from ledi.layouts.spans import Span, elsewhere
from ledi.rules.env import Env, Path, write_path
from ledi.rules.model import SEVERITY, CheckFn, Rule
from ledi.rules.scope import Scope

Step = tuple[str, CheckFn, Callable[[Env, dict[str, Any], Path, Any], None]]
Normaliser = Callable[[Any, Env, dict[str, Any], Path], Any]
_SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


class _Bad:
    """No usable value."""


BAD = _Bad()


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule compiled for its place."""

    rule: Rule
    fn: CheckFn
    scope: Scope
    refs: tuple[tuple[int, tuple[str, ...]], ...]
    unsent: bool = False  # the field has no place on the wire in this version: it cannot be refused
    doubt: str = ""  # why nobody can tell whether this version has the rule: it cannot be refused either

    @property
    def step(self) -> Step:
        """What the hot loops need."""
        return self.rule.code, self.fn, self.fail

    def fail(self, env: Env, node: dict[str, Any], path: Path, result: Any) -> None:
        """Turns the facts of a failed check into findings, unless another finding already explains it."""
        rule = self.rule
        if env.broken and env.is_broken(node, self.refs):
            return
        if (rule.check.facet or rule.early) and rule.name is not None and not self.doubt:
            env.broken.add((id(node), rule.name))
        items = result if result.__class__ is list else [(None, result)]
        for index, facts in items:
            if env.found.errors and env.found.enough():
                return
            text = (
                rule.text.format_map(_Facts(facts))
                if rule.text
                else rule.check.message(self.scope, rule.name, facts)
            )
            mend = rule.fix or ("" if rule.text else rule.check.mend)
            if mend:
                text = f"{text} {mend}"
            if self.doubt:
                text = f"{text} {self.doubt}"
            where = write_path(path, rule.name, index) if rule.name else write_path(path, None, index)
            severity: Severidade = AVISO if self.unsent or self.doubt else facts.get(SEVERITY, rule.severity)
            env.found.append(Finding(rule.code, where, text, severity, facts))


class _Facts(dict):  # type: ignore[type-arg]
    def __init__(self, facts: Any) -> None:
        super().__init__(facts)

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(slots=True)
class StructPlan:
    """Everything to do with one struct in one place of a ficha."""

    struct: Struct
    tipo: str
    version: str
    fields: dict[str, Normaliser] = field(default_factory=dict)
    simple: dict[str, tuple[type, frozenset[Any]]] = field(default_factory=dict)
    required: tuple[tuple[str, str, str], ...] = ()
    wanted: tuple[tuple[str, str, str], ...] = ()  # required by a version that may be this one
    early: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    present: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    absent: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    always: tuple[tuple[str | None, tuple[Step, ...]], ...] = ()
    children: tuple[tuple[str, bool, StructPlan], ...] = ()
    ahead: tuple[tuple[str, StructPlan], ...] = ()
    has_rules: bool = False
    bounds: tuple[Bound, ...] = ()  # every rule of the struct, and
    inner: dict[str, StructPlan] = field(default_factory=dict)  # every struct in it: for ledi.options

    @property
    def code_prefix(self) -> str:
        return f"{self.tipo}-{self.struct.name}"

    def normalise(self, raw: dict[str, Any], env: Env, path: Path) -> dict[str, Any]:
        """The struct as it goes on the wire; facet findings go to `env`."""
        clean: dict[str, Any] = {}
        fields, simple = self.fields, self.simple
        for name, value in raw.items():
            known = simple.get(name)
            if known is not None and value.__class__ is known[0] and value in known[1]:
                clean[name] = value
                continue
            if value is None:
                continue
            normaliser = fields.get(name)
            if normaliser is None:
                report_unknown(self, name, env, path)
                continue
            result = normaliser(value, env, clean, path)
            if result is not BAD:
                clean[name] = result
        for name, code, message in self.required:
            value = clean.get(name)
            if (
                not value
                and (value is None or value == "" or value == [])
                and (id(clean), name) not in env.broken
            ):
                env.broken.add((id(clean), name))
                env.found.append(Finding(code, write_path(path, name), message))
            elif value.__class__ is str and value.isspace() and (id(clean), name) not in env.broken:
                blank = f"{message} Só tem espaços."  # nobody says whether the PEC takes it
                env.found.append(Finding(code, write_path(path, name), blank, AVISO))
        for name, code, message in self.wanted:
            if clean.get(name) in (None, "", []) and (id(clean), name) not in env.broken:
                env.found.append(Finding(code, write_path(path, name), message, AVISO))
        return clean

    def check_early(self, node: dict[str, Any], env: Env, path: Path) -> None:
        """Runs the rules of the struct that others wait for."""
        for name, rules in self.early:
            value = node.get(name)
            if value or (value is not None and value != "" and value != []):
                run_rules(rules, value, node, env, path)

    def check(self, node: dict[str, Any], env: Env, path: Path) -> None:
        """Runs the other rules of the struct, and all of those of what is inside it."""
        present = self.present
        if present:
            for name, value in node.items():
                if name in present and (value or (value != "" and value != [])):
                    run_rules(present[name], value, node, env, path)
        for name, rules in self.absent:
            value = node.get(name)
            if not value and (value is None or value == "" or value == []):
                run_rules(rules, None, node, env, path)
        for target, rules in self.always:
            run_rules(rules, node.get(target) if target else node, node, env, path)
        if self.children:
            self._check_children(node, env, path)

    def _check_children(self, node: dict[str, Any], env: Env, path: Path) -> None:
        env.up.append(node)
        for name, plan in self.ahead:  # a struct may read what a later one settles early
            if node.get(name) is not None:
                plan.check_early(node[name], env, (path, name, None))
        for name, is_list, plan in self.children:
            value = node.get(name)
            if value is None:
                continue
            if is_list:
                early, found = bool(plan.early), env.found
                for index, item in env.positions(value):
                    if found.errors and found.enough():
                        break
                    where = (path, name, index)
                    if early:
                        plan.check_early(item, env, where)
                    plan.check(item, env, where)
            else:
                plan.check(value, env, (path, name, None))
        env.up.pop()


def run_rules(rules: Iterable[Step], value: Any, node: dict[str, Any], env: Env, path: Path) -> bool:
    """Runs rules on one value; True when one failed."""
    failed = False
    for code, fn, fail in rules:
        env.current = code
        try:
            result = fn(value, node, env)
            if result is not None:
                fail(env, node, path, result)
                failed = True
        except Exception:  # a crashed rule is a defect of ours: the record stays pendente, the others go on
            env.crashed.append(code)
    return failed


def report_unknown(plan: StructPlan, name: Any, env: Env, path: Path) -> None:
    """Finding for a field that the layout does not have, with the nearest name it has."""
    env.lost = True
    if env.found.full:  # counted: to look for the name that was meant takes time
        env.found.pass_over(1)
        return
    text = str(name)
    safe = text if _SAFE_NAME.fullmatch(text) else "campo"
    code, where = f"{plan.code_prefix}-{safe}-desconhecido", write_path(path, safe)
    span = next((s for s in elsewhere(plan.tipo, plan.struct.name, plan.version) if s.name == text), None)
    if span is not None:
        env.found.append(Finding(code, where, other_version(span, plan.version)))
        return
    shown = text if _SAFE_NAME.fullmatch(text) else "(nome não reconhecível)"
    known = list(plan.fields)
    near = difflib.get_close_matches(text[:80], known, n=1, cutoff=0.6) if text == safe else []
    near = near or [name for name in known if len(text) > 3 and name.lower().startswith(text.lower())][:1]
    hint = f" Você quis dizer {near[0]}?" if near else " Apague-o ou confira o nome."
    message = f"O campo {shown} não existe em {plan.struct.label} nesta versão do LEDI.{hint}"
    env.found.append(Finding(code, where, message))


def other_version(span: Span, version: str) -> str:
    """The sentence about a field that the declared version does not have and another has."""
    return (
        f"O campo {span.name} ({span.label}) não existe na versão {version} do LEDI: existe {span.when}. O PEC o "
        "perderia sem avisar. Declare uma versão que o tenha e que o PEC leia, ou não envie o campo."
    )
