"""The advisory locks of the system, in one place: two that share a number would wait for each other.

PostgreSQL keeps two spaces: single numbers, and pairs (class, key). Numbers stay what they are: processes of the
release before and after an upgrade must meet at the same lock.
"""

import contextlib
import time
from collections.abc import Collection, Iterator

from django.db import connection

# Single numbers
INICIO_DO_BANCO = 7_311  # one process at a time makes the embedded server's database
PAPEIS = 7_312  # one process at a time makes the application's role
AVISOS = 4_213  # one process at a time makes the round of the notices
COFRE = 4_214  # one person at a time changes the key of the installation
SELOS = 4_212  # one worker at a time seals the trail
CONTAGENS = 4_202  # one keeper at a time folds the kept counts
ESTATISTICAS = 4_208  # one worker at a time looks at tables that have doubled

# Classes of pairs, and what their key is
EXPORTACAO = 4_201  # entidade: one export at a time
NOVA_EXPORTACAO = 4_202  # entidade: two clicks make one export
REPROCESSAMENTO = 4_203  # entidade: one reprocessing begins at a time
TABELAS = 4_207  # entidade, 0 for all: shared while fichas are judged, alone while a release comes into force
ARQUIVO = 4_260  # file: one process at a time works on it
DESFECHOS = (
    4_270  # entidade: answers about exported fichas are kept one after the other, in the order they are read
)
TRANSMISSAO = 4_280  # entidade: one transmission at a time sends to its PEC
RELATORIO = 4_271  # report: one process at a time reads it
ADMINISTRADORES = 4_211  # entidade, 0 for the installation: one change of who administers at a time
TERRITORIO = 2_006  # professional: one pull of a territory at a time
CLIENTES = 1_000_000  # plus entidade, up to 1,999,999; key: drawer of a citizen, or -1 for the whole entidade

DRAWERS = 65_536  # of the citizens of an entidade
MANY = 2_000  # locks one transaction may hold on citizens: the lock table of the server is finite


def wait(trava: int, key: int) -> None:
    """Alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [trava, key])


def wait_shared(trava: int, *keys: int) -> None:
    """Beside others who share, until the transaction ends."""
    calls = ", ".join("pg_advisory_xact_lock_shared(%s, %s)" for _ in keys)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [value for key in keys for value in (trava, key)])


def try_alone(trava: int) -> bool:
    """Alone until the transaction ends, or not at all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [trava])
        return bool(cursor.fetchone()[0])


@contextlib.contextmanager
def session(trava: int, *key: int, patience: float | None = 0) -> Iterator[bool]:
    """Whether the work is ours, through as many transactions as it takes; a killed process leaves nothing locked.

    `patience`: seconds to wait for it; None: as long as it takes.
    """
    place = ", ".join("%s" for _ in (trava, *key))
    held = _take(place, [trava, *key], patience)
    try:
        yield held
    finally:
        if held and connection.connection and not connection.connection.closed and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({place})", [trava, *key])


def _take(place: str, key: list[int], patience: float | None) -> bool:
    with connection.cursor() as cursor:
        if patience is None:
            cursor.execute(f"SELECT pg_advisory_lock({place})", key)
            return True
        end = time.monotonic() + patience
        while True:
            cursor.execute(f"SELECT pg_try_advisory_lock({place})", key)
            if cursor.fetchone()[0]:
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(0.5)


def wait_citizens(entidade_id: int, keys: Collection[str]) -> None:
    """Two blocks at once must not create the same citizen twice: a lock per citizen key, in order. A block with
    very many new citizens takes the whole entidade instead."""
    space = CLIENTES + entidade_id % 1_000_000
    with connection.cursor() as cursor:
        if len(keys) > MANY:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, -1)", [space])
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, -1)", [space])
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, k) FROM ("
            " SELECT DISTINCT hashtext(t) & %s AS k FROM unnest(%s::text[]) t ORDER BY k) q",
            [space, DRAWERS - 1, list(keys)],
        )
