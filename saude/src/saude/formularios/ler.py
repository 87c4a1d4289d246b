"""From what a form sent to values at wire paths, and to the smallest set of changes of a record."""

import copy
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from ledi.errors import PathError
from ledi.layouts import Ficha, Field
from ledi.paths import owner, put, steps, value_at, walk
from saude.formularios.campos import DIGITS, to_moment, widget
from saude.registro.leitura import to_date

PREFIX, REMOVE = "f:", "remover:"
INTEGER = re.compile(r"-?\d{1,18}")
DECIMAL = re.compile(r"-?\d{1,15}(?:[.,]\d{1,10})?")
CODED = re.compile(r"^([0-9A-Za-z.-]{1,20}) - ")
PUNCTUATED = re.compile(r"[\d ./()-]*\d[\d ./()-]*")
MAX_BLOCKS = 999


def values(post: QueryDict, ficha: Ficha, *, atual: Mapping[str, Any], zona: ZoneInfo) -> dict[str, Any]:
    """path -> value of every field the form sent. A value the type does not take stays text.

    An untouched date keeps its own form (epoch, date-time): opening and saving is no change.
    """
    found: dict[str, Any] = {}
    for name in post:
        if not name.startswith(PREFIX):
            continue
        path = name[len(PREFIX) :]
        field = ficha.root.field_at(path)
        if field is not None:
            found[path] = parse(field, post.getlist(name), value_at(atual, path), zona)
    return found


def parse(field: Field, texts: list[str], current: Any, zona: ZoneInfo) -> Any:
    kind = widget(field)
    if kind == "opcoes":
        found = [_scalar(field, t) for t in texts if t.strip()]
        return current if _same_set(found, current) else found or None
    text = texts[-1].replace("\x00", "").strip() if texts else ""
    if kind == "varios":
        return [_scalar(field, _code(t.strip())) for t in text.splitlines() if t.strip()] or None
    if not text:
        return None
    if kind == "booleano":
        return {"sim": True, "nao": False}.get(text, text)
    if kind == "data":
        day = to_date(current, zona)
        return current if day is not None and day.isoformat() == text else text
    if kind == "datahora":
        moment = to_moment(current, zona)
        return current if moment is not None and f"{moment:%Y-%m-%dT%H:%M}" == text else text
    if kind == "busca":
        text = _code(text)
    if kind == "texto" and field.format in DIGITS and PUNCTUATED.fullmatch(text) and text != current:
        text = re.sub(r"\D", "", text)  # a CPF with dots is the CPF
    value = _scalar(field, text)
    return current if _same(current, value) else value


def _code(text: str) -> str:
    """`0301010030 - CONSULTA…` -> `0301010030`."""
    coded = CODED.match(text)
    return coded.group(1) if coded else text


def _scalar(field: Field, text: str) -> Any:
    type_ = field.type.item if field.type.kind == "list" and field.type.item else field.type
    if type_.kind in ("i32", "i64") and INTEGER.fullmatch(text):
        return int(text)
    if type_.kind == "double" and DECIMAL.fullmatch(text):
        return float(text.replace(",", "."))
    return text


def _same_set(found: list[Any], current: Any) -> bool:
    """Ticked boxes come in the order of the page: the record's own order is kept."""
    if not isinstance(current, list) or len(current) != len(found):
        return False
    return sorted(map(str, current)) == sorted(map(str, found)) and all(v in current for v in found)


def _same(current: Any, value: Any) -> bool:
    """1 and 1.0 are the same number; True is no number."""
    numbers = (int, float)
    both = isinstance(current, numbers) and isinstance(value, numbers) and not isinstance(current, bool)
    return both and current == value


def removed(post: QueryDict) -> list[str]:
    """Paths of the blocks the user took out."""
    return [name[len(REMOVE) :] for name in post if name.startswith(REMOVE) and post[name] == "1"]


def applied(atual: Mapping[str, Any], found: Mapping[str, Any], out: Iterable[str] = ()) -> dict[str, Any]:
    """A copy of the ficha with the values put in, new blocks made, and the blocks in `out` taken away."""
    return pruned(assembled(atual, found, out))[0]


def assembled(atual: Mapping[str, Any], found: Mapping[str, Any], out: Iterable[str] = ()) -> dict[str, Any]:
    """The same with every block at the place the form has it: None where one was taken out, {} where one is blank."""
    new = copy.deepcopy(dict(atual))
    for path, value in found.items():
        if owner(path) == path:  # a form sends fields, never one item of a list
            with suppress(PathError):
                put(new, path, value, blocks=MAX_BLOCKS)
    for path in sorted(out, key=_depth, reverse=True):
        *way, last = steps(path)
        holder = walk(new, way)
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            holder[last] = None
    return new


def pruned(node: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The ficha without what ended up with nothing; and path of each block that moved up -> where the form has it."""
    moves: dict[str, str] = {}
    return _pruned(node, "", "", moves), moves


def at_form(path: str, moves: Mapping[str, str]) -> str:
    """A path of the record as the form has it."""
    known = [m for m in moves if path == m or path.startswith(f"{m}.")]
    if not known:
        return path
    best = max(known, key=len)
    return moves[best] + path[len(best) :]


def _depth(path: str) -> tuple[int, str]:
    return (path.count("["), path)


def changes(before: Mapping[str, Any], after: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Smallest paths whose values differ; a list of another length goes whole. None takes a field away."""
    found: dict[str, Any] = {}
    for name in [*before, *[n for n in after if n not in before]]:
        here = f"{path}.{name}" if path else name
        found |= _difference(before.get(name), after.get(name), here)
    return found


def _difference(a: Any, b: Any, path: str) -> dict[str, Any]:
    if type(a) is type(b) and a == b:
        return {}
    if isinstance(a, dict) and isinstance(b, dict):
        return changes(a, b, path)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and _blocks(a) and _blocks(b):
        found: dict[str, Any] = {}
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            found |= _difference(x, y, f"{path}[{i}]")
        return found
    return {path: b}


def _blocks(items: list[Any]) -> bool:
    return all(isinstance(i, dict) for i in items)


def _pruned(node: Any, old: str, new: str, moves: dict[str, str]) -> Any:
    """Structs and lists that ended up with nothing go; what was taken out goes."""
    if isinstance(node, dict):
        dot = "." if old else ""
        made = {k: _pruned(v, f"{old}{dot}{k}", f"{new}{dot}{k}", moves) for k, v in node.items()}
        return {k: v for k, v in made.items() if v is not None and v != {}}
    if isinstance(node, list):
        if not any(isinstance(i, dict) or i is None for i in node):
            return node
        kept: list[Any] = []
        for n, item in enumerate(node):
            one = None if item is None else _pruned(item, f"{old}[{n}]", f"{new}[{len(kept)}]", moves)
            if one is None or one == {}:
                continue
            moves[f"{new}[{len(kept)}]"] = f"{old}[{n}]"
            kept.append(one)
        return kept or None
    return node
