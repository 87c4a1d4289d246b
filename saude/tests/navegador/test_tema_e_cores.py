"""Light, dark and a machine's own colours: chosen, kept, never on paper, and nothing told by a shade alone."""

import pytest
from aparencia import KINDS, UNBOUNDED, brightness
from producao import quebrado, receber, registro

PANEL = "/executando/sistema/exportacao/"


def in_a_browser(test):
    return pytest.mark.browser(pytest.mark.django_db(transaction=True)(test))


@pytest.fixture
def pessoa(criar_usuario):
    return criar_usuario("Coordenador")


@pytest.mark.parametrize(("kept", "marked"), [("escuro", True), ("claro", True), ("<b>", False), ("", False)])
def test_the_page_comes_in_the_theme_that_was_kept_and_in_no_other(client, pessoa, kept, marked):
    client.force_login(pessoa)
    client.cookies["tema"] = kept
    page = client.get(PANEL).text
    assert (f'data-tema="{kept}"' in page) is marked and page.count("data-tema=") == marked


@in_a_browser
def test_a_person_chooses_and_the_choice_stays(pessoa, site):
    page = site("coordenador")

    def choose(name):
        button = page.get_by_role("button", name=name)
        if not button.is_visible():
            page.locator(".s-usuario").click()
        button.click()

    page.goto(page.base + PANEL)
    assert brightness(page) > 200
    choose("Escuro")
    assert brightness(page) < 60
    page.goto(page.base + "/pendencias/")
    assert brightness(page) < 60 and page.locator("html").get_attribute("data-tema") == "escuro"
    page.emulate_media(media="print")
    assert brightness(page) > 200
    page.emulate_media(media="screen", color_scheme="dark")
    choose("Claro")
    assert brightness(page) > 200
    choose("Automático")
    assert brightness(page) < 60
    page.reload()
    assert brightness(page) < 60 and page.locator("html").get_attribute("data-tema") is None
    chosen = page.locator("[data-escolhe-tema][aria-pressed=true]")
    assert chosen.text_content().strip() == "Automático"


@in_a_browser
def test_with_a_machines_own_colours_nothing_is_told_by_a_shade(entidade, pessoa, site):
    receber(entidade, quebrado(), registro())
    page = site("coordenador")
    page.emulate_media(forced_colors="active")
    month = "202610"
    seen = set()
    for address in (
        PANEL,
        f"{PANEL}{month}/inconsistencias/?guia=fichas",
        "/registrar/FVD/",
        "/pendencias/",
    ):
        page.goto(page.base + address)
        found = page.evaluate(UNBOUNDED, KINDS)
        assert found["bare"] == [], address
        seen |= set(found["kinds"])
    assert seen >= {
        ".br-button.primary",
        ".s-numero",
        ".s-menu a[aria-current]",
        "input, select, textarea",
    }
