"""The trail is checked every night, and what was found is seen where people and machines look."""

from datetime import timedelta

import pytest
from django.urls import reverse

from saude.auditoria import conferencia, selos
from saude.auditoria.models import Evento
from saude.auditoria.tasks import conferir
from saude.metricas.coletor import texto

FAULT = selos.Falha("intervalo 3 (eventos 7 a 9)", "o conteúdo de um evento foi mudado")


@pytest.fixture(autouse=True)
def pasta(settings, tmp_path):
    settings.DADOS = tmp_path


def metric(name):
    found = [x for x in texto().decode().splitlines() if x.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else None


@pytest.fixture
def pagina(client, entidade, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    return lambda: " ".join(client.get(reverse("auditoria")).content.decode().split())


def test_never_made_says_nothing(pagina):
    assert conferencia.last_check() is None
    assert metric("saude_trilha_problemas") is None
    assert "Trilha conferida com os selos" not in pagina()


def test_a_good_trail_says_so_everywhere(pagina):
    conferir(0)
    made = conferencia.last_check()
    assert (made.problemas, made.onde) == (0, [])
    assert metric("saude_trilha_problemas") == 0
    assert metric("saude_trilha_conferida_segundos") == pytest.approx(made.momento.timestamp(), abs=1)
    assert "nada foi mudado" in pagina()


def test_a_trail_that_was_changed_is_told_where_until_a_check_finds_it_good(pagina, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(conferencia, "faults", lambda: iter([FAULT] * 300))
        conferir(0)
    assert metric("saude_trilha_problemas") == conferencia.MOST
    page = pagina()
    assert "não está como foi selada" in page and "intervalo 3" in page
    event = Evento.objects.get(tipo=conferencia.KIND)
    assert len(event.detalhe["onde"]) == conferencia.TOLD and event.entidade_id is None
    conferir(0)
    assert "não está como foi selada" not in pagina()


def test_it_is_asked_for_every_night():
    from procrastinate.contrib.django import app

    tasks = {p.task.name: p.cron for p in app.periodic_registry.periodic_tasks.values()}
    assert tasks["auditoria.conferir"] == "20 3 * * *"


@pytest.mark.django_db(transaction=True)
def test_the_check_itself_finds_a_seal_that_is_missing(monkeypatch, entidade):
    from saude.auditoria.actions import record_event

    monkeypatch.setattr(selos, "AGE", timedelta(0))
    monkeypatch.setattr(selos, "PATIENCE", 90)
    record_event(by="ana", entidade=entidade, tipo="ficha.vista")
    assert selos.seal() == 1
    selos._file().write_text("99 falso\n")
    assert conferencia.check_trail() >= 1
    assert "anotado fora do banco" in conferencia.last_check().onde[0]
