"""The trail cannot be changed by the application, and a change by who can is found: each attack is made here."""

import hashlib
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from saude.auditoria import selos
from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento, Selo
from saude.banco.papeis import APPLICATION

pytestmark = pytest.mark.django_db(transaction=True)
CHANGE = "UPDATE auditoria_evento SET usuario_nome = 'outra pessoa' WHERE id = %s"


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    """The last seal is noted in a folder of the test's own."""
    settings.DADOS = tmp_path
    return tmp_path


@pytest.fixture
def trilha(monkeypatch):
    """`trilha(n)` writes n events that are old enough to be sealed; their ids."""
    monkeypatch.setattr(selos, "AGE", timedelta(0))
    monkeypatch.setattr(
        selos, "PATIENCE", 90
    )  # transactions of other tests' databases are of the same server

    def write(n: int = 5) -> list[int]:
        return [
            record_event(by="ana", entidade=1, tipo="ficha.vista", alvo=("ficha", i)).pk for i in range(n)
        ]

    return write


@contextmanager
def owner():
    """Who can do everything in the database: what the application is not."""
    if "SAUDE_FOLDER" not in connection.settings_dict:
        pytest.skip("SEM SERVIDOR EMBUTIDO: este teste precisa do dono das tabelas")
    from saude.banco.embutido.base import owner_credentials

    params = connection.get_connection_params() | owner_credentials(connection)
    place = {name: params[name] for name in ("host", "dbname", "user", "password")}
    with psycopg.connect(**place, autocommit=True) as made:
        made.execute("SET session_replication_role = replica")  # no trigger stops them
        yield made


def check(capsys) -> str:
    """What the command says; fails unless it fails."""
    with pytest.raises(CommandError, match="não confere"):
        call_command("conferir_auditoria")
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditoria_evento SET usuario_nome = 'outra pessoa'",
        "DELETE FROM auditoria_evento",
        "TRUNCATE auditoria_evento",
        "DROP TABLE auditoria_evento",
        "ALTER TABLE auditoria_evento DISABLE TRIGGER USER",
        "DROP TRIGGER auditoria_evento_imutavel ON auditoria_evento",
        "CREATE OR REPLACE FUNCTION auditoria_evento_imutavel() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN OLD; END'",
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "ALTER TABLE auditoria_evento OWNER TO saude_aplicacao",
        "INSERT INTO auditoria_evento (id, usuario_nome, tipo, alvo_tipo, alvo_id, detalhe, momento) "
        "VALUES (1, 'x', 'x', '', '', '{}', now())",
        "UPDATE auditoria_selo SET eventos = 0",
        "DELETE FROM auditoria_selo",
        "TRUNCATE auditoria_selo",
    ],
)
def test_the_application_cannot_change_the_trail(trilha, statement):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (APPLICATION, False)
    trilha()
    selos.seal()
    before = list(Evento.objects.values_list()), list(Selo.objects.values_list())
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(Evento.objects.values_list()), list(Selo.objects.values_list())) == before


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["auditoria_evento", "auditoria_selo"])
def test_the_owner_is_refused_by_the_triggers(trilha, statement, table):
    trilha()
    selos.seal()
    with owner() as made:
        made.execute("SET session_replication_role = origin")
        with pytest.raises(psycopg.errors.RaiseException, match="somente acréscimos"):
            made.execute(statement.format(table))


def test_what_is_as_sealed_passes(trilha, capsys):
    trilha(5)
    assert selos.seal() == 1
    trilha(3)
    assert selos.seal() == 1 and selos.seal() == 0
    call_command("conferir_auditoria")
    assert "2 intervalos" in capsys.readouterr().out


def test_a_changed_row_is_found_with_its_interval(trilha, capsys):
    first = trilha(5)
    selos.seal()
    trilha(5)
    selos.seal()
    with owner() as made:
        made.execute(CHANGE, [first[2]])
    said = check(capsys)
    assert f"intervalo 1 (eventos 1 a {first[-1]}, selado em" in said
    assert "o conteúdo de um evento foi mudado" in said and "intervalo 2" not in said


@pytest.mark.parametrize(
    "column",
    ["entidade_id = 2", "usuario_id = 9", "usuario_nome = 'x'", "tipo = 'x'", "alvo_tipo = 'x'", "alvo_id = 'x'",
     "detalhe = '{\"a\": 1}'", "ip = '10.0.0.1'", "momento = momento - interval '1 microsecond'"],
)  # fmt: skip
def test_no_column_is_left_out_of_the_seal(trilha, capsys, column):
    ids = trilha(3)
    selos.seal()
    with owner() as made:
        made.execute(f"UPDATE auditoria_evento SET {column} WHERE id = {ids[1]}")
    assert "foi mudado" in check(capsys)


def test_a_removed_row_is_found(trilha, capsys):
    ids = trilha(5)
    selos.seal()
    with owner() as made:
        made.execute("DELETE FROM auditoria_evento WHERE id = %s", [ids[0]])
    assert "1 a menos: eventos foram removidos" in check(capsys)


def test_an_inserted_row_is_found(trilha, capsys):
    ids = trilha(3)
    connection.cursor().execute("SELECT nextval(pg_get_serial_sequence('auditoria_evento', 'id'))")
    trilha(3)
    selos.seal()
    with owner() as made:
        made.execute(
            "INSERT INTO auditoria_evento (id, usuario_nome, tipo, alvo_tipo, alvo_id, detalhe, momento) "
            "VALUES (%s, 'inventado', 'ficha.vista', '', '', '{}', now())",
            [ids[-1] + 1],
        )
    assert "1 a mais: eventos foram inseridos" in check(capsys)


def test_a_seal_made_anew_over_the_change_is_found_by_its_signature(trilha, capsys):
    """Who owns the database recomputes everything that is in it; the key is not."""
    ids = trilha(4)
    selos.seal()
    with owner() as made:
        made.execute(CHANGE, [ids[1]])
        count, digest = selos._digest(0, ids[-1])
        chain = selos._chain(selos.START, 1, 0, ids[-1], count, digest)
        made.execute("UPDATE auditoria_selo SET resumo = %s, cadeia = %s", [digest, chain])
    said = check(capsys)
    assert "a assinatura do selo não confere" in said and "foi anotado fora do banco" in said


def test_the_end_cut_off_with_its_seal_is_found_from_outside(trilha, capsys):
    first = trilha(4)
    selos.seal()
    trilha(4)
    selos.seal()
    with owner() as made:
        made.execute("DELETE FROM auditoria_evento WHERE id > %s", [first[-1]])
        made.execute("DELETE FROM auditoria_selo WHERE numero = 2")
    assert "não está no banco" in check(capsys)


def cut_off(after: int) -> None:
    with owner() as made:
        made.execute("DELETE FROM auditoria_evento WHERE id > %s", [after])
        made.execute("DELETE FROM auditoria_selo WHERE numero > 1")


def test_the_end_cut_off_is_not_forgotten_when_the_trail_is_sealed_again(trilha, capsys):
    first = trilha(4)
    selos.seal()
    trilha(4)
    selos.seal()
    cut_off(first[-1])
    for _ in range(3):
        trilha(2)
        assert selos.seal() == 1
        assert "não é o que foi anotado fora do banco" in check(capsys)


def test_a_database_brought_back_on_purpose_is_said_in_the_trail_and_goes_on(trilha, capsys):
    first = trilha(4)
    selos.seal()
    with pytest.raises(CommandError, match="O banco não voltou"):
        call_command("conferir_auditoria", banco_voltou="engano")
    trilha(4)
    selos.seal()
    cut_off(first[-1])
    with pytest.raises(CommandError, match="Diga por que"):
        call_command("conferir_auditoria", banco_voltou=" ")
    call_command("conferir_auditoria", banco_voltou="fichas apagadas por engano às 10h")
    said = capsys.readouterr().out
    assert "Aceito: o selo 2" in said and "A trilha confere: 1 intervalos" in said
    told = Evento.objects.get(tipo="auditoria.banco_voltou").detalhe
    assert told == {"selo_anotado": 2, "ultimo_selo": 1, "motivo": "fichas apagadas por engano às 10h"}
    selos.seal()
    assert list(selos.faults()) == []


def test_a_return_does_not_cover_another_change(trilha, capsys):
    first = trilha(4)
    selos.seal()
    trilha(4)
    selos.seal()
    cut_off(first[-1])
    with owner() as made:
        made.execute(CHANGE, [first[0]])
    with pytest.raises(CommandError, match=r"outro problema.*o conteúdo de um evento foi mudado"):
        call_command("conferir_auditoria", banco_voltou="de propósito")
    assert "foi anotado fora do banco" in check(capsys)
    assert not Evento.objects.filter(tipo="auditoria.banco_voltou").exists()


def test_a_seal_taken_out_of_the_middle_is_found(trilha, capsys):
    for _ in range(3):
        trilha(2)
        selos.seal()
    with owner() as made:
        made.execute("DELETE FROM auditoria_selo WHERE numero = 2")
    assert "falta o selo 2" in check(capsys)


def test_a_transaction_that_is_still_running_holds_the_seal_back(trilha, monkeypatch):
    """Its event has a lower id than what was committed: sealed now, it would look inserted later."""
    monkeypatch.setattr(selos, "PATIENCE", 0.3)
    late = connections.create_connection("default")
    try:
        late.set_autocommit(False)
        with late.cursor() as cursor:
            cursor.execute(
                "INSERT INTO auditoria_evento (usuario_nome, tipo, alvo_tipo, alvo_id, detalhe, momento) "
                "VALUES ('devagar', 'ficha.vista', '', '', '{}', now())"
            )
        trilha(3)
        assert selos.seal() == 0 and not Selo.objects.exists()
        late.commit()
        monkeypatch.setattr(selos, "PATIENCE", 90)
        assert selos.seal() == 1
        assert Selo.objects.get().eventos == 4
    finally:
        late.close()
    assert not list(selos.faults())


def test_what_is_new_waits_a_minute(db):
    record_event(by="ana", entidade=1, tipo="ficha.vista")
    assert selos.seal() == 0


def test_a_trail_from_before_seals_is_caught_up_with_over_runs(trilha, monkeypatch):
    monkeypatch.setattr(selos, "EVENTS", 2)
    monkeypatch.setattr(selos, "RUN", 2)
    trilha(7)
    assert [selos.seal() for _ in range(4)] == [2, 2, 0, 0]
    assert [s.eventos for s in Selo.objects.all()] == [2, 2, 2, 1]
    assert not list(selos.faults())


def test_a_task_that_does_not_run_is_said(trilha, monkeypatch, capsys):
    trilha(1)
    monkeypatch.setattr(selos, "LATE", timedelta(seconds=-1))
    assert "eventos ainda sem selo" in check(capsys)


def test_another_secret_key_is_said_and_the_former_one_accepted(trilha, settings, capsys):
    trilha(2)
    selos.seal()
    former = settings.SECRET_KEY
    settings.SECRET_KEY = hashlib.sha256(b"nova").hexdigest()
    assert "SECRET_KEY_ANTERIORES" in check(capsys)
    settings.SECRET_KEY_FALLBACKS = [former]
    call_command("conferir_auditoria")
    assert "A trilha confere" in capsys.readouterr().out


def test_two_workers_seal_each_interval_once(trilha):
    trilha(3)
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            from saude.banco.travas import SELOS

            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SELOS])
        with transaction.atomic():
            assert not selos._seal_next(10**12)
    finally:
        other.rollback()
        other.close()
    assert selos.seal() == 1


def test_the_command_seals_first_when_asked_and_says_what_waits(trilha, capsys):
    call_command("conferir_auditoria")
    assert "Nada selado ainda; 0 eventos esperam" in capsys.readouterr().out
    trilha(2)
    call_command("conferir_auditoria", selar=True)
    assert "1 intervalos" in capsys.readouterr().out
    assert Selo.objects.get().momento <= timezone.now() and django_settings.TESTING
