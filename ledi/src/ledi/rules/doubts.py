"""What may be refused by a version that nobody can tell: taken, with an aviso that names the doubt.

The list of a field may have had a code later (or until before), a bound may have been another. Where there is no
doubt, as in the newest versions, nothing of this runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from ledi.findings import AVISO, Finding
from ledi.layouts.model import Field
from ledi.rules.env import Env, Path, write_path
from ledi.rules.running import BAD, Normaliser
from ledi.rules.wording import doubt_text
from ledi.tables import closed

Span = tuple[str, str]
_WORDS = {"minimo": "mínimo", "maximo": "máximo"}


def codes(field: Field, lists: Iterable[str], version: str) -> Mapping[Any, Span]:
    """Codes of the field's lists that this version may not have, as they come on the wire."""
    found = {code: span for name in lists for code, span in closed.doubts(name, version).items()}
    if (field.type.item or field.type).kind == "string":
        return {str(code): span for code, span in found.items()}
    return found


def watched(
    field: Field, doubtful: Mapping[Any, Span], prefix: str, covered: frozenset[str], inner: Normaliser
) -> Normaliser:
    """`inner`, telling the doubts of what it takes; `inner` itself where the field has none."""
    checks = [*_code_checks(field, doubtful), *_bound_checks(field, covered)]
    if not checks:
        return inner

    def run(value: Any, env: Env, clean: dict[str, Any], path: Path) -> Any:
        before = len(env.found)
        result = inner(value, env, clean, path)
        if result is not BAD and len(env.found) == before:  # what is wrong for sure is said alone
            for facet, tell in checks:
                for index, text in tell(result):
                    where = write_path(path, field.name, index)
                    env.found.append(Finding(f"{prefix}-{field.name}-{facet}", where, text, AVISO))
        return result

    return run


Tell = Callable[[Any], list[tuple[int | None, str]]]


def _code_checks(field: Field, doubtful: Mapping[Any, Span]) -> list[tuple[str, Tell]]:
    if not doubtful:
        return []

    def tell(value: Any) -> list[tuple[int | None, str]]:
        items = enumerate(value) if value.__class__ is list else ((None, value),)
        return [
            (index, code_text(field.label, item, doubtful[item])) for index, item in items if item in doubtful
        ]

    return [("duvida", tell)]


def code_text(label: str, code: Any, span: Span) -> str:
    """The sentence about one code."""
    what = f"A lista de {label} pode não ter o código {code} na versão declarada: mudou"
    return doubt_text(what, *span)


def _bound_checks(field: Field, covered: frozenset[str]) -> list[tuple[str, Tell]]:
    doubt = field.doubt
    if doubt is None:
        return []
    measure: Callable[[Any], Any] = (lambda value: value) if field.unit == "valor" else _size

    def checked(
        name: str, bound: Decimal | None, bad: Callable[[Any, Decimal], bool]
    ) -> list[tuple[str, Tell]]:
        if bound is None or name in covered:
            return []
        words = f"O {_WORDS[name]} de {field.label} mudou (era {bound} {field.unit})"
        text = doubt_text(words, doubt.since, doubt.until)
        return [(name, lambda value: [(None, text)] if bad(measure(value), bound) else [])]

    return [
        *checked("minimo", doubt.min, lambda size, bound: size < bound),
        *checked("maximo", doubt.max, lambda size, bound: size > bound),
    ]


def _size(value: Any) -> int:
    """Characters of a text, items of a list, digits of a number."""
    return len(value) if isinstance(value, (str, list)) else len(str(value))
