"""From the field that a message of the PEC names to where it stands in a record."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledi.layouts import CURRENT, Struct, layout

#: as the envelope of the PEC calls what a record has beside its ficha
ENVELOPE = {"cnesDadoSerializado": "cnes", "ineDadoSerializado": "ine", "codIbge": "ibge"}
ENVELOPE_LABELS = {"cnes": "CNES", "ine": "INE", "ibge": "Município"}


@dataclass(frozen=True, slots=True)
class Recusa:
    """A message of the PEC at a field, in the shape of a finding: forms show it beside the field."""

    campo: str
    mensagem: str
    codigo: str = "PEC"
    severidade: str = "erro"
    posicao: int | None = None


def refusals(tipo: str, content: Mapping[str, Any], messages: Iterable[Mapping[str, Any]]) -> list[Recusa]:
    """Each message at every place of the record that its field has; at none ("") when it names no field we know."""
    found = []
    for message in messages:
        name = message.get("campo") or ""
        places = [ENVELOPE[name]] if name in ENVELOPE else _places(tipo, content, name)
        text = f"O PEC recusou: {message.get('texto', '')}"
        found += [Recusa(place, text) for place in places or [""]]
    return found


def _places(tipo: str, content: Mapping[str, Any], name: str) -> list[str]:
    if not name:
        return []
    return list(_walk(layout(CURRENT).fichas[tipo].root, content, name, ""))


def _walk(struct: Struct, content: Any, name: str, at: str) -> Iterator[str]:
    """Where the field is in what the record has, or (in a block that it has not) would be."""
    content = {} if content is None else content
    if not isinstance(content, Mapping):
        return
    for field in struct.fields:
        path = f"{at}.{field.name}" if at else field.name
        if field.name == name:
            yield path
            continue
        inner = (field.type.item or field.type).struct
        if inner is None:
            continue
        value = content.get(field.name)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _walk(inner, item, name, f"{path}[{index}]")
        elif field.type.item is None:
            yield from _walk(inner, value, name, path)


@lru_cache(maxsize=2048)
def label_of(tipo: str, name: str) -> str:
    """The label of the field; its own name when this ficha has none of that name."""
    if name in ENVELOPE:
        return ENVELOPE_LABELS[ENVELOPE[name]]
    made = layout(CURRENT).fichas.get(tipo)
    return (_label(made.root, name) if made else None) or name


def _label(struct: Struct, name: str) -> str | None:
    for field in struct.fields:
        if field.name == name:
            return field.label
        inner = (field.type.item or field.type).struct
        if inner is not None and (found := _label(inner, name)):
            return found
    return None
