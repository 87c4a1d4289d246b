"""What the simulator has received: which uuids were accepted, the latest records, the counts. In a folder, if given.

Nothing of the content is shown: of each record its envelope, and messages with numbers masked.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from ledi.envelope import Envelope, file_name
from ledi.errors import EncodeError, LediError
from ledi.masking import texto_seguro

_LATEST = 1000
_ERRORS_KEPT = 30
LONGEST = 100  # characters of a text of the envelope that are kept
INDEX = "recebidas.jsonl"


@dataclass(slots=True)
class Seen:
    """One record, as the page and the JSON show it."""

    quando: str
    uuid: str | None
    situacao: str
    status: int | None
    lote: int | None = None
    tipo: str | None = None
    cnes: str | None = None
    ine: str | None = None
    ibge: str | None = None
    versao: str | None = None
    campos_perdidos: int = 0
    erros: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, envelope: Envelope, now: datetime, situacao: str = "", lote: int | None = None) -> Seen:
        """Of an envelope, whose texts may be as long as a hostile sender likes."""
        texts = (envelope.cnes, envelope.ine, envelope.ibge, envelope.declared_version)
        cnes, ine, ibge, versao = (text[:LONGEST] if text else text for text in texts)
        return cls(
            shown(now), envelope.uuid[:LONGEST], situacao, None, lote, envelope.tipo, cnes, ine, ibge, versao
        )

    def failed(self, errors: dict[str, str]) -> None:
        self.situacao = "recusada"
        self.erros = dict(islice(errors.items(), _ERRORS_KEPT))

    def as_json(self) -> dict[str, Any]:
        made = {name: getattr(self, name) for name in self.__slots__}
        for name in ("uuid", "cnes", "ine", "ibge", "versao"):
            text = made[name]
            made[name] = texto_seguro(text) if isinstance(text, str) and name != "uuid" else text
        made["erros"] = {
            texto_seguro(path, 200): texto_seguro(text, 500) for path, text in self.erros.items()
        }
        return made


def shown(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


class Store:
    """Many threads use it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._accepted: set[str] = set()
        self._latest: deque[Seen] = deque(maxlen=_LATEST)
        self._counts: Counter[str] = Counter()
        self._lot = 0
        self._folder = folder
        self._index: IO[str] | None = None
        if folder is not None:
            self._open(folder)

    def _open(self, folder: Path) -> None:
        (folder / "recebidas").mkdir(parents=True, exist_ok=True)
        index = folder / INDEX
        if index.exists():
            for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    row = json.loads(line)
                    self._accepted.add(str(row["uuid"]))
                    self._lot = max(self._lot, int(row.get("lote") or 0))
                except (ValueError, KeyError, TypeError):
                    raise LediError(
                        f"{index}: a linha {number} não é desta pasta; escolha outra pasta"
                    ) from None
            self._counts["aceita"] = len(self._accepted)
        self._index = open(index, "a", encoding="utf-8")

    def was_accepted(self, uuid: str) -> bool:
        return uuid in self._accepted

    def next_lot(self) -> int:
        with self._lock:
            self._lot += 1
            return self._lot

    def accept(self, seen: Seen, data: bytes) -> bool:
        """Records it; False when another thread was first with the uuid."""
        assert seen.uuid is not None
        with self._lock:
            if seen.uuid in self._accepted:
                return False
            self._keep(seen, data)
            self._accepted.add(seen.uuid)
            self._see(seen)
        return True

    def _keep(self, seen: Seen, data: bytes) -> None:
        if self._folder is None or self._index is None:
            return
        try:
            name = file_name(seen.uuid or "")
        except EncodeError:
            name = f"sem-nome-{len(self._accepted)}.esus"
        (self._folder / "recebidas" / name).write_bytes(data)
        self._index.write(json.dumps(seen.as_json(), ensure_ascii=False) + "\n")
        self._index.flush()

    def see(self, seen: Seen) -> None:
        with self._lock:
            self._see(seen)

    def _see(self, seen: Seen) -> None:
        self._counts[seen.situacao] += 1
        self._latest.append(seen)

    def count(self, situacao: str) -> None:
        """For `ralo`: only how many."""
        self._counts[situacao] += 1

    def totals(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))

    def latest(self, limit: int = _LATEST) -> list[dict[str, Any]]:
        """The newest first."""
        with self._lock:
            newest = list(self._latest)[-limit:] if limit > 0 else []
        return [seen.as_json() for seen in reversed(newest)]

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
