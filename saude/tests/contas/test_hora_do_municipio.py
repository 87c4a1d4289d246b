"""Days and hours are those of the municipality where one works, not those of Brasília (which has its own)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from producao import exportar, receber, registro

from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento
from saude.cadastros.models import Entidade
from saude.contas.actions import create_token
from saude.exportacao.models import Exportacao
from saude.fichas.models import Ficha
from saude.web.planilha import csv_response

BRASILIA = ZoneInfo("America/Sao_Paulo")
ZONES = ["America/Rio_Branco", "America/Manaus", "America/Noronha"]
MOMENT = "%d/%m/%Y %H:%M"


@pytest.fixture(params=ZONES)
def zone(request, entidade):
    Entidade.objects.filter(pk=entidade.pk).update(fuso=request.param)
    entidade.refresh_from_db()
    return ZoneInfo(request.param)


@pytest.fixture
def here(client, criar_usuario, zone):
    client.force_login(criar_usuario("Administrador"))
    return client


def shown(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode()


def test_pages_and_sheets_tell_the_hour_of_the_municipality(here, entidade, zone):
    [answer] = receber(entidade, registro())
    exportar(entidade)
    export, ficha = Exportacao.objects.get(), Ficha.objects.get(uuid=answer.uuid)
    pages = {
        reverse("exportacao:exportacao", args=[export.pk]): export.criada_em,
        reverse("auditoria"): Evento.objects.earliest("momento").momento,
        reverse("auditoria_csv"): Evento.objects.earliest("momento").momento,
        reverse("fichas:detalhe", args=[ficha.uuid]): ficha.recebida_em,
    }
    for address, moment in pages.items():
        text = shown(here.get(address))
        there = moment.astimezone(zone)
        assert f"{there:%d/%m/%Y}" in text and f"{there:%H:%M}" in text, address
        assert f"{moment.astimezone(BRASILIA):{MOMENT}}" not in text, address
        assert timezone.get_current_timezone_name() == str(BRASILIA), "left as it was for the next request"


@pytest.mark.parametrize("hour", [2, 4])  # of UTC: 23 h and 1 h of Brasília
def test_the_days_of_a_filter_begin_at_its_midnight(here, entidade, zone, hour, monkeypatch):
    moment = datetime(2026, 11, 20, hour, 30, tzinfo=UTC)
    with monkeypatch.context() as then:
        then.setattr("django.utils.timezone.now", lambda: moment)
        record_event(by="quem procura", entidade=entidade, tipo="ficha.vista")
    day = moment.astimezone(zone).date()
    for shift in (-1, 0, 1):
        asked = f"{day + timedelta(days=shift):%Y-%m-%d}"
        page = here.get(reverse("auditoria_csv"), {"de": asked, "ate": asked})
        assert ("quem procura" in shown(page)) is (shift == 0), shift


def test_a_sheet_that_is_streamed_keeps_the_zone_of_its_request():
    moment = timezone.now()
    with timezone.override(ZoneInfo("America/Rio_Branco")):
        answer = csv_response("a.csv", ["quando"], ([moment] for _ in range(2)))
        there = f"{timezone.localtime(moment):{MOMENT}}"
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1:] == [there, there]


def test_a_dead_token_says_the_hour_of_its_municipality(client, entidade, criar_usuario, zone):
    user = criar_usuario("Administrador")
    token, secret = create_token(by=user, entidade=entidade, nome="sistema", responsavel=user)
    token.expira_em = timezone.now() - timedelta(days=1)
    token.save()
    answer = client.get("/api/v1/inconsistencias", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert f"{token.expira_em.astimezone(zone):%d/%m/%Y às %H:%M}" in answer.json()["detail"]
