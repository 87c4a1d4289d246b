"""The quick function of migration 0004 gives the keys that the first one gave: the index needs no rebuilding."""

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from saude.clientes.fonetica import FUNCTIONS

LETTERS = st.text("ACEGHIQSUPDO RLSSYZ'-É\n\t1", max_size=24) | st.text(max_size=12)


@pytest.fixture
def first(db):
    """As the owner of the tables: the application makes no functions. Taken back at the end."""
    from saude.banco.ferramentas import parameters

    params = parameters(connection)
    given = {name: params[name] for name in ("host", "port", "dbname", "password") if params.get(name)}
    with psycopg.connect(**given, user=params["user"]) as made, made.cursor() as cursor:
        cursor.execute(FUNCTIONS.replace("saude_chaves", "chaves_de_antes"))
        yield cursor
        made.rollback()


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(LETTERS.filter(lambda t: "\x00" not in t and (t.isprintable() or "\n" in t)))
@example("SCHSCCEHHH  E DA GUEGGE PHPHE AAAA GUUE QUEQUI SCYCY")
@example("MARIA D'ÁVILA DOS SANTOS DE SOUZA E SILVA")
@example("")
def test_same_keys(first, text):
    first.execute("SELECT chaves_de_antes(7, %s), saude_chaves(7, %s)", [text, text])
    before, now = first.fetchone()
    assert set(now) == set(before)
