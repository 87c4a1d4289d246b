"""A month in which hardly anything can have been produced is never opened without a word."""

from datetime import timedelta

import pytest
from django.urls import reverse
from producao import receber, registro

from saude.cadastros.tempo import local_today
from saude.comum.competencia import in_words
from saude.fichas.models import Ficha


@pytest.fixture
def logado(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


def in_seconds() -> dict:
    """As the vendor who sends seconds where the LEDI asks for milliseconds."""
    record = registro()
    record["ficha"]["headerTransport"]["dataAtendimento"] = 1_789_470_123
    return record


def texto(page) -> str:
    return " ".join(page.content.decode().split())


def test_the_panel_says_it_and_leads_to_the_fichas(logado, entidade):
    receber(entidade, in_seconds(), registro())
    assert sorted(Ficha.objects.values_list("competencia", flat=True)) == ["197001", "202609"]
    page = texto(logado.get(reverse("painel:painel")))
    assert "1 ficha na competência improvável de janeiro de 1970: o e-SUS começou em 2013" in page
    assert "setembro de 2026:" not in page
    where = reverse("painel:detalhe", args=["197001", "processados"])
    assert f'href="{where}?guia=fichas"' in page
    for address in (f"{where}?guia=fichas", where):
        assert "Janeiro de 1970 é uma competência improvável" in texto(logado.get(address))
    good = reverse("painel:detalhe", args=["202609", "processados"])
    assert "improvável" not in texto(logado.get(good))


def test_a_month_that_has_not_come_is_said_too(logado, entidade):
    """Up to 31 days ahead a date counts (a clock ahead); what is further is no date, and of no month (ADR 21)."""
    day = local_today(entidade) + timedelta(days=31)  # always of a later month
    ahead, absurd = registro(), registro()
    ahead["ficha"]["headerTransport"]["dataAtendimento"] = day.isoformat()
    absurd["ficha"]["headerTransport"]["dataAtendimento"] = "2031-05-02"
    receber(entidade, ahead, absurd)
    page, month = texto(logado.get(reverse("painel:painel"))), f"{day:%Y%m}"
    assert f"competência improvável de {in_words(month)}: é um mês que ainda não chegou" in page
    assert f"{reverse('painel:detalhe', args=[month, 'inconsistencias'])}?guia=fichas" in page
    assert "2031" not in page and "Sem data" in page
