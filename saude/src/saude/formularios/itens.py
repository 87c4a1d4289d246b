"""What a field is called where it stands: "Lote da vacina Influenza", not "Lote da vacina" of one among five."""

from typing import Any

from ledi.layouts import Ficha, Field, Struct
from ledi.paths import owner, steps, walk
from saude.formularios.campos import label_of

LONGEST = 60
FEMININE = ("a", "ção", "são", "dade")
MASCULINE = ("ema", "oma")  # problema, sintoma


def named(ficha: Ficha, conteudo: Any, caminho: str) -> str:
    """The label of the field at a path, with the item of the list it is in; "" for a path of no field."""
    path = owner(caminho)
    field = ficha.root.field_at(path) if path else None
    if field is None:
        return ""
    block, label = _block(ficha, path)
    if block is None:
        return field.label
    item = _item(block[1], walk(conteudo, steps(block[0])), field)
    noun = label.lower()
    if noun not in field.label.lower() and path != block[0]:
        return f"{field.label} {_of(noun)} {noun} {item}".strip()
    return f"{field.label} {item}".strip()


def _block(ficha: Ficha, path: str) -> tuple[tuple[str, Struct] | None, str]:
    """The innermost repeated block around a path, when it is not the citizen's own."""
    here = path
    while "[" in here:
        here = here[: here.rindex("]") + 1]
        struct = _struct(ficha.root.field_at(here.rpartition("[")[0]))
        if struct is not None:
            if here.rpartition("[")[0] == ficha.citizen.path:
                return None, ""
            return (here, struct), struct.label
        here = here.rpartition("[")[0]
    return None, ""


def _struct(field: Field | None) -> Struct | None:
    return field.type.item.struct if field is not None and field.type.item is not None else None


def _item(struct: Struct, node: Any, field: Field) -> str:
    """The first thing of the block that is told by a list: the vaccine, the exam, the medicine."""
    if not isinstance(node, dict):
        return ""
    for f in struct.fields:
        value = node.get(f.name)
        if f is not field and value not in (None, "", []) and (text := label_of(f, value)):
            return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return ""


def _of(noun: str) -> str:
    first = noun.split(" ")[0]
    return "da" if first.endswith(FEMININE) and not first.endswith(MASCULINE) else "do"
