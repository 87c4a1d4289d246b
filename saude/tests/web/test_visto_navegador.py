"""In a browser: the menu folds and keeps it, the tour is stepped through and put away, a lost network is said."""

import pytest
from playwright.sync_api import expect
from producao import FIM, INICIO, receber, registro

from saude.exportacao.actions import create_export

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PANEL = "/executando/sistema/exportacao/"


@pytest.fixture
def page(site, criar_usuario, entidade):
    receber(entidade, registro())
    criar_usuario("Administrador")
    return site("administrador")


def test_the_menu_folds_keeps_it_and_shows_where_one_is(page, sem_barreiras):
    page.set_viewport_size({"width": 1280, "height": 768})
    page.goto(page.base + PANEL)
    section = page.locator("#menu details").first
    other = page.locator("#menu details[data-secao=Configurando]")
    other.locator("summary").click()
    expect(other).not_to_have_attribute("open", "")
    page.goto(page.base + "/administrando/privacidade/")
    expect(page.locator("#menu details[data-secao=Configurando]")).not_to_have_attribute("open", "")
    expect(page.locator("#menu [aria-current]")).to_be_in_viewport()
    expect(section).to_have_attribute("open", "")
    page.goto(page.base + "/configurando/cadastros/prazos/")
    expect(page.locator("#menu details[data-secao=Configurando]")).to_have_attribute("open", "")
    sem_barreiras(page)


def test_the_tour_goes_step_by_step_and_away(page, sem_barreiras):
    page.goto(page.base + PANEL)
    tour = page.locator("[data-passeio]")
    expect(tour.locator("li:visible")).to_have_count(1)
    expect(page.locator(".s-passeio__alvo")).to_have_count(1)
    sem_barreiras(page)
    tour.get_by_role("button", name="Próximo").click()
    expect(tour.locator("[data-passo]")).to_contain_text("Passo 2 de")
    tour.get_by_role("button", name="Dispensar").click()
    expect(page.locator("[data-passeio]")).to_have_count(0)


def test_a_progress_page_says_when_nobody_answers_and_when_somebody_does(page, entidade):
    export = create_export(entidade=entidade, escopo="nao_exportados", inicio=INICIO, fim=FIM, by="teste")
    page.goto(f"{page.base}/executando/sistema/exportacoes/{export.pk}/")
    expect(page.get_by_text("Espera desde")).to_be_visible()
    page.route("**/andamento/", lambda route: route.abort())
    expect(page.locator("#sem-conexao")).to_contain_text("Sem resposta do servidor desde")
    page.unroute("**/andamento/")
    expect(page.locator("#sem-conexao")).to_have_count(0)


def test_a_bar_of_the_panel_opens_its_list(page):
    page.goto(page.base + PANEL)
    page.get_by_role("link", name="processados: 1. Ver as fichas").click()
    expect(page.locator("h1")).to_contain_text("Processados de setembro de 2026")


def test_on_a_narrow_screen_the_open_item_and_the_open_tab_are_in_view(page):
    page.set_viewport_size({"width": 768, "height": 768})
    page.goto(page.base + "/administrando/instalacao/")
    page.locator("[data-menu]").click()
    item = page.locator("#menu [aria-current]")
    expect(item).to_be_in_viewport(ratio=0.9)
    assert item.bounding_box()["y"] >= page.locator(".s-topo").bounding_box()["height"] - 1
    page.set_viewport_size({"width": 390, "height": 800})
    month = page.base + PANEL + "202609/inconsistencias/?guia=causas"
    page.goto(month)
    expect(page.locator(".s-guias [aria-current]")).to_be_in_viewport(ratio=0.9)
