"""Where a rule stands, and the paths it writes from there, compiled into getters.

`campo` is in the same struct; `^campo` one struct up; `^^campo` two; `/a.b` from the ficha's root; `a.b` nested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledi.errors import LayoutError
from ledi.layouts.model import Ficha, Field, Layout, Struct
from ledi.paths import walk

Getter = Callable[[dict[str, Any], Any], Any]


@dataclass(frozen=True)
class Scope:
    """Where a rule stands: the struct, its ancestors (outermost first), the ficha and the layout version."""

    layout: Layout
    ficha: Ficha | None
    struct: Struct
    parents: tuple[Struct, ...]
    newest: Scope | None = None  # the same place in the newest layout: fields that came after this version

    @property
    def version(self) -> str:
        return self.layout.version

    def field(self, path: str) -> Field:
        """The field a path names, in this version or else the newest. Raises LayoutError when there is none."""
        try:
            return self.own_field(path)
        except LayoutError:
            if self.newest is None:
                raise
            return self.newest.own_field(path)

    def own_field(self, path: str) -> Field:
        """The field a path names in this layout version. Raises LayoutError when there is none."""
        struct, names = self._start(path)
        found: Field | None = None
        for name in names:
            found = struct.by_name.get(name)
            if found is None:
                raise LayoutError(f"caminho {path!r}: {struct.name} não tem o campo {name!r}")
            inner = found.type.item or found.type
            struct = inner.struct or struct
        assert found is not None
        return found

    def has(self, path: str) -> bool:
        """True when this layout version has the field."""
        try:
            self.own_field(path)
        except LayoutError:
            return False
        return True

    def label(self, path: str) -> str:
        return self.field(path).label

    def _start(self, path: str) -> tuple[Struct, list[str]]:
        if path.startswith("/"):
            root = self.parents[0] if self.parents else self.struct
            return root, path[1:].split(".")
        up, names = _climb(path)
        if up == 0:
            return self.struct, names
        if up > len(self.parents):
            raise LayoutError(f"caminho {path!r} sobe além da raiz")
        return self.parents[-up], names

    def getter(self, path: str) -> Getter:
        """(node, env) -> value or None; always None for a field that came after this version."""
        if not self.has(path):
            self.field(path)
            return lambda node, env: None
        if path.startswith("/"):
            return _from_root(path[1:].split("."))
        up, names = _climb(path)
        if up:
            return _from_parent(up, names)
        return _nested(names)

    def ref(self, path: str) -> tuple[int, tuple[str, ...]]:
        """(levels up or -1 for root, names): how the engine asks whether that field is broken."""
        if path.startswith("/"):
            return -1, tuple(path[1:].split("."))
        up, names = _climb(path)
        return up, tuple(names)


def _climb(path: str) -> tuple[int, list[str]]:
    """(structs up, names from there) of `^^a.b`."""
    up = len(path) - len(path.lstrip("^"))
    return up, path[up:].split(".")


def _nested(names: list[str]) -> Getter:
    if len(names) == 1:
        name = names[0]
        return lambda node, env: node.get(name)
    return lambda node, env: walk(node, names)


def _from_parent(up: int, names: list[str]) -> Getter:
    if len(names) == 1:
        name = names[0]
        return lambda node, env: env.up[-up].get(name)
    return lambda node, env: walk(env.up[-up], names)


def _from_root(names: list[str]) -> Getter:
    if len(names) == 1:
        name = names[0]
        return lambda node, env: env.root.get(name)
    return lambda node, env: walk(env.root, names)


def is_filled(value: Any) -> bool:
    """A field counts as filled ("preenchido") unless absent, null, empty text or an empty list."""
    return bool(value) or (value is not None and value != "" and value != [])
