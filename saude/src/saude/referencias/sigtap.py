"""A SIGTAP file into its release: COPY, one transaction of the caller."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from ledi.referencias import sigtap_reader as reader
from ledi.tables.port import Cid, Procedimento
from saude.comum import isolado
from saude.referencias import leitor
from saude.referencias.models import Publicacao
from saude.referencias.tables import Sigtap


def competencia(path: Path) -> date:
    """First day of the month the file is of. Read apart: raises as `cnes.read`."""
    return _first_day(isolado.run(f"{leitor.__name__}:{leitor.sigtap_month.__name__}", str(path)))


def store(publicacao: Publicacao, path: Path) -> dict[str, int]:
    """The rows of the file under `publicacao`; how many of each. Raises `ledi.errors.TableError`."""
    pk = publicacao.pk
    with reader.open_table(path) as table:
        counts = {
            "procedimentos": _copy(
                "referencias_procedimento",
                "publicacao_id, codigo, nome, complexidade, sexo, idade_min, idade_max, ocupacoes, cids, "
                "servicos, registros",
                ((pk, *p[:6], *map(sorted, p[6:])) for p in table.procedimentos()),
            ),
            "cids": _copy(
                "referencias_cid", "publicacao_id, codigo, nome, sexo", ((pk, *c) for c in table.cids())
            ),
            "cbos": _copy("referencias_cbo", "publicacao_id, codigo, nome", ((pk, *c) for c in table.cbos())),
        }
        return counts | {
            "procedimento_cbo": table.counts["rl_procedimento_ocupacao"],
            "procedimento_cid": table.counts["rl_procedimento_cid"],
        }


def analyse() -> None:
    """Right after an import: the planner would else take the tables for what they were before."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE referencias_procedimento, referencias_cid, referencias_cbo")


def changed_codes(old: Sigtap, new: Sigtap) -> set[str]:
    """Codes that two releases do not say the same of (names apart)."""
    found = {
        code
        for code in old.procedimentos.keys() | new.procedimentos.keys()
        if _limits(old.procedimentos.get(code)) != _limits(new.procedimentos.get(code))
    }
    found |= {
        code
        for code in old.cids.keys() | new.cids.keys()
        if _sex(old.cids.get(code)) != _sex(new.cids.get(code))
    }
    return found | (old.cbos.keys() ^ new.cbos.keys())


def _limits(row: Procedimento | None) -> tuple[object, ...] | None:
    return row and (row.sexo, row.idade_min, row.idade_max, row.ocupacoes, row.cids)


def _sex(row: Cid | None) -> str | None:
    return row.sexo if row else None


def _first_day(month: str) -> date:
    return date(int(month[:4]), int(month[4:]), 1)


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> int:
    n = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            n += 1
    return n
