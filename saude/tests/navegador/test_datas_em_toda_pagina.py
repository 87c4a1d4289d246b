"""A date is typed as dd/mm/aaaa on every page, whatever the language of the browser; by keyboard and on a phone."""

import pytest
from django.test import Client
from mapa import ENDERECOS
from playwright.sync_api import expect
from producao import CPF, cidadao, com_cpf, ficha_de, quebrado, receber, registro

from saude.clientes.models import Cliente
from saude.contas.models import Usuario

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: every native date or moment of the page that is not shown as a masked text beside its calendar
NATIVE = """() => [...document.querySelectorAll('input[type=date], input[type=datetime-local]')]
  .filter((i) => i.dataset.calendario === undefined || !i.parentElement.querySelector('[data-mascara="dd/mm/aaaa"]'))
  .map((i) => i.name)"""
MONTH = "/executando/sistema/exportacao/202610/inconsistencias/?guia=fichas"


@pytest.fixture
def pessoa(entidade, criar_usuario):
    criar_usuario("Administrador")
    receber(entidade, com_cpf(registro()))
    Cliente.objects.filter(cpf=CPF).update(nome="ANA LIMA", nascimento="1985-03-20", sexo=1)
    return Cliente.objects.get(cpf=CPF)


def with_dates(pessoa) -> list[str]:
    """The pages of the URL map that have a native date in what the server sends."""
    client = Client()
    client.force_login(Usuario.objects.get(username="administrador"))
    known = [a.exemplo for a in ENDERECOS] + [f"/clientes/{pessoa.pk}/corrigir/", MONTH, "/fichas/?de="]
    found = []
    for address in dict.fromkeys(known):
        answer = client.get(address)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code == 200 and "html" in kind and not answer.streaming:
            text = answer.content.decode()
            if "<html" in text and ('type="date"' in text or 'type="datetime-local"' in text):
                found.append(address)
    return found


def test_no_page_shows_a_date_in_the_language_of_the_browser(pessoa, site):
    pages = with_dates(pessoa)
    assert f"/clientes/{pessoa.pk}/corrigir/" in pages and MONTH in pages and len(pages) >= 8, pages
    page = site("administrador")
    wrong = []
    for address in pages:
        page.goto(page.base + address)
        page.locator("[data-mascara='dd/mm/aaaa']").first.wait_for(state="attached")
        if left := page.evaluate(NATIVE):
            wrong.append((address, left))
    assert wrong == []


def test_eight_digits_are_a_filter_by_keyboard_and_on_a_phone(pessoa, site):
    page = site("administrador")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(page.base + MONTH)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        day = page.get_by_label("De", exact=True)
        assert (
            day.get_attribute("inputmode") == "numeric" and day.get_attribute("placeholder") == "dd/mm/aaaa"
        )
        day.click()
        page.keyboard.type("01102026")
        assert day.input_value() == "01/10/2026"
        page.keyboard.press("Enter")
        page.wait_for_url("**de=2026-10-01**")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.get_by_label("De", exact=True).input_value() == "01/10/2026"


def test_a_day_that_does_not_exist_is_not_sent(pessoa, site):
    page = site("administrador")
    page.goto(page.base + MONTH)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    day = page.get_by_label("De", exact=True)
    day.click()
    page.keyboard.type("31022026")
    assert day.get_attribute("aria-invalid") == "true"
    page.keyboard.press("Enter")
    assert "de=" not in page.url


def test_a_day_taken_from_the_calendar_takes_back_what_was_said(pessoa, site):
    page = site("administrador")
    page.goto(page.base + MONTH)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    day = page.get_by_label("De", exact=True)
    day.click()
    page.keyboard.type("31022026")
    note = page.locator(".r-nao-existe")
    expect(note).to_have_text("31/02/2026 não existe.")
    page.locator("[name=de]").evaluate(
        "e => { e.value = '2026-02-28'; e.dispatchEvent(new Event('change', { bubbles: true })); }"
    )
    expect(day).to_have_value("28/02/2026")
    expect(note).to_have_text("")


def test_use_this_brings_a_birth_to_the_registration(pessoa, site):
    Cliente.objects.filter(pk=pessoa.pk).update(nascimento="1999-01-01")
    page = site("administrador")
    page.goto(f"{page.base}/clientes/{pessoa.pk}/corrigir/")
    born = page.locator("#id_nascimento")
    assert born.input_value() == "01/01/1999"
    page.locator("[data-usar=id_nascimento]").click()
    assert born.input_value() == "20/03/1985"
    assert page.locator("[name=nascimento]").input_value() == "1985-03-20"


def test_a_birth_that_is_offered_goes_into_its_date(entidade, pessoa, site):
    record = com_cpf(quebrado())
    del cidadao(record)["dtNascimento"]
    ficha = ficha_de(receber(entidade, record)[0])
    page = site("administrador")
    page.goto(f"{page.base}/fichas/{ficha.chave}/corrigir/")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    offered = page.locator("[data-sugere][data-valor='1985-03-20']")
    offered.click()
    expect(offered).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[name$='.dtNascimento']")).to_have_value("1985-03-20")
    assert page.evaluate("document.activeElement.value") == "20/03/1985"
