"""The sheet of a long list: its link says that it is being made, asks once, and comes back; a failure is said."""

import pytest
from playwright.sync_api import expect
from producao import DIA, quebrado, receber

from saude.auditoria.models import Evento

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = f"/executando/sistema/exportacao/{DIA:%Y%m}/inconsistencias/?guia=fichas"


def taken(page, asked, n: int):
    """The last of `n` requests, once it is here."""
    for _ in range(400):
        if len(asked) >= n:
            break
        page.wait_for_timeout(25)
    assert len(asked) == n
    return asked[-1]


@pytest.fixture
def held(criar_usuario, site, entidade):
    """The list, its link, and the requests for the sheet: each waits until the test lets it go."""
    receber(entidade, quebrado(), quebrado())
    criar_usuario("Coordenador")
    page = site("coordenador")
    page.goto(page.base + LIST)
    asked = []
    page.route("**/*baixar=xlsx*", lambda route: asked.append(route))
    return page, page.locator("a[href*='baixar=xlsx']"), asked


def test_while_it_is_made_the_link_says_so_and_asks_once(held):
    page, link, asked = held
    expect(link).to_have_text("XLSX")
    link.dblclick()
    expect(link).to_have_text("Sendo feita…")
    expect(page.locator("#planilha-dita")).to_have_text("A planilha está sendo feita.")
    link.click()
    only = taken(page, asked, 1)
    with page.expect_download() as got:
        only.continue_()
    assert got.value.suggested_filename.endswith(".xlsx") and got.value.path().read_bytes()[:2] == b"PK"
    expect(link).to_have_text("XLSX")
    expect(page.locator("#planilha-dita")).to_have_text("A planilha foi baixada.")
    assert Evento.objects.filter(tipo="lista.baixada").count() == 1
    link.click()
    expect(link).to_have_text("Sendo feita…")
    taken(page, asked, 2).abort()
    expect(link).to_have_text("XLSX")


def test_what_does_not_come_is_said_and_can_be_asked_again(held):
    page, link, asked = held
    link.click()
    expect(link).to_have_text("Sendo feita…")
    taken(page, asked, 1).abort()
    expect(page.get_by_role("alert")).to_contain_text("A planilha não veio")
    expect(link).to_have_text("XLSX")
    page.unroute("**/*baixar=xlsx*")
    with page.expect_download():
        link.click()


def test_without_a_session_it_leads_to_the_entrance(held):
    page, link, _ = held
    page.unroute("**/*baixar=xlsx*")
    page.context.clear_cookies()
    link.click()
    page.wait_for_url("**/entrar/**")
