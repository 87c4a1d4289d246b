"""Compiles the layout and the rules of one ficha into a plan: one pass makes the wire value, one runs the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ledi.errors import LayoutError
from ledi.findings import AVISO, Finding
from ledi.layouts.loader import CURRENT, layout
from ledi.layouts.model import Ficha, Layout, Struct
from ledi.rules.checks import Domain, Forbidden
from ledi.rules.env import Env, Path, write_path
from ledi.rules.facets import BAD, FacetMaker, Normaliser, report_unknown
from ledi.rules.model import ABSENT, PRESENT, SEVERITY, CheckFn, Rule
from ledi.rules.paths import Scope

Step = tuple[str, CheckFn, Callable[[Env, dict[str, Any], Path, Any], None]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule compiled for its place."""

    rule: Rule
    fn: CheckFn
    scope: Scope
    refs: tuple[tuple[int, tuple[str, ...]], ...]
    unsent: bool = False  # the field has no place on the wire in this version: it cannot be refused

    @property
    def step(self) -> Step:
        """What the hot loops need."""
        return self.rule.code, self.fn, self.fail

    def fail(self, env: Env, node: dict[str, Any], path: Path, result: Any) -> None:
        """Turns the facts of a failed check into findings, unless another finding already explains it."""
        rule = self.rule
        if env.broken and env.is_broken(node, self.refs):
            return
        if (rule.check.facet or rule.early) and rule.name is not None:
            env.broken.add((id(node), rule.name))
        items = result if result.__class__ is list else [(None, result)]
        for index, facts in items:
            text = (
                rule.text.format_map(_Facts(facts))
                if rule.text
                else rule.check.message(self.scope, rule.name, facts)
            )
            mend = rule.fix or ("" if rule.text else rule.check.mend)
            if mend:
                text = f"{text} {mend}"
            where = write_path(path, rule.name, index) if rule.name else write_path(path, None, index)
            severity = AVISO if self.unsent else facts.get(SEVERITY, rule.severity)
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
    code_prefix: str
    fields: dict[str, Normaliser] = field(default_factory=dict)
    simple: dict[str, tuple[type, frozenset[Any]]] = field(default_factory=dict)
    required: tuple[tuple[str, str, str], ...] = ()
    early: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    present: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    absent: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    always: tuple[tuple[str | None, tuple[Step, ...]], ...] = ()
    children: tuple[tuple[str, bool, StructPlan], ...] = ()
    ahead: tuple[tuple[str, StructPlan], ...] = ()
    has_rules: bool = False

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
                early = bool(plan.early)
                for index, item in env.positions(value):
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


class Compiler:
    """Builds the plan of one ficha: `rules` are those in force in the layout's version."""

    def __init__(self, made: Layout, ficha: Ficha | None, code: str, rules: Iterable[Rule]) -> None:
        self.layout = made
        self.ficha = ficha
        self.code = code
        self.by_place: dict[str, list[Rule]] = {}
        for rule in rules:
            self.by_place.setdefault(rule.at, []).append(rule)
        self.used: set[str] = set()

    def compile(self, root: Struct) -> StructPlan:
        newest = layout(CURRENT)
        newest_root = newest.fichas[self.ficha.tipo].root if self.ficha else root
        plan = self._struct(root, "", (), newest_root, ())
        missing = set(self.by_place) - self.used - self._newest_places(newest_root, "")
        if missing:
            raise LayoutError(
                f"regras de {self.code} em caminhos que não existem: {', '.join(sorted(missing))}"
            )
        return plan

    def _newest_places(self, struct: Struct, place: str) -> set[str]:
        found = {place}
        for item in struct.fields:
            inner = (item.type.item or item.type).struct
            if inner is not None:
                found |= self._newest_places(inner, _join(place, item.name, item.type.kind == "list"))
        return found

    def _struct(
        self,
        struct: Struct,
        place: str,
        parents: tuple[Struct, ...],
        newest: Struct,
        newest_parents: tuple[Struct, ...],
        unsent: bool = False,
    ) -> StructPlan:
        self.used.add(place)
        newest_scope = Scope(layout(CURRENT), self.ficha, newest, newest_parents)
        scope = Scope(self.layout, self.ficha, struct, parents, newest_scope)
        plan = StructPlan(struct, f"{self.code}-{struct.name}")
        bounds = [
            b for rule in self.by_place.get(place, ()) if (b := self._bind(rule, scope, unsent)) is not None
        ]
        facets = [b for b in bounds if b.rule.check.facet and b.rule.check.gate == PRESENT]
        covered: dict[str, set[str]] = {}
        for bound in bounds:
            if bound.rule.name:
                covered.setdefault(bound.rule.name, set()).update(_superseded(bound, scope))
        self._fields(plan, scope, facets, covered, place, newest_parents, newest, unsent)
        self._rules(plan, [b for b in bounds if b not in facets])
        return plan

    def _bind(self, rule: Rule, scope: Scope, unsent: bool) -> Bound | None:
        if rule.name is not None and rule.name != "*" and not scope.has(rule.name):
            scope.field(rule.name)  # raises for a name that no version has
            return None
        name = None if rule.name == "*" else rule.name
        fn = rule.check.compile(scope, name)
        if fn is None:
            return None
        # A forbidden field is a mistake of its own, whatever else is wrong with its value.
        own = (name,) if name and not isinstance(rule.check, Forbidden) else ()
        paths = rule.check.refs() + own
        unsent = unsent or (name is not None and scope.own_field(name).id is None)
        return Bound(rule, fn, scope, tuple(scope.ref(path) for path in paths), unsent)

    def _fields(
        self, plan: StructPlan, scope: Scope, facets: list[Bound], covered: dict[str, set[str]], place: str,
        newest_parents: tuple[Struct, ...], newest: Struct, unsent: bool,
    ) -> None:  # fmt: skip
        children, required = [], []
        for item in scope.struct.fields:
            own = [bound for bound in facets if bound.rule.name == item.name]
            inner = (item.type.item or item.type).struct
            sub: StructPlan | None = None
            if inner is not None:
                is_list = item.type.kind == "list"
                newer = newest.by_name.get(item.name)
                newer_struct = ((newer.type.item or newer.type).struct if newer else None) or inner
                sub = self._struct(
                    inner, _join(place, item.name, is_list), (*scope.parents, scope.struct),
                    newer_struct, (*newest_parents, newest), unsent or item.id is None,
                )  # fmt: skip
                if sub.has_rules:
                    children.append((item.name, is_list, sub))
            maker = FacetMaker(
                plan.code_prefix, item, own, sub, frozenset(covered.get(item.name, ())), scope.version
            )
            plan.fields[item.name] = maker.build()
            simple = maker.simple()
            if simple is not None:
                plan.simple[item.name] = simple
            if item.required == "sim":
                text = f"O campo {item.label} é obrigatório. Preencha {item.label}."
                required.append((item.name, maker.code("obrigatorio"), text))
        plan.children, plan.required = tuple(children), tuple(required)
        plan.ahead = tuple((name, sub) for name, is_list, sub in children if sub.early and not is_list)

    def _rules(self, plan: StructPlan, bounds: list[Bound]) -> None:
        early: dict[str, list[Step]] = {}
        present: dict[str, list[Step]] = {}
        absent: dict[str, list[Step]] = {}
        always: dict[str | None, list[Step]] = {}
        for bound in bounds:
            name, gate = bound.rule.name, bound.rule.check.gate
            if gate == PRESENT and name and name != "*":
                (early if bound.rule.early else present).setdefault(name, []).append(bound.step)
            elif gate == ABSENT and name:
                absent.setdefault(name, []).append(bound.step)
            else:
                always.setdefault(None if name == "*" else name, []).append(bound.step)
        plan.early = tuple((name, tuple(rules)) for name, rules in early.items())
        plan.present = {name: tuple(rules) for name, rules in present.items()}
        plan.absent = tuple((name, tuple(rules)) for name, rules in absent.items())
        plan.always = tuple((name, tuple(rules)) for name, rules in always.items())
        plan.has_rules = bool(bounds or plan.children)


def _superseded(bound: Bound, scope: Scope) -> frozenset[str]:
    """The automatic facets a rule makes needless. The domain of a list's items says nothing of its size."""
    replaced = bound.rule.check.supersedes
    name = bound.rule.name
    if (
        name
        and isinstance(bound.rule.check, Domain)
        and scope.has(name)
        and scope.field(name).type.kind == "list"
    ):
        return replaced - {"minimo", "maximo"}
    return replaced


def _join(place: str, name: str, is_list: bool) -> str:
    part = f"{name}[]" if is_list else name
    return f"{place}.{part}" if place else part
