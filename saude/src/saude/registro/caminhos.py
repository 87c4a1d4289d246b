"""Changing a record by the paths of its findings, as forms and mass corrections do; the paths are `ledi.paths`."""

import copy
from collections.abc import Mapping
from typing import Any

from ledi import carried
from ledi.layouts import VERSIONS, layout
from ledi.paths import put, value_at
from saude.registro.envelope import KEYS, is_origin


def changed(record: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the record with the values at the paths replaced; None removes a field.

    Paths are those of findings: wire names from the ficha's root, or a key of the envelope (who typed it stands
    beside the record: `envelope.with_origin`). A change of the envelope also changes its twin in the header that
    held the same value, and the other way round. What its file brought and the declared version could not read is
    read when the version becomes one that has it.
    """
    new = copy.deepcopy(dict(record))
    ficha = new.setdefault("ficha", {})
    known = layout().fichas.get(str(new.get("tipo")))
    twins = known.twins if known else {}
    for path, value in changes.items():
        if is_origin(path):
            continue
        if path in KEYS:
            _change_envelope(new, ficha, path, value, twins.get(path))
        elif path == "contexto" or path.startswith("contexto."):
            put(new, path, value)
        else:
            _change_twin(new, ficha, path, value, twins)
            put(ficha, path, value)
    if known and changes.get("versao") in VERSIONS:
        carried.read_with(new, layout(changes["versao"]).fichas[known.tipo].root)
    return new


def _change_envelope(
    record: dict[str, Any], ficha: dict[str, Any], key: str, value: Any, twin: str | None
) -> None:
    old = record.get(key)
    if twin and old is not None and value_at(ficha, twin) == old:
        put(ficha, twin, value)
    if value is None:
        record.pop(key, None)
    else:
        record[key] = value


def _change_twin(
    record: dict[str, Any], ficha: dict[str, Any], path: str, value: Any, twins: Mapping[str, str]
) -> None:
    for key, twin in twins.items():
        if twin == path and value is not None and record.get(key) == value_at(ficha, path):
            record[key] = value
