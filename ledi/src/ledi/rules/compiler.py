"""Compiles the layout and the rules of one ficha into a plan: one pass makes the wire value, one runs the rules."""

from __future__ import annotations

from collections.abc import Iterable

from ledi.errors import LayoutError
from ledi.layouts.loader import CURRENT, layout
from ledi.layouts.model import Ficha, Layout, Struct
from ledi.rules.checks import Domain
from ledi.rules.facets import FacetMaker
from ledi.rules.model import ABSENT, PRESENT, Rule
from ledi.rules.running import Bound, Step, StructPlan
from ledi.rules.scope import Scope
from ledi.rules.wording import doubt_text
from ledi.versions import in_force


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
        plan = StructPlan(struct, self.code, scope.version)
        bounds = [
            b for rule in self.by_place.get(place, ()) if (b := self._bind(rule, scope, unsent)) is not None
        ]
        plan.bounds = tuple(bounds)
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
        own = (name,) if name and not rule.check.though_wrong else ()
        paths = rule.check.refs() + own
        unsent = unsent or (name is not None and scope.own_field(name).id is None)
        doubt = _doubt(rule, scope.version)
        return Bound(rule, fn, scope, tuple(scope.ref(path) for path in paths), unsent, doubt)

    def _fields(
        self, plan: StructPlan, scope: Scope, facets: list[Bound], covered: dict[str, set[str]], place: str,
        newest_parents: tuple[Struct, ...], newest: Struct, unsent: bool,
    ) -> None:  # fmt: skip
        children, required, wanted = [], [], []
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
                plan.inner[item.name] = sub
                if sub.has_rules:
                    children.append((item.name, is_list, sub))
            maker = FacetMaker(
                plan.code_prefix, item, own, sub, frozenset(covered.get(item.name, ())), scope.version
            )
            plan.fields[item.name] = maker.build()
            simple = maker.simple()
            if simple is not None:
                plan.simple[item.name] = simple
            text = f"Falta {item.label}."
            if item.required == "sim":
                required.append((item.name, maker.code("obrigatorio"), text))
            elif item.doubt and item.doubt.required:
                text += " " + doubt_text("Passou a ser", item.doubt.since, item.doubt.until)
                wanted.append((item.name, maker.code("obrigatorio"), text))
        plan.children, plan.required, plan.wanted = tuple(children), tuple(required), tuple(wanted)
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


def _doubt(rule: Rule, version: str) -> str:
    """Why the rule may not be of this version yet, or nothing."""
    if rule.maybe is None or rule.since is None or in_force(version, rule.since, None):
        return ""
    return doubt_text("A regra entrou", rule.maybe, rule.since)


def _join(place: str, name: str, is_list: bool) -> str:
    part = f"{name}[]" if is_list else name
    return f"{place}.{part}" if place else part
