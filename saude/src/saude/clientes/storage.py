"""Many clients to PostgreSQL at once: COPY in, arrays to update."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from saude.clientes.models import Alteracao, Cliente
from saude.fichas.storage import server_cursor

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


def insert(clients: Sequence[Cliente]) -> None:
    """New clients; they get their ids."""
    if not clients:
        return
    names = ["id", "entidade_id", *COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('clientes_cliente', 'id')) FROM generate_series(1, %s)",
            [len(clients)],
        )
        for cliente, (pk,) in zip(clients, cursor.fetchall(), strict=True):
            cliente.pk = pk
        with cursor.copy(f"COPY clientes_cliente ({', '.join(names)}) FROM STDIN") as copy:
            for cliente in clients:
                copy.write_row([getattr(cliente, name) for name in names])


class ClientChanged(OperationalError):
    """Somebody else changed one of these clients since they were read: read again."""


def update(clients: Sequence[Cliente]) -> None:
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


def insert_changes(changes: Sequence[Alteracao]) -> None:
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
