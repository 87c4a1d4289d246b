"""A month in which hardly anything can have been produced is never opened without a word."""

import pytest
from django.urls import reverse
from producao import receber, registro

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
    record = registro()
    record["ficha"]["headerTransport"]["dataAtendimento"] = "2031-05-02"
    receber(entidade, record)
    page = texto(logado.get(reverse("painel:painel")))
    assert "competência improvável de maio de 2031: é um mês que ainda não chegou" in page
    assert f"{reverse('painel:detalhe', args=['203105', 'inconsistencias'])}?guia=fichas" in page
