"""Many clients from and to PostgreSQL at once: arrays to find them, COPY in, arrays to update.

Plain rows, not models: a chunk of fichas meets a thousand clients, and making a model of each cost more than
the queries.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from saude.banco.cursor import server_cursor


@dataclass(slots=True, eq=False)
class Cadastro:
    """A client as intake knows it; `pk` is 0 until it is stored."""

    pk: int
    entidade_id: int
    nome: str = ""
    nome_social: str = ""
    busca: str = ""
    nascimento: date | None = None
    sexo: int | None = None
    cns: str = ""
    cpf: str = ""
    nome_mae: str = ""
    desconhece_mae: bool = False
    raca_cor: int | None = None
    telefone: str = ""
    microarea: str = ""
    cadastro_em: date | None = None
    revisao: int = 1


@dataclass(slots=True)
class Mudanca:
    """A row of `Alteracao` to be."""

    cliente: Cadastro
    campo: str
    anterior: str
    novo: str
    fonte: str
    aplicada: bool
    ficha_id: int | None


COLUMNS = {
    "nome": "text",
    "nome_social": "text",
    "busca": "text",
    "nascimento": "date",
    "sexo": "int2",
    "cns": "text",
    "cpf": "text",
    "nome_mae": "text",
    "desconhece_mae": "bool",
    "raca_cor": "int2",
    "telefone": "text",
    "microarea": "text",
    "cadastro_em": "date",
    "revisao": "int4",
}

_ROW = ", ".join(("id", "entidade_id", *COLUMNS))
# "<> ''" is what lets the partial indexes be used: of a long array the planner cannot tell that it has no ''
_DOCUMENTS = f"""
SELECT {_ROW} FROM clientes_cliente
WHERE entidade_id = %(e)s AND mesclado_em_id IS NULL AND cpf <> '' AND cpf = ANY(%(cpf)s::text[])
UNION ALL
SELECT {_ROW} FROM clientes_cliente
WHERE entidade_id = %(e)s AND mesclado_em_id IS NULL AND cns <> '' AND cns = ANY(%(cns)s::text[])
AND NOT cpf = ANY(%(cpf)s::text[])
"""
_MERGED = f"""
SELECT 'cpf', g.cpf, {", ".join("k." + name for name in _ROW.split(", "))}, g.id
FROM clientes_cliente g JOIN clientes_cliente k ON k.id = g.mesclado_em_id
WHERE g.entidade_id = %(e)s AND g.mesclado_em_id IS NOT NULL AND g.cpf <> '' AND g.cpf = ANY(%(cpf)s::text[])
UNION ALL
SELECT 'cns', g.cns, {", ".join("k." + name for name in _ROW.split(", "))}, g.id
FROM clientes_cliente g JOIN clientes_cliente k ON k.id = g.mesclado_em_id
WHERE g.entidade_id = %(e)s AND g.mesclado_em_id IS NOT NULL AND g.cns <> '' AND g.cns = ANY(%(cns)s::text[])
"""


def with_documents(entidade_id: int, cpf: Collection[str], cns: Collection[str]) -> Iterator[Cadastro]:
    """Those of one of these documents, merged ones left out; found by CPF first."""
    return (Cadastro(*row) for row in _rows(_DOCUMENTS, e=entidade_id, cpf=list(cpf), cns=list(cns)))


def merged(
    entidade_id: int, cpf: Collection[str], cns: Collection[str]
) -> Iterator[tuple[str, str, Cadastro]]:
    """("cpf" or "cns", number, the client that stayed) of clients merged away; the oldest first."""
    rows = _rows(_MERGED, e=entidade_id, cpf=list(cpf), cns=list(cns))
    return ((row[0], row[1], Cadastro(*row[2:-1])) for row in sorted(rows, key=lambda row: row[-1]))


def with_names(entidade_id: int, names: Collection[str], births: Collection[date]) -> Iterator[Cadastro]:
    query = (
        f"SELECT {_ROW} FROM clientes_cliente WHERE entidade_id = %(e)s AND mesclado_em_id IS NULL "
        "AND nascimento = ANY(%(births)s::date[]) AND busca = ANY(%(names)s::text[])"
    )
    return (Cadastro(*row) for row in _rows(query, e=entidade_id, names=list(names), births=list(births)))


def _rows(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with server_cursor() as cursor:
        return cursor.execute(query, values).fetchall()


def insert(clients: Sequence[Cadastro]) -> None:
    """New clients; they get their ids."""
    if not clients:
        return
    names = ["id", "entidade_id", *COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s.name) FROM (SELECT pg_get_serial_sequence('clientes_cliente', 'id')::regclass"
            " AS name OFFSET 0) s, generate_series(1, %s)",
            [len(clients)],
        )
        for cliente, (pk,) in zip(clients, cursor.fetchall(), strict=True):
            cliente.pk = pk
        with cursor.copy(f"COPY clientes_cliente ({', '.join(names)}) FROM STDIN") as copy:
            for cliente in clients:
                copy.write_row((cliente.pk, *_values(cliente)))


_values = attrgetter("entidade_id", *COLUMNS)


class ClientChanged(OperationalError):
    """Somebody else changed one of these clients since they were read: read again."""


def update(clients: Sequence[Cadastro]) -> None:
    """Changed clients; their revision rises. ClientChanged when one is no longer as it was read."""
    if not clients:
        return
    for cliente in clients:
        cliente.revisao += 1
    names = list(COLUMNS)
    columns: list[list[Any]] = [[getattr(c, name) for c in clients] for name in names]
    with server_cursor() as cursor:
        cursor.execute(  # in one order, or two intakes that share clients stop each other
            "SELECT FROM clientes_cliente WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [[c.pk for c in clients]],
        )
        cursor.execute(
            f"UPDATE clientes_cliente c SET {', '.join(f'{n} = v.{n}' for n in names)}, alterado_em = %s "
            f"FROM unnest(%s::bigint[], {', '.join(f'%s::{COLUMNS[n]}[]' for n in names)}) "
            f"AS v(id, {', '.join(names)}) WHERE c.id = v.id AND c.revisao = v.revisao - 1",
            [timezone.now(), [c.pk for c in clients], *columns],
        )
        if cursor.rowcount != len(clients):
            raise ClientChanged("client changed meanwhile")


def insert_changes(changes: Sequence[Mudanca]) -> None:
    """Changes of a chunk; a divergence that is known already is not told twice."""
    rows = {(c.cliente.pk, c.campo, c.novo, c.aplicada): c for c in changes}
    if not rows:
        return
    values = [
        (c.cliente.pk, c.campo, c.anterior, c.novo, str(c.fonte), c.aplicada, c.ficha_id)
        for c in rows.values()
    ]
    with server_cursor() as cursor:
        cursor.execute(
            "INSERT INTO clientes_alteracao "
            "(cliente_id, campo, anterior, novo, fonte, aplicada, ficha_id, em) "
            "SELECT *, now() FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], "
            "%s::bool[], %s::bigint[]) ON CONFLICT DO NOTHING",
            [list(column) for column in zip(*values, strict=True)],
        )
