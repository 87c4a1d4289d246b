"""Rule tests as data: a change to the minimal valid record -> exactly these codes."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledi.layouts import CURRENT, VERSIONS
from ledi_gerador.minimos import minimal

TODAY = date(2026, 11, 24)
FOREVER = dict.fromkeys(VERSIONS, date.max)  # no version of a case is past its date
DELETE = object()
_PART = re.compile(r"([A-Za-z_0-9]+)((?:\[\d+\])*)")


@dataclass(frozen=True)
class Case:
    """`bad`: wire path -> value (DELETE removes it), applied to minimal(tipo), must give exactly `codes`
    (default: only `code`). `good`: another change with which the record has no finding of that code.

    `base` is applied to both first (e.g. adds an optional struct that the rule is about).
    Paths start at the ficha's root ("visitasDomiciliares[0].peso"); "@cnes" is the record's own key.
    """

    code: str
    tipo: str
    bad: Mapping[str, Any]
    codes: frozenset[str] = frozenset()
    good: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)
    versao: str = CURRENT
    tabelas: Any = None
    severity: str = "erro"

    @property
    def expected(self) -> set[str]:
        return set(self.codes) or {self.code}

    def __str__(self) -> str:
        return f"{self.code}-{self.tipo}-{self.versao}"


def build(case: Case, change: Mapping[str, Any]) -> dict[str, Any]:
    """The minimal record of the case with its base and one change."""
    record = copy.deepcopy(minimal(case.tipo))
    record["versao"] = case.versao
    for part in (case.base, change):
        for path, value in part.items():
            apply(record, path, value)
    return record


def apply(record: dict[str, Any], path: str, value: Any) -> None:
    """Sets (or deletes) what a path names, making the structs and list items on the way."""
    target: Any = record if path.startswith("@") else record["ficha"]
    steps: list[str | int] = []
    for part in path.lstrip("@").split("."):
        match = _PART.fullmatch(part)
        assert match, f"bad path {path}"
        steps.append(match[1])
        steps += [int(index) for index in re.findall(r"\d+", match[2])]
    for step, following in itertools.pairwise(steps):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            while len(target) <= step:
                target.append(type(empty)())
            target = target[step]
        else:
            if not isinstance(target.get(step), (dict, list)):
                target[step] = empty
            target = target[step]
    last = steps[-1]
    if value is DELETE:
        if isinstance(last, int):
            del target[last]
        else:
            target.pop(last, None)
    elif isinstance(last, int):
        while len(target) <= last:
            target.append(None)
        target[last] = copy.deepcopy(value)
    else:
        target[last] = copy.deepcopy(value)


def day(text: str) -> int:
    """Epoch ms of an ISO date, by the library's convention."""
    from ledi.moments import date_to_millis

    return date_to_millis(date.fromisoformat(text))


def sigtap(cids: Mapping[str, str] | None = None, procedimentos: tuple[Any, ...] = ()) -> Any:
    """Tables in memory: CID-10 codes -> sex (M, F or I) and ready `Procedimento`s; the CBOs are those of LEDI."""
    from ledi.referencias.memory import MemoryTables, SigtapRelease
    from ledi.tables.port import Cid

    tables = MemoryTables()
    found = {code: Cid(code, code, sexo) for code, sexo in (cids or {}).items()}
    tables.add_sigtap("202609", SigtapRelease({item.codigo: item for item in procedimentos}, found, {}))
    return tables
