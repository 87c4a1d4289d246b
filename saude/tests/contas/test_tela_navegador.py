"""The screen lock over what was typed, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from senha import SENHA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


#: a quarter of an hour without use: the page goes by the clock that is further on
LATER = "() => { const now = Date.now; Date.now = () => now() + 16 * 60e3; }"


def test_idle_locks_and_the_password_gives_back_what_was_typed(site, criar_usuario, settings, sem_barreiras):
    criar_usuario("Administrador")
    page = site("administrador")
    assert settings.LOCK_MINUTES == 15
    page.goto(f"{page.base}/administrando/acessos/novo/")
    other = page.context.new_page()
    other.goto(f"{page.base}/conta/sessoes/")
    page.bring_to_front()
    page.fill("#id_nome", "Digitado Pela Metade")
    overlay = page.locator("dialog#tela")
    expect(overlay).to_have_count(0)
    page.evaluate(LATER)
    expect(overlay).to_be_visible()
    sem_barreiras(page)
    expect(page.locator("h1").first).to_be_hidden()  # what was on the screen is covered
    expect(other.locator("dialog#tela")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(overlay).to_be_visible()
    answer = page.evaluate("fetch('/clientes/', {headers: {Accept: 'text/html'}}).then((r) => r.status)")
    assert answer == 423
    page.fill("#tela-senha", "errada")
    page.click("dialog#tela button[type=submit]")
    expect(page.locator("#tela-erro")).to_have_text("A senha não confere.")
    page.fill("#tela-senha", SENHA)
    page.click("dialog#tela button[type=submit]")
    expect(overlay).to_have_count(0)
    expect(other.locator("dialog#tela")).to_have_count(0)
    expect(page.locator("#id_nome")).to_have_value("Digitado Pela Metade")
    page.fill("#id_username", "nova.pessoa")
    page.select_option("#id_preset", "Consulta")
    page.click("form:has(#id_nome) button[type=submit]")  # the page's form is still good
    expect(page.locator("h1")).to_have_text(re.compile("Senha provisória"))


def test_locking_by_hand(site, criar_usuario):
    criar_usuario("Administrador")
    page = site("administrador")
    page.goto(f"{page.base}/conta/sessoes/")
    page.click("summary.s-usuario")
    with page.expect_response("**/conta/bloquear/"):
        page.click("[data-bloquear]")
    expect(page.locator("dialog#tela")).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_have_text("Tela bloqueada")
    page.fill("#id_password", SENHA)
    page.click("button[type=submit]:has-text('Desbloquear')")
    expect(page.locator("h1")).to_have_text("Minhas sessões")
