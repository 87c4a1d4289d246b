"""The tables as Parquet files of one folder: written as a stream, whole or not there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from ledi import __version__
from ledi.dados.plan import RECORDS, REFUSED, columns, structs, tables
from ledi.dados.rows import Row, Rows
from ledi.errors import LediError

#: what waits in memory before it is written: rows of one table, of all, and cells of all
ROWS_EACH, ROWS_ALL, CELLS = 20_000, 60_000, 1_500_000
DESCRIPTION = "tabelas.json"


class Writer:
    """`with Writer(pasta) as writer: writer.add(arquivo, posição, onde, rows)`. The folder takes its name at the end of
    the block, when every table is closed; a block that raises leaves nothing. Raises LediError: it is there already, or
    pyarrow (the extra `ledi[dados]`) is not."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.counts: dict[str, int] = dict.fromkeys(tables(), 0)
        self._arrow, self._parquet = _arrow()
        _refuse_what_is_there(self.folder)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._made = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}.parcial-", dir=self.folder.parent))
        self._waiting: dict[str, list[Row]] = {name: [] for name in self.counts}
        self._rows = self._cells = 0
        self._open: dict[str, Any] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            for one in self._open.values():
                with suppress(OSError):  # a full disk is told once
                    one.close()
            shutil.rmtree(self._made, ignore_errors=True)

    def add(self, name: str, position: int, where: str, rows: Rows) -> None:
        """The rows of one record: the `position`th of the file `name`."""
        keys = {"arquivo": name, "registro": position}
        if rows.motivo:
            refused = {
                "onde": where,
                "uuid": rows.uuid,
                "tipo": rows.tipo,
                "codigo": rows.codigo,
                "motivo": rows.motivo,
            }
            self._put(REFUSED, [keys | refused])
            return
        rows.tables[RECORDS][0]["onde"] = where
        for table, made in rows.tables.items():
            self._put(table, [keys | row for row in made])

    def _put(self, table: str, rows: list[Row]) -> None:
        waiting = self._waiting[table]
        waiting += rows
        self._rows += len(rows)
        self._cells += sum(map(_weight, rows))
        if len(waiting) >= ROWS_EACH:
            self._write(table)
        elif self._rows >= ROWS_ALL or self._cells >= CELLS:
            for name in self._waiting:
                self._write(name)

    def _write(self, table: str) -> None:
        rows = self._waiting[table]
        if not rows:
            return
        schema = self._schema(table)
        self._file(table, schema).write_table(self._arrow.Table.from_pylist(rows, schema=schema))
        self.counts[table] += len(rows)
        self._rows -= len(rows)
        self._waiting[table] = []
        if not self._rows:
            self._cells = 0

    def _file(self, table: str, schema: Any) -> Any:
        if table not in self._open:
            path = self._made / f"{table}.parquet"
            self._open[table] = self._parquet.ParquetWriter(path, schema, compression="zstd")
        return self._open[table]

    def _schema(self, table: str) -> Any:
        return self._arrow.schema([(name, self._type(kind)) for name, kind in columns(table).items()])

    def _type(self, kind: str) -> Any:
        if kind.startswith("list<"):
            return self._arrow.list_(self._type(kind[5:-1]))
        return (
            getattr(self._arrow, _TYPES[kind])()
            if kind != "datahora"
            else self._arrow.timestamp("ms", tz="UTC")
        )

    def _finish(self) -> None:
        for table in self.counts:  # a table without rows is there too: a question about it is answered
            self._write(table)
            self._file(table, self._schema(table)).close()
        (self._made / DESCRIPTION).write_text(_description(self.counts), encoding="utf-8")
        for path in self._made.iterdir():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        self._made.chmod(0o777 & ~_umask())
        if self.folder.is_dir():
            self.folder.rmdir()  # an empty one; Windows renames onto nothing
        self._made.rename(self.folder)


_TYPES = {
    "bool": "bool_",
    "i32": "int32",
    "i64": "int64",
    "double": "float64",
    "string": "string",
    "binary": "binary",
    "data": "date32",
}


def _weight(row: Row) -> int:
    """Cells of a row; a long text or list counts for as many as it takes the place of."""
    return sum(1 + len(value) // 16 if isinstance(value, (str, bytes, list)) else 1 for value in row.values())


def _arrow() -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise LediError(
            "para gravar Parquet instale a biblioteca com o extra dados: pip install ledi[dados]"
        ) from None


def _refuse_what_is_there(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise LediError(f"{folder.name}: já existe. Escolha outra pasta em --saida, ou apague esta antes.")


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now


def _description(counts: dict[str, int]) -> str:
    """What is in the folder, for programs and for who opens it in a year."""
    told = {
        name: {
            "linhas": counts[name],
            "colunas": columns(name),
            "rotulos": {
                one.column: one.label for one in structs().get(name, {}).values() if one.child is None
            },
        }
        for name in counts
    }
    return json.dumps({"ledi": __version__, "tabelas": told}, ensure_ascii=False, indent=1) + "\n"
