"""The details of a ficha on paper: what it says, and nothing to press."""

import pytest
from producao import quebrado, receber

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRESSED = """() => [...document.querySelectorAll("main :is(button, select, input, summary, textarea, .s-regra)")]
  .filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 120))"""


def test_a_printed_ficha_says_what_it_is_and_offers_nothing_to_press(entidade, criar_usuario, site):
    record = quebrado()
    receber(entidade, record)
    criar_usuario("Coordenador")
    page = site("coordenador")
    page.goto(f"{page.base}/fichas/{record['uuid']}/")
    assert page.evaluate(PRESSED) != []
    page.set_viewport_size({"width": 720, "height": 1020})
    page.emulate_media(media="print")
    assert page.evaluate(PRESSED) == []
    for text in (record["uuid"], "1 inconsistência", "Resumo", "Linha do tempo"):
        assert page.get_by_text(text).first.is_visible()
    columns = page.evaluate(
        "getComputedStyle(document.querySelector('main aside .s-dados')).gridTemplateColumns"
    )
    assert len(columns.split()) == 4
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
