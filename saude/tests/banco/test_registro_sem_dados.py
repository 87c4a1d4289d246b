"""PostgreSQL's own log tells no personal data: errors are provoked that quote it, and the log is read."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from saude.banco.embutido.base import server

SECRETS = ("MARIA DA SILVA SECRETA", "98765432100", "708009876543210")


@pytest.mark.django_db(transaction=True)
def test_errors_that_quote_values_leave_none_in_the_log(entidade):
    settings = connection.settings_dict
    if "SAUDE_FOLDER" not in settings:
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste lê o seu registro")
    name, cpf, cns = SECRETS
    provoked = [
        ("SELECT %s::int", [name]),
        (f"SELECT '{cpf}'::date", None),
        (
            "INSERT INTO cadastros_entidade (id, nome, ibge, uf, fuso) VALUES (%s, %s, '1', 'SC', 'x')",
            [1, name],
        ),
        ("INSERT INTO contas_usuario (username) VALUES (%s)", [cns]),
        (f"SELECT nada FROM clientes_cliente WHERE nome = '{name}' AND cpf = '{cpf}'", None),
        (f"SELEKT '{name}'", None),
        ("SELECT pg_sleep(2), %s", [name]),
        ("DO $$ BEGIN RAISE WARNING 'MARIA DA SILVA SECRETA'; RAISE EXCEPTION '98765432100'; END $$", None),
    ]
    for sql, values in provoked:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '300ms'")
            cursor.execute(sql, values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE 'log%'")
        told = dict(cursor.fetchall())
    assert told["log_statement"] == "none" and told["log_min_duration_statement"] == "-1"
    assert told["log_parameter_max_length"] == told["log_parameter_max_length_on_error"] == "0"
    log = Path(server(settings["SAUDE_FOLDER"], settings["SAUDE_DURABLE"]).log).read_text(errors="replace")
    assert "database system is ready" in log  # it is the log of this server
    assert not [secret for secret in SECRETS if secret in log]
