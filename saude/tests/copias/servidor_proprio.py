"""A server of the municipality's own: an owner without power over the server, and the role of the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def own_database(name: str, **place: Any) -> Iterator[dict[str, str]]:
    """`place`: how its superuser gets in. What a person who keeps the server sets, as implantacao/LEIAME.md has it."""
    owner, works = f"{name}_dono", f"{name}_aplicacao"
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as keeper:
        keeper.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'do_dono'")
        keeper.execute(f"CREATE ROLE {works} LOGIN PASSWORD 'dela'")
        keeper.execute(f"CREATE DATABASE {name} OWNER {owner}")
        try:
            yield {
                "SAUDE_PAPEL": works,
                "dono": f"postgresql://{owner}:do_dono@/{name}?host={place['host']}",
                "aplicacao": f"postgresql://{works}:dela@/{name}?host={place['host']}",
            }
        finally:
            keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")
            keeper.execute(f"DROP ROLE {owner}, {works}")
