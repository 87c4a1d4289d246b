"""When each LEDI version was published, until when production made with it counts, which PEC reads it.

The dates are data (versions.toml): `validades` lets a caller put others in their place, as its own table has them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from ledi.versions import version_key

SO_LEITURA, EXPIRADA, CORRENTE, VALIDA = "so_leitura", "expirada", "corrente", "valida"
NEAR = 60  # days before the end when it is worth saying
Validades = Mapping[str, date]  # version -> last day on which it counts
_PEC = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Release:
    """One published version. `valid_until` is the last day on which it counts; `pec` the least PEC that reads it.

    `read_only`: there is no layout of it here; files that declare it are read with the nearest one.
    """

    id: str
    published: date
    valid_until: date
    pec: str
    changes: tuple[str, ...]
    read_only: bool = False

    def until(self, validades: Validades | None = None) -> date:
        """Last day on which it counts, by the caller's dates where they have it."""
        return (validades or {}).get(self.id, self.valid_until)

    def days_left(self, hoje: date, validades: Validades | None = None) -> int:
        """Days from `hoje` to the last day; negative when it is over."""
        return (self.until(validades) - hoje).days

    def situacao(self, hoje: date, validades: Validades | None = None) -> str:
        """`so_leitura`, `expirada`, `corrente`, `expira_em_N_dias` or `valida`: the first that holds."""
        left = self.days_left(hoje, validades)
        if self.read_only:
            return SO_LEITURA
        if left < 0:
            return EXPIRADA
        if self.id == tuple(releases())[-1]:
            return CORRENTE
        return f"expira_em_{left}_dias" if left <= NEAR else VALIDA


@lru_cache(maxsize=1)
def releases() -> Mapping[str, Release]:
    """Every version known, oldest first."""
    text = files("ledi.layouts").joinpath("versions.toml").read_text(encoding="utf-8")
    rows = sorted(tomllib.loads(text)["version"], key=lambda row: version_key(row["id"]))
    return MappingProxyType({row["id"]: _release(row) for row in rows})


def _release(row: Mapping[str, object]) -> Release:
    changes = row["changes"]
    assert isinstance(changes, list)
    return Release(
        id=str(row["id"]),
        published=date.fromisoformat(str(row["published"])),
        valid_until=date.fromisoformat(str(row["valid_until"])),
        pec=str(row["pec"]),
        changes=tuple(map(str, changes)),
        read_only=bool(row.get("read_only", False)),
    )


def newest_for(pec: str) -> Release | None:
    """The newest version that a PEC reads and this library writes; None when that PEC is older than all of them.

    `pec`: its version, "5.4.38". Raises ValueError when the text is not n.n.n.
    """
    if not _PEC.fullmatch(pec.strip()):
        raise ValueError(pec)
    key = version_key(pec.strip())
    read = [row for row in releases().values() if not row.read_only and version_key(row.pec) <= key]
    return read[-1] if read else None
