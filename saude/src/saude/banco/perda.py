"""The database went away in the middle: no fault of what was being stored, and nothing more can be done just now."""

import psycopg
from django.db import InterfaceError, OperationalError, connection

#: COPY and the cursor of psycopg raise its own
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def transaction_lost() -> bool:
    """The transaction of the caller is lost: whatever is tried inside it fails, and says something else."""
    return bool(
        connection.in_atomic_block and (connection.needs_rollback or connection.closed_in_transaction)
    )
