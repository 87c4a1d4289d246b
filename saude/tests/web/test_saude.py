"""The health addresses, and the command that serves."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from saude.site import health
from saude.web.models import Marco


def test_alive_needs_nothing(client):
    assert client.get("/saude/viva").json() == {"situacao": "viva"}


def test_ready_when_migrated(client, db):
    assert client.get("/saude/pronta").status_code == 200


def test_ready_looks_up_no_migration_again(client, db, monkeypatch, django_assert_max_num_queries):
    """Anybody may call it: five small questions to the database, and no reading of the migrations."""
    assert client.get("/saude/pronta").status_code == 200
    monkeypatch.setattr(health, "MigrationExecutor", None)
    with django_assert_max_num_queries(5):
        assert client.get("/saude/pronta").status_code == 200


def test_not_ready_with_a_migration_to_apply(client, db):
    MigrationRecorder(connection).migration_qs.filter(app="auditoria").delete()
    response = client.get("/saude/pronta")
    assert response.status_code == 503
    assert "migrações" in response.json()["motivo"]


def test_not_ready_until_the_demonstration_is_loaded(client, db):
    Marco.put(Marco.DEMO_PEDIDA)
    assert client.get("/saude/pronta").status_code == 503
    Marco.put(Marco.DEMO_CARREGADA)
    assert client.get("/saude/pronta").status_code == 200


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("path", ["saude/saude.css", "saude/saude.js", "vendors/serpro/core-lite.min.css"])
def test_static_files_come_from_us(client, db, path):
    response = client.get(f"/static/{path}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content if response.streaming else [response.content])


@pytest.mark.parametrize("path", ["saude/saude.css", "vendors/serpro/core-lite.min.css"])
def test_style_sheets_fetch_nothing_from_outside(client, db, path):
    response = client.get(f"/static/{path}")
    text = b"".join(response.streaming_content if response.streaming else [response.content]).decode()
    assert "url(http" not in text and 'url("http' not in text and "@import" not in text
