"""Corrigir inconsistência in a browser: a field is judged when it is left; clicks counted by the browser itself."""

import json
from datetime import date

import pytest
from playwright.sync_api import expect
from producao import DIA, cidadao, ficha_de, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.clientes.models import Cliente
from saude.fichas.models import Atendido, Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = f"/executando/sistema/exportacao/{DIA:%Y%m}/inconsistencias/?guia=fichas"
TURNO, DESFECHO = (f"[name='f:visitasDomiciliares[0].{name}']" for name in ("turno", "desfecho"))
#: what a person does with the mouse; a label that clicks its own box is one click
COUNTER = """addEventListener('click', (e) => {
  if (!e.isTrusted || e.detail === 0) return;
  const kept = JSON.parse(sessionStorage.getItem('cliques') ?? '[]');
  sessionStorage.setItem('cliques', JSON.stringify([...kept, e.target.closest('a, button')?.innerText ?? '']));
}, true);"""


@pytest.fixture
def page(criar_usuario, site):
    criar_usuario("Digitador")
    page = site("digitador")
    page.add_init_script(COUNTER)
    return page


@pytest.fixture
def asked(page) -> list[str]:
    """Addresses of the checks that the page asked for."""
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.url.endswith("/verificar/") else None)
    return sent


def clicks(page) -> list[str]:
    return json.loads(page.evaluate("sessionStorage.getItem('cliques') ?? '[]'"))


def forget_clicks(page) -> None:
    page.evaluate("sessionStorage.removeItem('cliques')")


def two_wrong() -> dict:
    record = quebrado("FVD")
    del cidadao(record)["desfecho"]
    return record


def test_a_field_is_judged_when_it_is_left_and_the_others_keep_what_is_said(page, entidade, olhar):
    ficha = ficha_de(receber(entidade, two_wrong())[0])
    page.goto(f"{page.base}/fichas/{ficha.chave}/corrigir/")
    expect(page.locator("#verificacao")).to_contain_text("2 inconsistências a corrigir")
    shown = page.inner_text("main")
    assert not [a.codigo for a in ficha.inconsistencias.all() if a.codigo in shown], "no internal code"
    assert "por quê?" in shown, "it is a link to the rule"
    page.locator(TURNO).select_option("1")
    expect(page.locator("#verificacao")).to_contain_text("1 inconsistência nos campos desta página")
    expect(page.locator("#e-visitasDomiciliares-0-turno .s-erro")).to_have_count(0)
    expect(page.locator("#e-visitasDomiciliares-0-desfecho .s-erro")).to_have_count(1)
    page.locator(DESFECHO).select_option("1")
    expect(page.locator("#verificacao")).to_contain_text("Sem inconsistências nos campos desta página")
    olhar("corrigir-conferida")
    ficha.refresh_from_db()
    assert ficha.situacao == "inconsistente", "nothing was stored"


def test_while_it_is_typed_nothing_is_asked(page, entidade, asked):
    ficha = ficha_de(receber(entidade, quebrado("FVD"))[0])
    page.goto(f"{page.base}/fichas/{ficha.chave}/corrigir/?campos=todos")
    field = page.locator("[name='f:visitasDomiciliares[0].microArea']")
    field.fill("")
    field.press_sequentially("99")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert asked == []
    with page.expect_response(lambda r: r.url.endswith("/verificar/")):
        field.press("Tab")
    assert len(asked) == 1, "once, and when it was left"


def test_what_depends_on_what_was_left_is_told_on_saving(page, entidade):
    """Of the whole ficha nothing is said before it is sent; then it is."""
    ficha = ficha_de(receber(entidade, quebrado("FVD"))[0])
    page.goto(f"{page.base}/fichas/{ficha.chave}/corrigir/?campos=todos")
    page.locator(DESFECHO).select_option("")
    expect(page.locator("#verificacao")).to_contain_text("2 inconsistências nos campos desta página")
    page.get_by_role("button", name="Salvar e reprocessar").click()
    expect(page.locator("main")).to_contain_text("Ainda há 2 inconsistências nesta ficha")


def test_from_one_mended_to_the_next_two_clicks(page, entidade):
    receber(entidade, *[quebrado("FVD") for _ in range(3)])
    page.goto(page.base + LIST)
    forget_clicks(page)
    page.get_by_title("Corrigir inconsistência").first.click()
    page.locator(TURNO).select_option("1")  # the value
    page.get_by_role("button", name="Salvar e próxima").click()
    expect(page.locator(".p-lista-aberta")).to_contain_text("1 de 2")
    assert len(clicks(page)) == 2, clicks(page)
    page.locator(TURNO).select_option("1")
    page.get_by_role("button", name="Salvar e próxima").click()
    expect(page.locator(".p-lista-aberta")).to_contain_text("1 de 1")
    assert len(clicks(page)) == 3, "each one after the first: one"
    assert Ficha.objects.filter(situacao="processada").count() == 2


def test_identify_with_a_right_suggestion_two_clicks(page, entidade):
    Cliente.objects.create(
        entidade=entidade, nome="Ana Lima", cpf=cpf(111_222_333), sexo=1, nascimento=date(1985, 3, 20)
    )
    record = registro("FAI")
    child = cidadao(record)
    for name in ("cnsCidadao", "cpfCidadao"):
        child.pop(name, None)
    child.update(dataNascimento="1985-03-20", sexo=1, stNaoPossuiCpf=True, justificativaNaoPossuiCpf=1)
    receber(entidade, record)
    page.goto(f"{page.base}/clientes/nao-identificados/")
    forget_clicks(page)
    page.get_by_role("link", name="Identificar").first.click()
    page.get_by_role("button", name="É Ana Lima").click()
    expect(page.locator("main")).to_contain_text("Desfazer a identificação")
    assert len(clicks(page)) == 2, clicks(page)
    assert Atendido.objects.get().identificado


def test_filters_by_name_and_a_kept_one_in_a_browser(page, entidade, olhar):
    for nome in ("ANA LIMA", "BIA REIS"):
        record = quebrado("FVD", clientes=[{"nome": nome}])
        cidadao(record).update(dtNascimento="1985-03-20", sexo=1)
        receber(entidade, record)
    page.goto(page.base + LIST)
    page.locator(".p-filtros summary").click()
    page.get_by_role("combobox", name="Cliente").press_sequentially("bia")
    expect(page.get_by_role("option", name="BIA REIS")).to_be_visible()
    olhar("filtro-cliente")
    page.get_by_role("combobox", name="Cliente").press("Enter")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "bia" not in page.url.lower()
    page.get_by_label("Salvar estes filtros com o nome").fill("Da Bia")
    page.get_by_role("button", name="Salvar", exact=True).click()
    expect(page.get_by_role("link", name="Da Bia")).to_have_attribute("aria-current", "true")
    olhar("filtro-salvo")
    page.goto(page.base + LIST)
    page.locator(".p-filtros summary").click()
    page.get_by_role("combobox", name="Cliente").press_sequentially("zzz")
    page.get_by_role("button", name="Filtrar").click()
    assert page.url.endswith(LIST), "what was typed and not chosen is no filter: said in the field"
    page.get_by_role("combobox", name="Cliente").fill("")
    page.get_by_role("combobox", name="Causa").press("ArrowDown")
    expect(page.locator("#f-causa-l [role=option]")).to_contain_text("Turno")
    page.get_by_role("combobox", name="Causa").press("ArrowDown")
    page.get_by_role("combobox", name="Causa").press("Enter")
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("main")).to_contain_text("Só as fichas com:")
    page.get_by_role("link", name="Da Bia").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Apagar o filtro Da Bia").click()
    expect(page.locator("main")).to_contain_text("Filtro apagado")
