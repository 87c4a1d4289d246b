"""Changing a record by wire paths, as forms and mass corrections do."""

import copy
import itertools
import re
from collections.abc import Mapping
from typing import Any

STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,4})\]")
ENVELOPE = ("cnes", "ine", "ibge", "versao")
#: envelope field -> where the same value stands in the header
TWINS = {"cnes": "cnes", "ine": "ine", "ibge": "codigoIbgeMunicipio"}


class PathError(ValueError):
    """The path does not lead anywhere in this record."""


def changed(record: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the record with the values at the paths replaced; None removes a field.

    Paths are those of findings: wire names from the ficha's root, or an envelope field. A change of an
    envelope field also changes its twin in the header that held the same value, and the other way round.
    """
    new = copy.deepcopy(dict(record))
    ficha = new.setdefault("ficha", {})
    for path, value in changes.items():
        if path in ENVELOPE:
            _change_envelope(new, ficha, path, value)
        elif path == "contexto" or path.startswith("contexto."):
            set_at(new, path, value)
        else:
            _change_header_twin(new, path, value, ficha)
            set_at(ficha, path, value)
    return new


def get_at(node: Any, path: str) -> Any:
    for step in steps(path):
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def set_at(node: Any, path: str, value: Any) -> None:
    *way, last = steps(path)
    for here, following in itertools.pairwise([*way, last]):
        node = _enter(node, here, following, path)
    if isinstance(last, int):
        _set_item(node, last, value, path)
    elif not isinstance(node, dict):
        raise PathError(path)
    elif value is None:
        node.pop(last, None)
    else:
        node[last] = value


def steps(path: str) -> list[str | int]:
    """`a.b[0].c` -> ["a", "b", 0, "c"]."""
    found = [int(index) if index else name for name, index in STEP.findall(path)]
    if not found or STEP.sub("", path).strip("."):
        raise PathError(path)
    return found


def _enter(node: Any, step: str | int, following: str | int, path: str) -> Any:
    if isinstance(step, int):
        if not isinstance(node, list) or step >= len(node):
            raise PathError(path)
        return node[step]
    if not isinstance(node, dict):
        raise PathError(path)
    if not isinstance(node.get(step), (dict, list)):
        node[step] = [] if isinstance(following, int) else {}
    return node[step]


def _set_item(node: Any, index: int, value: Any, path: str) -> None:
    if not isinstance(node, list) or index > len(node):
        raise PathError(path)
    if value is None:
        del node[index : index + 1]
    elif index == len(node):
        node.append(value)
    else:
        node[index] = value


def _header(ficha: dict[str, Any]) -> list[dict[str, Any]]:
    header = ficha.get("headerTransport")
    if not isinstance(header, dict):
        return []
    main = header.get("lotacaoFormPrincipal")
    return [header, main] if isinstance(main, dict) else [header]


def _change_envelope(record: dict[str, Any], ficha: dict[str, Any], name: str, value: Any) -> None:
    old = record.get(name)
    for part in _header(ficha):
        twin = TWINS.get(name)
        if twin and twin in part and part[twin] == old:
            part[twin] = value
    if value is None:
        record.pop(name, None)
    else:
        record[name] = value


def _change_header_twin(record: dict[str, Any], path: str, value: Any, ficha: dict[str, Any]) -> None:
    if not path.startswith("headerTransport.") or "Compartilhado" in path:
        return
    name = path.rsplit(".", 1)[-1]
    for envelope_name, twin in TWINS.items():
        if twin == name and value is not None and record.get(envelope_name) == get_at(ficha, path):
            record[envelope_name] = value


FINDING_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")


def value_at(node: Any, path: str) -> Any:
    """The value a wire path points at (`visitasDomiciliares[0].temperatura`); None when it is not there."""
    for name, index in FINDING_STEP.findall(path):
        if name:
            node = node.get(name) if isinstance(node, dict) else None
        else:
            node = node[int(index)] if isinstance(node, list) and int(index) < len(node) else None
    return node
