"""Lots sent as files: a zip waits until it is processed, then counts and a CSV of inconsistencies, as the PEC's."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ledi.envelope import unwrap_any
from ledi.errors import LediError, PackageError
from ledi.pec.simulator.judging import Judged, judge
from ledi.pec.simulator.store import Seen, Store, shown
from ledi.zip import read_package

HEADER = (
    "Data de Recebimento", "Tipo de Recebimento", "Nome do Arquivo", "Lote", "Tipo da Ficha", "CNES Emitente", "UUID",
    "Versão", "Registro da Ficha", "Validações de Regras Negócio", "Validações de Campos Obrigatórios",
    "Erros Estruturais",
)  # fmt: skip
_NAMES = {
    "FAI": "CDS Ficha de Atendimento Individual",
    "FAO": "CDS Ficha de Atendimento Odontológico",
    "FAD": "CDS Ficha de Atendimento Domiciliar",
    "FAC": "CDS Ficha de Atividade Coletiva",
    "FAE": "CDS Ficha de Avaliação de Elegibilidade",
    "FCI": "CDS Ficha de Cadastro Individual",
    "FCD": "CDS Ficha de Cadastro Domiciliar",
    "FCZM": "CDS Ficha Complementar",
    "FCC": "CDS Ficha de Cuidado Compartilhado",
    "FP": "CDS Ficha de Procedimentos",
    "FV": "CDS Ficha de Vacinação",
    "FVD": "CDS Ficha de Visita Domiciliar",
    "MCA": "CDS Ficha de Marcadores de Consumo Alimentar",
}
UNREADABLE = "Erro na desserialização do registro"
_BY_API = "Sistemas terceiros via API"
_LOTS_KEPT = 1000


@dataclass(slots=True)
class Lot:
    """A lot; before it is processed its counts are "-"."""

    numero: int
    nome: str
    recebido: datetime
    path: Path | None
    origem: str = "Arquivo"
    situacao: str = "aguardando"
    validas: int = 0
    invalidas: int = 0
    repetidas: int = 0
    problema: str = ""
    linhas: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.validas + self.invalidas + self.repetidas

    def as_json(self) -> dict[str, Any]:
        return {
            "lote": self.numero,
            "origem": self.origem,
            "nome": self.nome,
            "data": self.recebido.isoformat(timespec="seconds"),
            "situacao": self.situacao,
            "validas": self.validas,
            "invalidas": self.invalidas,
            "repetidas": self.repetidas,
            "total": self.total,
            "inconsistencias": len(self.linhas),
            "problema": self.problema,
        }


class Lots:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._lock = threading.Lock()
        self._processing = threading.Lock()
        self._lots: dict[int, Lot] = {}

    def add(self, path: Path, name: str) -> Lot:
        """A zip to be processed later; the file becomes this object's to delete."""
        lot = Lot(self._store.next_lot(), name[:100] or "-", self._now(), path)
        with self._lock:
            self._lots[lot.numero] = lot
            if len(self._lots) > _LOTS_KEPT:
                self._lots.pop(next(iter(self._lots)))
        return lot

    def get(self, number: int) -> Lot | None:
        return self._lots.get(number)

    def all(self) -> list[Lot]:
        """The newest first."""
        with self._lock:
            return list(self._lots.values())[::-1]

    def process(
        self, today: date, cnes: frozenset[str] | None, again: list[tuple[int, bytes]] | None = None
    ) -> list[Lot]:
        """Every waiting lot; then fichas of the API that are to be judged again. One at a time."""
        with self._processing:
            done = [lot for lot in reversed(self.all()) if lot.situacao == "aguardando"]
            for lot in done:
                self._process(lot, today, cnes)
            while again:
                number, data = again.pop(0)
                done += self._judge_again(number, data, today, cnes)
            return done

    def _process(self, lot: Lot, today: date, cnes: frozenset[str] | None) -> None:
        assert lot.path is not None
        try:
            for name, data in read_package(lot.path):
                self._entry(lot, name, data, today, cnes)
            lot.situacao = "processado"
        except (PackageError, OSError) as problem:
            lot.situacao, lot.problema = "não processado", str(problem)[:300]
        finally:
            lot.path.unlink(missing_ok=True)

    def _entry(self, lot: Lot, name: str, data: bytes, today: date, cnes: frozenset[str] | None) -> None:
        try:
            envelope = unwrap_any(data)
        except LediError:
            uuid = name.rpartition("/")[2].partition(".")[0][:60]
            seen = Seen(shown(self._now()), uuid, "recusada", None, lot.numero)
            lot.invalidas += 1
            lot.linhas.append(_row(lot, seen, estruturais=UNREADABLE))
            self._store.see(seen)
            return
        judged = judge(envelope, today, cnes)
        seen = Seen.of(envelope, self._now(), "aceita", lot.numero)
        seen.campos_perdidos = judged.lost
        if not judged.good:
            lot.invalidas += 1
            seen.failed(judged.errors)
            lot.linhas.append(_refused(lot, seen, judged))
        elif self._store.was_accepted(envelope.uuid) or not self._store.accept(seen, data):
            lot.repetidas += 1
            seen.situacao = "repetida"
            lot.linhas.append(_row(lot, seen, estruturais="Duplicadas: 1"))
        else:
            lot.validas += 1
            return  # seen by accept
        self._store.see(seen)

    def _judge_again(self, number: int, data: bytes, today: date, cnes: frozenset[str] | None) -> list[Lot]:
        """A lot of one record, as the PEC makes of what came by the API; only those refused now are kept."""
        envelope = unwrap_any(data)
        judged = judge(envelope, today, cnes)
        if judged.good:
            return []
        lot = Lot(number, "-", self._now(), None, _BY_API, "processado", invalidas=1)
        lot.linhas.append(_refused(lot, Seen.of(envelope, self._now(), "recusada", number), judged))
        with self._lock:
            self._lots[number] = lot
        return [lot]

    # ---- the report

    def report(self, lots: list[Lot], latin: bool = False) -> Iterator[bytes]:
        """The CSV of inconsistencies, piece by piece: UTF-8, or ISO-8859-1 with everything quoted and CRLF."""
        coding = "iso-8859-1" if latin else "utf-8"
        out = io.StringIO(newline="")
        if latin:
            write = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow
        else:
            write = csv.writer(out, delimiter=";", lineterminator="\n").writerow
        write(HEADER)
        for lot in lots:
            for row in lot.linhas:
                write(row)
                if out.tell() > 64 * 1024:
                    yield out.getvalue().encode(coding, "replace")
                    out.seek(0)
                    out.truncate()
        yield out.getvalue().encode(coding, "replace")

    def between(self, start: date | None, end: date | None, kind: str | None) -> list[Lot]:
        """Lots received in the period, oldest first; `kind`: ARQUIVO or ONLINE."""
        wanted = {"ARQUIVO": "Arquivo", "ONLINE": _BY_API}.get((kind or "").upper())
        return [
            lot
            for lot in reversed(self.all())
            if (start is None or lot.recebido.date() >= start)
            and (end is None or lot.recebido.date() <= end)
            and (wanted is None or lot.origem == wanted)
        ]


def _refused(lot: Lot, seen: Seen, judged: Judged) -> tuple[str, ...]:
    if judged.unreadable:
        return _row(lot, seen, estruturais=UNREADABLE)
    return _row(lot, seen, "\n".join(judged.rules.values()), "\n".join(judged.required.values()))


def _row(
    lot: Lot, seen: Seen, regras: str = "", obrigatorios: str = "", estruturais: str = ""
) -> tuple[str, ...]:
    kind = "ARQUIVO" if lot.origem == "Arquivo" else "ONLINE"
    day, name = lot.recebido.strftime("%d/%m/%Y"), _NAMES.get(seen.tipo or "", seen.tipo)
    cells = (day, kind, "-", str(lot.numero), name, seen.cnes, seen.uuid, seen.versao, "-",
             regras, obrigatorios, estruturais)  # fmt: skip
    return tuple(cell or "-" for cell in cells)
