"""A server of the municipality's own: an owner without power over the server, and the role of the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


def make_database(keeper: Any, name: str, host: str) -> dict[str, str]:
    """`keeper`: of its superuser. What a person who keeps the server sets, as implantacao/LEIAME.md has it."""
    owner, works = f"{name}_dono", f"{name}_aplicacao"
    keeper.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'do_dono'")
    keeper.execute(f"CREATE ROLE {works} LOGIN PASSWORD 'dela'")
    keeper.execute(f"CREATE DATABASE {name} OWNER {owner}")
    return {
        "SAUDE_PAPEL": works,
        "dono": f"postgresql://{owner}:do_dono@/{name}?host={host}",
        "aplicacao": f"postgresql://{works}:dela@/{name}?host={host}",
    }


@contextmanager
def own_database(name: str, **place: Any) -> Iterator[dict[str, str]]:
    """`place`: how its superuser gets in. Gone at the end."""
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as keeper:
        given = make_database(keeper, name, place["host"])
        try:
            yield given
        finally:
            keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
            keeper.execute(f"DROP ROLE {name}_dono, {name}_aplicacao")
