"""Which values of a list a field may take: what a form offers, asked of the same rules that judge the record.

`of(tipo, versao, path)` gives the `Options` of a field. `always(code)`: may it be taken at all, whatever the rest of
the record says? `narrows`: what other fields leave of the list, as data for a browser. `judge(record, ...)`: may it be
taken in this record, with the tables of its month and the posts of CNES?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from ledi.errors import PathError
from ledi.findings import ERRO
from ledi.layouts import Ficha, Field, layout
from ledi.moments import date_to_millis
from ledi.paths import steps
from ledi.rules.checks import (
    CountFilled,
    Domain,
    Expect,
    Forbidden,
    Implies,
    Length,
    Required,
    RequiredOrForbidden,
    SameAsRecord,
    Unique,
)
from ledi.rules.env import Env, Found
from ledi.rules.model import CONTEXT, PRESENT, SEVERITY, Narrow
from ledi.rules.registry import plan
from ledi.rules.running import Bound, Normaliser, StructPlan
from ledi.rules.scope import Scope
from ledi.tables import closed
from ledi.validation import DEFAULT_ZONE, moment_of, zone_of_record

#: they say whether the field is filled, or how often, and not which code it has
_NOT_OF_A_CODE = (
    CountFilled,
    Forbidden,
    Implies,
    Length,
    Required,
    RequiredOrForbidden,
    SameAsRecord,
    Unique,
)
_NOT_SENT = "-sem_id"  # told of whatever stands in a field that has no place on the wire
Takes = Callable[[Any], bool]


@dataclass(frozen=True)
class Options:
    """The list of one field, in one version."""

    ficha: Ficha
    versao: str
    field: Field
    path: str
    lists: tuple[str, ...]
    _normaliser: Normaliser
    _bounds: tuple[Bound, ...]
    _narrows: tuple[tuple[Narrow, Scope], ...]

    def labels(self) -> Mapping[Any, str]:
        """Code -> label of the list of this version, with the lists that rules add; empty when it has none."""
        found: dict[Any, str] = {}
        for name in self.lists:
            found = {**found, **{c: t for c, t in closed.labels(name, self.versao).items() if c not in found}}
        return found

    @cached_property
    def always(self) -> Takes:
        """Is a code taken when nothing else of the record is known?"""
        return self._takes(Env({}, DEFAULT_ZONE, None, None), {}, alone=True)

    @property
    def narrows(self) -> tuple[list[Any], ...]:
        """[condition, "so" or "menos", codes]: what other fields leave; what only a server can tell is not here."""
        found, whole = [], self.labels().keys()
        for narrow, _ in self._narrows:
            if narrow.when is None or (narrow.allowed and whole and narrow.codes >= whole):
                continue
            try:
                when = narrow.when.as_json()
            except NotImplementedError:
                continue
            found.append([when, "so" if narrow.allowed else "menos", sorted(narrow.codes, key=str)])
        return tuple(found)

    def judge(
        self, record: Mapping[str, Any], path: str, *, tabelas: Any = None, hoje: date | None = None
    ) -> Takes:
        """Is a code taken at `path` of this record? Of `record` only what the rules of the field read must be there.

        `tabelas`: as of `ledi.validation.validate`; `hoje`: for a record without its date yet.
        """
        env = Env(record, zone_of_record(record), None, tabelas)
        env.root = plan(self.ficha.tipo, self.versao).normalise(_only(record.get("ficha"), path), env, None)
        env.attendance = moment_of(env.root, self.ficha, env)
        if env.attendance is None and hoje is not None:
            env.attendance = date_to_millis(hoje)
        return self._takes(env, _enter(env, path), alone=False)

    def _takes(self, env: Env, node: dict[str, Any], *, alone: bool) -> Takes:
        name, many = self.field.name, self.field.type.kind == "list"
        tests = [(narrow, narrow.when.compile(scope)) for narrow, scope in self._narrows if narrow.when]
        left = [] if alone else [narrow for narrow, test in tests if test(node, env)]
        broken = frozenset(env.broken - {(id(node), name)})  # not yet filled is no fault of a code

        def takes(code: Any) -> bool:
            if any((code in narrow.codes) is not narrow.allowed for narrow in left):
                return False
            value = [code] if many else code
            if not self._is_well_formed(value, env, many):
                return False
            env.broken = set(broken)  # an earlier code left its marks
            node[name], env.post = value, None
            return not any(self._refuses(bound, value, node, env, alone) for bound in self._bounds)

        return takes

    def _is_well_formed(self, value: Any, env: Env, many: bool) -> bool:
        env.found, env.broken = Found(), set()
        self._normaliser(value, env, {}, None)
        of_the_code = (one for one in env.found if not many or one.path.endswith("]"))
        return all(one.code.endswith(_NOT_SENT) for one in of_the_code)

    def _refuses(self, bound: Bound, value: Any, node: dict[str, Any], env: Env, alone: bool) -> bool:
        """A rule of the code itself refuses or tells; one that reads other fields must refuse."""
        reads = _reads(bound, self.field.name)
        if (alone and reads) or env.is_broken(node, bound.refs):
            return False
        try:
            result = bound.fn(value, node, env)
        except Exception:  # a defect of the rule is told when the record is judged
            return False
        if result is None:
            return False
        facts = result[0][1] if isinstance(result, list) else result
        mild = bound.unsent or bound.doubt or facts.get(SEVERITY, bound.rule.severity) != ERRO
        return not (mild and reads)


def _reads(bound: Bound, name: str) -> bool:
    """Does the rule look at something else of the record?"""
    return any(ref != name for ref in bound.rule.check.refs()) or bound.rule.state == CONTEXT


@lru_cache(maxsize=4096)
def of(tipo: str, versao: str, path: str) -> Options:
    """The options of the field at a path, with or without indices. Raises PathError when there is none."""
    ficha = layout(versao).fichas[tipo]
    made: StructPlan | None = plan(tipo, versao)
    names = [step for step in steps(path.replace("[]", "[0]")) if isinstance(step, str)]
    above: StructPlan | None = None
    for name in names[:-1]:
        above, made = made, made.inner.get(name) if made else None
    field = made.struct.by_name.get(names[-1]) if made else None
    if made is None or field is None:
        raise PathError(f"{tipo} não tem o campo {path}")
    own = [b for b in made.bounds if b.rule.name == field.name]
    holder = names[-2] if len(names) > 1 else ""
    around = [b for b in above.bounds if b.rule.name == holder] if above else []
    return Options(
        ficha, versao, field, path, _lists(field, own), made.fields[field.name],
        tuple(b for b in own if _is_of_a_code(b, field.name)),
        tuple((narrow, _scope(made)) for narrow in (*_narrowings(own, ""), *_narrowings(around, field.name))),
    )  # fmt: skip


def _lists(field: Field, bounds: list[Bound]) -> tuple[str, ...]:
    """Names of the closed lists that the field takes its codes from."""
    found = [] if field.domain is None else [field.domain]
    for bound in bounds:
        if isinstance(bound.rule.check, Domain):
            found += bound.rule.check.lists(bound.scope, field.name)
    return tuple(dict.fromkeys(found))


def _is_of_a_code(bound: Bound, name: str) -> bool:
    check = bound.rule.check
    if bound.rule.check.gate != PRESENT or isinstance(check, _NOT_OF_A_CODE) or check.facet:
        return False
    if check.narrows(bound.scope, name) and getattr(check, "when", None) is not None:
        return False  # asked as data
    return not isinstance(check, Expect) or name in check.refs()


def _narrowings(bounds: list[Bound], field: str) -> Iterator[Narrow]:
    """What the rules that refuse leave of the list of the field: their own (""), or one inside their items."""
    for bound in bounds:
        if bound.rule.severity == ERRO and not bound.doubt and not bound.unsent:
            yield from (n for n in bound.rule.check.narrows(bound.scope, bound.rule.name) if n.field == field)


def _scope(made: StructPlan) -> Scope:
    """Where the conditions of the struct look from."""
    return made.bounds[0].scope


def _only(ficha: Any, path: str) -> dict[str, Any]:
    """The ficha with one item alone in each list on the way to the path: the others say nothing of it."""
    root = dict(ficha) if isinstance(ficha, Mapping) else {}
    node: Any = root
    way = steps(path)
    for name, index in zip(way, (*way[1:], None), strict=True):
        if isinstance(name, int):
            continue
        value = node.get(name)
        if isinstance(index, int):
            items = value if isinstance(value, list) else []
            item = items[index] if index < len(items) and isinstance(items[index], Mapping) else {}
            node[name] = [dict(item)]
            node = node[name][0]
        elif index is not None:
            node[name] = node = dict(value) if isinstance(value, Mapping) else {}
    return root


def _enter(env: Env, path: str) -> dict[str, Any]:
    """The struct that holds the field, made where the record has none; `env.up` has those above it."""
    node = env.root
    names = [step for step in steps(path) if isinstance(step, str)]
    lists = {n for n, nxt in zip(steps(path), steps(path)[1:], strict=False) if isinstance(nxt, int)}
    for name in names[:-1]:
        env.up.append(node)
        inner = node.get(name)
        if name in lists:
            inner = inner[0] if isinstance(inner, list) and inner else None
        node = inner if isinstance(inner, dict) else {}
    return node
