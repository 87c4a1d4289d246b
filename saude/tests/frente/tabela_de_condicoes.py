"""A table of cases for the evaluator of conditions in the browser, made from the rules and answered by their engine.

Each condition of each rule, at the place where the rule stands, for fields absent, empty, at and beside every code,
limit and age that it names, on the clock of several municipalities. Each case comes as the wire has it (epochs,
numbers) and as a form has it (text), and the answer is the engine's.
"""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ledi import moments
from ledi.catalog import _scopes
from ledi.layouts import CURRENT, Field
from ledi.rules.conditions import Cond
from ledi.rules.env import Env
from ledi.rules.registry import rules_in_force
from ledi.rules.scope import Scope
from saude.formularios.condicoes import _plain

ZONES = ("America/Sao_Paulo", "America/Rio_Branco", "America/Noronha", "America/Cuiaba")
ATTENDANCE = "/headerTransport.dataAtendimento"
TEXTS = ("", "01", "7", "AB12", "Z34.1", "Z341", "O80", "O09.9", "Z37", "XPTO", "O80\n", "3543402")
SHUFFLED = 6  # cases in which every field is drawn at once


@dataclasses.dataclass
class Case:
    condition: int
    fuso: str
    pilha: list[dict[str, Any]]
    escrita: list[dict[str, Any]]  # the same record as a form writes it
    answer: bool


def table(tipo: str, version: str = CURRENT) -> tuple[list[Any], list[Case]]:
    """(conditions as JSON, cases)."""
    rng = Random(f"condicoes/{tipo}/{version}")
    scopes = _scopes(tipo, version)
    conditions: list[Any] = []
    cases: list[Case] = []
    seen: set[str] = set()
    for at, cond in _conditions(tipo, version):
        scope = scopes.get(at)
        if scope is None or f"{at}{cond}" in seen or not all(scope.has(ref) for ref in cond.refs()):
            continue
        seen.add(f"{at}{cond}")
        conditions.append(_plain(cond.as_json()))
        cases += _cases(len(conditions) - 1, at, cond, scope, rng)
    return conditions, cases


def _conditions(tipo: str, version: str) -> Iterator[tuple[str, Cond]]:
    for rule in rules_in_force(tipo, version):
        for name in ("when", "then", "unless"):
            cond = getattr(rule.check, name, None)
            if isinstance(cond, Cond):
                yield rule.at, cond


def _cases(number: int, at: str, cond: Cond, scope: Scope, rng: Random) -> Iterator[Case]:
    zone = ZoneInfo(rng.choice(ZONES))
    test = cond.compile(scope)
    refs = list(dict.fromkeys(cond.refs()))
    # late in the evening there, it is the next day in Greenwich; one minute later it is the next day there too
    for hour in (23, 59), (0, 0), (12, 30):
        attendance = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), *hour, tzinfo=zone)
        values = {ref: _values(scope.field(ref), cond, ref, attendance, rng) for ref in refs}
        for chosen in _choices(values, rng):
            chosen = {ATTENDANCE: _millis(attendance), **chosen}
            if at == "" and not scope.has(ATTENDANCE):
                chosen.pop(ATTENDANCE)
            pilha = _stack(at, chosen)
            env = Env({}, zone, None, None)
            env.root, env.up = pilha[0], pilha[:-1]
            env.attendance = pilha[0].get("headerTransport", {}).get("dataAtendimento")
            answer = test(pilha[-1], env)
            written = _stack(
                at, {ref: _written(scope.field(ref), value, zone) for ref, value in chosen.items()}
            )
            yield Case(number, str(zone), pilha, written, bool(answer))


def _choices(values: dict[str, list[Any]], rng: Random) -> Iterator[dict[str, Any]]:
    for ref, options in values.items():
        for option in options:
            yield {other: rng.choice(values[other]) for other in values} | {ref: option}
    for _ in range(SHUFFLED):
        yield {ref: rng.choice(options) for ref, options in values.items()}


def _values(field: Field, cond: Cond, ref: str, attendance: datetime, rng: Random) -> list[Any]:
    """What the field may be, right for its type, with all that the condition names of it and its neighbours."""
    kind = field.type.kind
    if kind == "list":
        if field.type.item is None or field.type.item.struct is not None:
            return [None, [], [{"x": 1}]]
        inner = [v for v in _scalars(field.type.item.kind, cond, ref) if v not in (None, "")]
        return [None, [], *[[v] for v in inner], rng.sample(inner, min(3, len(inner)))]
    if kind == "struct":
        return [None, {"x": 1}]
    if field.is_date:
        return [None, *_dates(cond, attendance)]
    return _scalars(kind, cond, ref)


def _scalars(kind: str, cond: Cond, ref: str) -> list[Any]:
    if kind == "bool":
        return [None, True, False]
    named = [value for part in _parts(cond.as_json()) if part[1] == ref for value in _named(part)]
    if kind in ("i32", "i64", "double"):
        numbers = [int(n) for n in named if not isinstance(n, str) or n.isdecimal()]
        return list(dict.fromkeys([None, 0, 1, 99, *[n + d for n in numbers[:12] for d in (-1, 0, 1)]]))
    return list(dict.fromkeys([None, *TEXTS, *map(str, named[:12])]))


def _named(part: list[Any]) -> list[Any]:
    if part[0] == "in":
        return part[2]
    return [part[3]] if part[0] == "compare" else []


def _parts(condition: list[Any]) -> Iterator[list[Any]]:
    if condition[0] in ("all", "any", "not"):
        for part in condition[1:]:
            yield from _parts(part)
    elif condition[0] != "server":
        yield condition


def _dates(cond: Cond, attendance: datetime) -> list[int]:
    """Births whose age is a day short of, at and a day past each limit; one in the future, one of long ago."""
    day = attendance.replace(hour=0, minute=0)
    found = [day, day + timedelta(days=40), day.replace(year=1913)]
    for part in _parts(cond.as_json()):
        if part[0] == "age":
            months = part[3] * (1 if part[4] == "meses" else 12)
            year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
            birth = day.replace(year=year, month=month + 1)
            found += [birth + timedelta(days=d) for d in (-1, 0, 1)]
    pure = [moments.date_to_millis(d.date()) for d in found]  # a date alone, as the wire has it
    return pure + [_millis(d + timedelta(hours=23, minutes=30)) for d in found]


def _millis(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


def _written(field: Field, value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, bool) or value is None or field.type.struct is not None:
        return value
    if isinstance(value, list):
        return [v if isinstance(v, dict) else str(v) for v in value]
    if field.is_date:
        there = moments.local(value, zone)
        return f"{there:%Y-%m-%dT%H:%M}" if field.format == "datahora" else f"{there:%Y-%m-%d}"
    return str(value)


def _stack(at: str, chosen: dict[str, Any]) -> list[dict[str, Any]]:
    """The structs from the root down to the one at `at`, with these values where each ref looks."""
    stack: list[dict[str, Any]] = [{}]
    for part in at.split(".") if at else ():
        below: dict[str, Any] = {}
        stack[-1][part.removesuffix("[]")] = [below] if part.endswith("[]") else below
        stack.append(below)
    for ref, value in chosen.items():
        up = len(ref) - len(ref.lstrip("^"))
        node = stack[0] if ref.startswith("/") else stack[len(stack) - 1 - up]
        *steps, last = ref.lstrip("^/").split(".")
        for step in steps:
            node = node.setdefault(step, {})
            if isinstance(node, list):
                node = node[0]
        if value is not None:
            node[last] = value
    return stack
