"""Masked and bounded inputs: reaching one selects it, typing replaces, a refused key is seen. Lists by the rules."""

import pytest
from producao import quebrado, receber

from ledi.layouts import TIPOS
from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIMITED = "[data-mascara], [data-teclas], [data-cabem], [maxlength]"
STATE = """i => ({tudo: i.selectionStart === 0 && i.selectionEnd === i.value.length, valor: i.value,
  dito: (i.closest('.r-momento') ?? i.closest('.r-data, .f-busca') ?? i).nextElementSibling?.textContent ?? ''})"""
DAY = "input[id='i-headerTransport-dataAtendimento']"


@pytest.fixture
def aberta(site, criar_usuario, entidade):
    criar_usuario("Digitador")
    page = site("digitador")

    def opens(address):
        page.goto(page.base + address)
        page.wait_for_selector("form[data-ficha]")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        return page

    return opens


def test_the_day_of_a_new_ficha_reached_by_enter_click_and_tab(aberta):
    """It comes filled with today: what is typed replaces it, however it is reached."""
    page = aberta("/registrar/FVD/")
    day = page.locator(DAY)
    assert day.input_value()

    before = page.locator("input[id='i-headerTransport-ine']")
    for typed, reach in (
        ("01092026", lambda: day.click()),
        ("02092026", lambda: (before.focus(), page.keyboard.press("Enter"))),
        ("03092026", lambda: (before.focus(), page.keyboard.press("Tab"))),
    ):
        page.evaluate("document.activeElement.blur()")
        reach()
        page.wait_for_function(
            "e => document.activeElement.id === e", arg="i-headerTransport-dataAtendimento"
        )
        assert day.evaluate(STATE)["tudo"]
        page.keyboard.type(typed)
        assert day.input_value() == f"{typed[:2]}/{typed[2:4]}/{typed[4:]}"
    sent = page.locator("[name='f:headerTransport.dataAtendimento']").input_value()
    assert sent == "2026-09-03"


def test_refused_keys_are_seen(aberta):
    page = aberta("/registrar/FVD/")
    day = page.locator(DAY)
    day.click()
    page.keyboard.type("15092026")
    page.keyboard.type("7")
    assert "Já está completo" in day.evaluate(STATE)["dito"] and day.input_value() == "15/09/2026"
    page.keyboard.press("Backspace")
    assert day.evaluate(STATE)["dito"] == ""
    page.keyboard.type("x")
    told = day.evaluate(STATE)
    assert "só entram números" in told["dito"] and "dd/mm/aaaa" in told["dito"]
    cpf = page.locator("[data-papel=cpf] input[type=text]").first
    cpf.click()
    page.keyboard.type("529a")
    assert "só entram números" in cpf.evaluate(STATE)["dito"] and cpf.input_value() == "529"
    page.keyboard.type("982247251")
    assert "Cabem 11 números" in cpf.evaluate(STATE)["dito"] and cpf.input_value() == "52998224725"
    note = page.locator("[data-recusa]:not(:empty)")
    assert note.count() == 1 and note.get_attribute("role") == "status" and note.is_visible()
    cpf.blur()
    assert page.locator("[data-recusa]:not(:empty)").count() == 0


def test_a_document_pasted_with_dots_goes_in_whole(aberta):
    page = aberta("/registrar/FVD/")
    cpf = page.locator("[data-papel=cpf] input[type=text]").first
    cpf.click()
    page.keyboard.insert_text("529.982.247-25")
    assert cpf.input_value() == "52998224725" and cpf.evaluate(STATE)["dito"] == ""


def test_a_part_that_is_dragged_over_stays_selected_alone(aberta):
    page = aberta("/registrar/FVD/")
    box = page.locator(DAY).bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] / 2)
    page.mouse.up()
    chosen = page.locator(DAY).evaluate("i => i.selectionEnd - i.selectionStart")
    assert 0 < chosen < 10


@pytest.mark.parametrize("tipo", TIPOS)
def test_every_masked_input_of_every_form(tipo, aberta):
    """Reached by click and by focus (as Tab and Enter do) with something in it: all of it is selected and replaced."""
    page = aberta(f"/registrar/{tipo}/")
    for button in page.locator("[data-adicionar]").all()[:8]:
        if button.is_visible():
            with page.expect_response("**/formularios/bloco/**"):
                button.click()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    every = page.locator(f"form :is({LIMITED}):not([type=date])").all()
    tried = 0
    for n, field in enumerate(every):
        if not field.is_visible():
            continue
        tried += 1
        mask = field.get_attribute("data-mascara")
        first, second = {"dd/mm/aaaa": ("01022020", "03042021"), "hh:mm": ("0102", "0304")}.get(
            mask, ("1", "2")
        )
        empty = "i => { i.value = ''; i.dispatchEvent(new Event('input', { bubbles: true })); i.blur(); }"
        field.evaluate(empty)
        field.focus()
        page.keyboard.type(first)
        name = field.get_attribute("id")
        reach = field.click if n % 2 else field.focus
        for again in (
            True,
            False,
        ):  # the answer of a check may move the page under the click: once more, in peace
            page.evaluate("document.activeElement.blur()")
            reach()
            if field.evaluate(STATE)["tudo"]:
                break
            assert again, f"{name}: not selected"
            page.wait_for_load_state("networkidle")
        page.keyboard.type(second)
        left = "".join(c for c in field.input_value() if c.isalnum())
        assert left == second, f"{name}: {field.input_value()}"
        field.evaluate(empty)  # a CPF would take the CNS away
    assert tried > 3


def test_lists_follow_what_is_filled(aberta):
    """Motivos of a visit to a school; the strategy of a vaccine; what is chosen stays in sight."""
    page = aberta("/registrar/FVD/")
    building = page.locator("select[id$='tipoDeImovel']")
    shown = "[data-campo$='motivosVisita'] label:visible"
    every = page.locator(shown).count()
    building.select_option("4")
    assert 0 < page.locator(shown).count() < every
    note = page.locator("[data-campo$='motivosVisita'] .f-filtrada")
    assert note.is_visible() and "só o que é aceito" in note.inner_text()
    building.select_option("1")
    assert page.locator(shown).count() == every and not note.is_visible()

    page = aberta("/registrar/FAO/")
    locais = page.locator("select[id$='localAtendimento'] option").all_inner_texts()
    assert len(locais) == 11  # "Não informado", and 1 to 10
    speciality = page.locator("[data-campo$='encaminhamentos[0].especialidade']")
    if speciality.count():
        assert "Veja antes" in speciality.locator(".f-filtrada").inner_text()


def test_the_search_of_a_dose_follows_the_vaccine(aberta):
    page = aberta("/registrar/FV/")
    page.wait_for_selector("input[id$='imunobiologico']")
    page.locator("input[name$='stRegistroAnterior'][value=nao]").first.check()

    def offered(ending, text=""):
        box = page.locator(f"input[id$='{ending}']").first
        box.click()
        box.fill(text)
        box.press("ArrowDown")
        page.wait_for_selector("[role=listbox]:visible [role=option]")
        rows = page.locator("[role=listbox]:visible [role=option]").all_inner_texts()
        box.press("Escape")
        return rows

    before = offered("dose")
    vaccine = page.locator("input[id$='imunobiologico']").first
    vaccine.fill("15")
    page.wait_for_selector("[role=option]:has-text('BCG')")
    vaccine.press("Enter")
    page.locator("select[id$='estrategiaVacinacao']").first.select_option("1")
    after = offered("dose")
    assert 0 < len(after) < len(before)
    assert "?" not in page.url and "15" not in page.url.rpartition("/registrar")[2]


def test_the_correction_masks_too(aberta, entidade):
    receber(entidade, quebrado("FVD"))
    stored = Ficha.objects.get()
    page = aberta(f"/fichas/{stored.chave}/corrigir/?campos=todos")
    cns = page.locator("[data-papel=cns] input[type=text]").first
    cns.click()
    assert cns.evaluate(STATE)["tudo"]
    page.keyboard.type("9z")
    assert cns.input_value() == "9" and "só entram números" in cns.evaluate(STATE)["dito"]
