"""What was typed and sent in vain (session ended, page expired) is in its form again; what arrived is not."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect
from senha import SENHA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/configurando/cadastros/especialidades/nova/"
BACK = "O que você tinha digitado foi recuperado"


@pytest.fixture
def page(site, criar_usuario, entidade):
    criar_usuario("Administrador")
    return site("administrador")


def typed(page):
    page.goto(page.base + PAGE)
    page.locator("[name=codigo]").fill("77")
    page.locator("[name=nome]").fill("Acupuntura")
    return page.get_by_role("button", name="Salvar")


def test_a_session_that_ended_keeps_what_was_sent(page):
    button = typed(page)
    Session.objects.all().delete()
    button.click()
    expect(page.locator("#id_username")).to_be_visible()
    page.fill("#id_username", "administrador")
    page.fill("#id_password", SENHA)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("[name=codigo]")).to_have_value("77")
    expect(page.locator("[name=nome]")).to_have_value("Acupuntura")
    page.reload()
    expect(page.locator("[name=nome]")).to_have_value("")


def test_a_page_that_expired_keeps_what_was_sent(page):
    button = typed(page)
    page.context.clear_cookies(name="csrftoken")
    button.click()
    expect(page.get_by_text("Página vencida")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=nome]")).to_have_value("Acupuntura")


def test_what_arrived_is_not_put_back(page):
    typed(page).click()
    expect(page.get_by_text("Especialidade Acupuntura salva.")).to_be_visible()
    page.goto(page.base + PAGE)
    expect(page.locator("[name=codigo]")).to_have_value("")
    expect(page.get_by_text(BACK)).to_be_hidden()
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('envio'))") == []
