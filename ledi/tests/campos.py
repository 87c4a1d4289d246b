"""The record of a ficha with everything the layout has, to put a value in every field of a kind."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from ledi.layouts import Field, Struct, layout
from ledi_gerador.minimos import minimal

Found = tuple[dict[str, Any], str, dict[str, Any], Field]  # record, path, the struct's node in it, field


def fields_of(tipo: str, wanted: Callable[[Field], bool], version: str = "8.7.0") -> Iterator[Found]:
    """Each field of a ficha that is `wanted`, in a minimal record of its own whose blocks down to it exist."""
    for path in _paths(layout(version).fichas[tipo].root, wanted):
        record = copy.deepcopy(minimal(tipo))
        record["versao"] = version
        node, shown = record["ficha"], ""
        for field in path[:-1]:
            shown += f"{field.name}."
            if field.type.kind == "list":
                items = node.setdefault(field.name, [])
                if not items:
                    items.append({})
                node, shown = items[0], f"{shown[:-1]}[0]."
            else:
                node = node.setdefault(field.name, {})
        yield record, f"{shown}{path[-1].name}", node, path[-1]


def _paths(struct: Struct, wanted: Callable[[Field], bool]) -> Iterator[tuple[Field, ...]]:
    for field in struct.fields:
        inner = (field.type.item or field.type).struct
        if inner is not None:
            for path in _paths(inner, wanted):
                yield (field, *path)
        if wanted(field):
            yield (field,)
