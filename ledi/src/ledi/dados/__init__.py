"""A production as tables: `tabelar` writes one Parquet table for each struct of LEDI, for DuckDB, pandas or Dask.

Needs the extra `ledi[dados]`. Every function takes and returns plain values that travel between processes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledi.dados.plan import RECORDS, REFUSED, columns, tables
from ledi.dados.rows import Rows, rows_of
from ledi.dados.writer import Writer
from ledi.reading import Records, read_records

__all__ = ["RECORDS", "REFUSED", "Rows", "Totais", "Writer", "columns", "rows_of", "tabelar", "tables"]

#: (path, its records) -> (where, rows) of each record, in order
Work = Callable[[str, Records], Iterator[tuple[str, Rows]]]


@dataclass(frozen=True)
class Totais:
    """What was tabulated. `a + b` is that of both: `sum(partes, Totais())`."""

    arquivos: int = 0
    registros: int = 0
    recusados: int = 0
    por_tipo: Counter[str] = field(default_factory=Counter)
    linhas: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Totais) -> Totais:
        return Totais(
            self.arquivos + other.arquivos,
            self.registros + other.registros,
            self.recusados + other.recusados,
            self.por_tipo + other.por_tipo,
            self.linhas + other.linhas,
        )


def tabelar(
    arquivos: str | Path | Iterable[str | Path], pasta: str | Path, *, work: Work | None = None
) -> Totais:
    """Writes the tables of one or more files (zip, .esus, .esus.xml, JSON lines, also .gz) into a new folder.

    Memory does not grow with the files. A record that no table can hold goes to `recusados` with its reason. Raises
    `LediError` (a file that cannot be read, a folder that exists, pyarrow missing) and `OSError`: then there is no
    folder. `work` reads the rows in another way (the command, by several processes).
    """
    given = [arquivos] if isinstance(arquivos, (str, Path)) else list(arquivos)
    names = Counter(Path(path).name for path in given)
    kinds: Counter[str] = Counter()
    with Writer(pasta) as writer:
        for path in given:
            name = Path(path).name if names[Path(path).name] == 1 else str(path)
            found = (work or _one_by_one)(str(path), read_records(path))
            for position, (where, rows) in enumerate(found, 1):
                writer.add(name, position, where, rows)
                if not rows.motivo:
                    kinds[rows.tipo or ""] += 1
    lines = Counter({name: count for name, count in writer.counts.items() if count})
    return Totais(len(given), lines[RECORDS], lines[REFUSED], kinds, +lines)


def _one_by_one(path: str, records: Records) -> Iterator[tuple[str, Rows]]:
    for item in records:
        yield item.where, rows_of(item)
