"""Reader of the SIGTAP table ("Tabela Unificada"), from the zip as published or the folder it extracts to.

    with open_table("TabelaUnificada_202103.zip") as table:
        table.competencia                # "202103"
        for row in table.procedimentos(): ...

Everything is a stream; offsets come from the layouts inside. Any defect raises `ReferenciaError` with file
and line, so an importer that works in a transaction leaves the earlier release untouched.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from ledi.referencias.errors import ReferenciaError
from ledi.referencias.fixed import Row, read_layout, read_rows
from ledi.referencias.source import Source, open_source
from ledi.tables.port import Cbo, Cid, Procedimento

_PROCEDIMENTO = re.compile(r"[0-9]{10}")
_CBO = re.compile(r"[0-9A-Z]{6}")
_CID = re.compile(r"[A-Z][0-9]{2}[0-9]?")
_COMPETENCIA = re.compile(r"[12][0-9]{3}(0[1-9]|1[0-2])")
_AGE = re.compile(r"[0-9]{4}")

# Tables read: columns, and how many of the first ones identify a row.
_TABLES: dict[str, tuple[tuple[str, ...], int]] = {
    "tb_procedimento": (
        (
            "CO_PROCEDIMENTO",
            "NO_PROCEDIMENTO",
            "TP_COMPLEXIDADE",
            "TP_SEXO",
            "VL_IDADE_MINIMA",
            "VL_IDADE_MAXIMA",
            "DT_COMPETENCIA",
        ),
        1,
    ),
    "rl_procedimento_ocupacao": (("CO_PROCEDIMENTO", "CO_OCUPACAO"), 2),
    "rl_procedimento_cid": (("CO_PROCEDIMENTO", "CO_CID"), 2),
    "rl_procedimento_servico": (("CO_PROCEDIMENTO", "CO_SERVICO", "CO_CLASSIFICACAO"), 3),
    "rl_procedimento_registro": (("CO_PROCEDIMENTO", "CO_REGISTRO"), 2),
    "tb_cid": (("CO_CID", "NO_CID", "TP_SEXO"), 1),
    "tb_ocupacao": (("CO_OCUPACAO", "NO_OCUPACAO"), 1),
    "tb_servico": (("CO_SERVICO", "NO_SERVICO"), 1),
    "tb_registro": (("CO_REGISTRO", "NO_REGISTRO"), 1),
}
REQUIRED = tuple(_TABLES)


class SigtapTable:
    """One release, open for reading. `counts` fills with the rows read of each table."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.counts: dict[str, int] = {}
        missing = [f"{name}{end}.txt" for name in REQUIRED for end in ("", "_layout")]
        missing = [name for name in missing if name not in source.names()]
        if missing:
            raise ReferenciaError("falta na tabela SIGTAP", ", ".join(missing))

    @cached_property
    def competencia(self) -> str:
        """Month of the release, "AAAAMM", as its procedures say."""
        row = next(self._rows("tb_procedimento"), None)
        if row is None:
            raise ReferenciaError("a tabela está vazia", "tb_procedimento.txt")
        value = row.values[6]
        if not _COMPETENCIA.fullmatch(value):
            raise _shifted("DT_COMPETENCIA não é AAAAMM", "tb_procedimento", row.line)
        return value

    def procedimentos(self) -> Iterator[Procedimento]:
        """Procedures with their compatibilities, in the order of the file."""
        rows = [self._checked(row) for row in self._rows("tb_procedimento")]
        known = {row[0] for row in rows}
        ocupacoes = self._related("rl_procedimento_ocupacao", _CBO, known)
        cids = self._related("rl_procedimento_cid", _CID, known)
        servicos = self._related("rl_procedimento_servico", None, known)
        registros = self._related("rl_procedimento_registro", None, known)
        empty: frozenset[str] = frozenset()
        for codigo, nome, complexidade, sexo, idade_min, idade_max, _ in rows:
            yield Procedimento(
                codigo=codigo,
                nome=nome,
                complexidade=complexidade,
                sexo=sexo,
                idade_min=int(idade_min),
                idade_max=int(idade_max),
                ocupacoes=ocupacoes.get(codigo, empty),
                cids=cids.get(codigo, empty),
                servicos=servicos.get(codigo, empty),
                registros=registros.get(codigo, empty),
            )

    def cids(self) -> Iterator[Cid]:
        """The CID-10 table; codes without the dot."""
        for row in self._rows("tb_cid"):
            codigo, nome, sexo = row.values
            if not _CID.fullmatch(codigo) or sexo not in ("M", "F", "I"):
                raise _shifted("código ou sexo da CID não existe", "tb_cid", row.line)
            yield Cid(codigo, nome, sexo)

    def cbos(self) -> Iterator[Cbo]:
        """The CBO table."""
        for row in self._rows("tb_ocupacao"):
            codigo, nome = row.values
            if not _CBO.fullmatch(codigo):
                raise _shifted("código de CBO malformado", "tb_ocupacao", row.line)
            yield Cbo(codigo, nome)

    def servicos(self) -> Iterator[tuple[str, str]]:
        """(code, name) of the services."""
        yield from ((row.values[0], row.values[1]) for row in self._rows("tb_servico"))

    def registros(self) -> Iterator[tuple[str, str]]:
        """(code, name) of the instruments of record."""
        yield from ((row.values[0], row.values[1]) for row in self._rows("tb_registro"))

    def _rows(self, name: str) -> Iterator[Row]:
        columns, key = _TABLES[name]
        count = 0
        for row in read_rows(self._source, read_layout(self._source, name), columns, key):
            count += 1
            yield row
        self.counts[name] = count

    def _related(
        self, name: str, pattern: re.Pattern[str] | None, known: set[str]
    ) -> dict[str, frozenset[str]]:
        """Procedure -> its codes. Equal sets are one object: most procedures share theirs."""
        found: dict[str, set[str]] = defaultdict(set)
        codes: dict[tuple[str, ...], str] = {}
        for line, values in self._rows(name):
            procedure, parts = values[0], values[1:]
            code = codes.get(parts)
            if code is None:
                code = codes[parts] = "".join(parts)
                if pattern and not pattern.fullmatch(code):
                    raise _shifted("código malformado", name, line)
            if procedure not in known:
                raise ReferenciaError("o procedimento não está em tb_procedimento.txt", f"{name}.txt", line)
            found[procedure].add(code)
        shared: dict[frozenset[str], frozenset[str]] = {}
        return {key: shared.setdefault(value, value) for key, value in _frozen(found)}

    def _checked(self, row: Row) -> tuple[str, ...]:
        codigo, _, _, sexo, idade_min, idade_max, competencia = row.values
        fine = _PROCEDIMENTO.fullmatch(codigo) and sexo in ("M", "F", "I", "N")
        if not (fine and _AGE.fullmatch(idade_min) and _AGE.fullmatch(idade_max)):
            raise _shifted("código, sexo ou idades do procedimento malformados", "tb_procedimento", row.line)
        if competencia != self.competencia:
            reason = f"a competência não é a do resto da tabela ({self.competencia})"
            raise ReferenciaError(reason, "tb_procedimento.txt", row.line)
        return row.values


@contextmanager
def open_table(path: str | Path) -> Iterator[SigtapTable]:
    """The release in a zip or folder. Raises `ReferenciaError` when it is none or lacks a file."""
    with open_source(path) as source:
        yield SigtapTable(source)


def _frozen(found: dict[str, set[str]]) -> Iterator[tuple[str, frozenset[str]]]:
    for key, value in found.items():
        yield key, frozenset(value)


def _shifted(reason: str, table: str, line: int) -> ReferenciaError:
    return ReferenciaError(f"{reason}: o layout não é o desta tabela", f"{table}.txt", line)
